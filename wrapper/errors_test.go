package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/cortexscan/wrapper"
)

func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		op     operation
		want   string
	}{
		{"a message", 404, `{"err_msg": "Run ID not found", "metadata": {"err_extra": [{"field": "id", "message": "no scan run has this ID"}]}}`, operations[0],
			statusOperation + ": Run ID not found: id: no scan run has this ID (HTTP 404)"},
		{"two details", 400, `{"err_msg": "m", "err_extra": [{"field": "a", "message": "b"}, {"message": "c"}]}`, operations[0],
			statusOperation + ": m: a: b; c (HTTP 400)"},
		{"an extra", 400, `{"reply": {"err_code": 400, "err_msg": "m", "err_extra": "e"}}`, operations[1],
			abortOperation + ": m: e (HTTP 400)"},
		{"an empty object as extra", 400, `{"reply": {"err_code": 400, "err_msg": "m", "err_extra": {}}}`, operations[1],
			abortOperation + ": m (HTTP 400)"},
		{"a code that is not the status", 400, `{"err_code": 500, "err_msg": "m"}`, operations[1], abortOperation + ": m (HTTP 400, code 500)"},
		{"a place", 400, `{"err_code": 400, "err_msg": {"line": 1, "column": 0, "message": "m"}}`, operations[1],
			abortOperation + ": m (HTTP 400, line 1, column 0)"},
		{"nothing", 500, ``, operations[0], statusOperation + ": Internal Server Error (HTTP 500)"},
		{"the status as message", 503, `Service Unavailable`, operations[0], statusOperation + ": Service Unavailable (HTTP 503)"},
		{"a status without a name", 599, ``, operations[0], statusOperation + ": unexpected status (HTTP 599)"},
		{"not documented", 200, `OK`, operations[0], statusOperation + ": OK: the body is not JSON (HTTP 200)"},
		{"another shape", 200, `[]`, operations[0], statusOperation + ": unexpected answer: the body is not of the documented shape (HTTP 200)"},
		{"a member is missing", 200, `{}`, operations[0], statusOperation + ": unexpected answer: the body has no member DATA (HTTP 200)"},
		{"an action is missing", 200, `{}`, operations[1],
			abortOperation + ": unexpected answer: the body has no reply with an action_id (HTTP 200). The request may have been executed: check before sending it again."},
		{"an outcome that is unknown", 502, `x.`, operations[1],
			abortOperation + ": x (HTTP 502). The request may have been executed: check before sending it again."},
		{"a hint", 402, `{"err_code": 402, "err_msg": "m."}`, operations[1],
			abortOperation + ": m (HTTP 402). The tenant's license does not cover this operation: ask whoever manages the tenant's licenses."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.op.call(t, t.Context(), newClient(t, canned(tt.status, tt.body), once()))
			if got := err.Error(); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
	t.Run("several attempts", func(t *testing.T) {
		c := newClient(t, canned(503, "m"), wrapper.WithRetry(wrapper.Retry{Attempts: 2, BaseDelay: -1}))
		_, err := c.GetScanRunStatus(t.Context(), 1)
		if got, want := err.Error(), statusOperation+": m (HTTP 503, 2 attempts)"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
	t.Run("no answer", func(t *testing.T) {
		c := newClient(t, failing(errors.New("cable pulled")), wrapper.WithRetry(wrapper.Retry{Attempts: 2, BaseDelay: -1}))
		_, err := c.GetScanRunStatus(t.Context(), 1)
		if got, want := err.Error(), statusOperation+": no answer: cable pulled (2 attempts)"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		_, err = c.AbortScan(t.Context(), wrapper.AllEndpoints())
		if got, want := err.Error(), abortOperation+": no answer: cable pulled (1 attempt). The request may have been executed: check before sending it again."; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
	t.Run("nothing sent", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("shutting down"))
		err := operations[1].call(t, ctx, newClient(t, transport(good)))
		if got, want := err.Error(), abortOperation+": not sent: context canceled: shutting down"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// TestErrorIsOneLineOfBoundedLength, the hint whole at its end, however long what comes before it is.
func TestErrorIsOneLineOfBoundedLength(t *testing.T) {
	// Every length around the bound, of characters of one byte and of several: what is cut is cut between two.
	for name, unit := range map[string]string{"ASCII": "m", "two bytes": "ü", "three bytes": "…", "four bytes": "😀", "dots": ".", "spaces": "m "} {
		for n := range 90 {
			extra := strings.Repeat(`{"field":"","message":"`+strings.Repeat(unit, 900/len(unit))+`"},`, 4) +
				`{"field":"", "message":"` + strings.Repeat(unit, (100+n*4)/len(unit)) + strings.Repeat("x", n%9) + `"}`
			body := `{"err_msg": "m", "err_extra": [` + extra + `]}`
			err := operations[0].call(t, t.Context(), newClient(t, canned(401, body)))
			text, hint := err.Error(), apiError(t, err).Hint
			if len(text) > 4<<10 || !isCleanLine(text) {
				t.Fatalf("%s, %d: %d bytes: %q", name, n, len(text), text)
			}
			if hint == "" || !strings.HasSuffix(text, " "+hint) {
				t.Fatalf("%s, %d: %d bytes end in %q", name, n, len(text), text[len(text)-40:])
			}
		}
	}
}

// isCleanLine is what the package promises of every text.
func isCleanLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

func TestErrorsOfTheCallerAreCleanToo(t *testing.T) {
	dirty := fmt.Errorf("one\ntwo\x1b[31m\u202e%s", strings.Repeat("long ", 2000))
	for name, err := range map[string]error{
		"no answer":      operations[0].call(t, t.Context(), newClient(t, failing(dirty), once())),
		"not sent":       operations[0].call(t, endedContext(t, dirty), newClient(t, transport(good))),
		"refused":        operations[0].call(t, t.Context(), newClient(t, transport(good), wrapper.WithRequestValidator(refusing{dirty}))),
		"answer refused": operations[0].call(t, t.Context(), newClient(t, transport(good), wrapper.WithResponseValidator(refusing{dirty}))),
	} {
		if text := err.Error(); !isCleanLine(text) || len(text) > 4<<10 || !strings.Contains(text, "one two") {
			t.Errorf("%s: %d bytes, %q", name, len(text), text)
		}
		if !errors.Is(err, dirty) {
			t.Errorf("%s: the cause is lost", name)
		}
	}
}

func endedContext(t *testing.T, cause error) context.Context {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	return ctx
}

// refusing is a validator of both kinds.
type refusing struct{ err error }

func (v refusing) ValidateRequest(*http.Request) error                            { return v.err }
func (v refusing) ValidateResponse(*http.Request, int, http.Header, []byte) error { return v.err }

func TestRetryAfterAndAttemptsAreOnTheError(t *testing.T) {
	for header, want := range map[string]wrapper.APIError{"": {Attempts: 3}, "soon": {Attempts: 3}, "61": {RetryAfter: 61 * time.Second, Attempts: 1}} {
		c := newClient(t, canned(429, "", "Retry-After", header), noWait())
		e := apiError(t, operations[1].call(t, t.Context(), c))
		if e.RetryAfter != want.RetryAfter || e.Attempts != want.Attempts {
			t.Errorf("%q: RetryAfter %v after %d attempts, want %v after %d", header, e.RetryAfter, e.Attempts, want.RetryAfter, want.Attempts)
		}
	}
}

// TestAWaitThatEndsNamesWhatWentBefore: the error has the context's, and is the last answer or failure as well.
func TestAWaitThatEndsNamesWhatWentBefore(t *testing.T) {
	cause := errors.New("shutting down")
	for text, rt := range map[string]transport{
		"slow down: context canceled: shutting down (HTTP 429). The service asks to wait 20s.": canned(429, "slow down", "Retry-After", "20"),
		"not sent: context canceled: shutting down, and before that: no route to host (1 attempt)": func(r *http.Request) (*http.Response, error) {
			httptrace.ContextClientTrace(r.Context()).GetConn("a:1")
			return nil, errors.New("no route to host")
		},
	} {
		for _, op := range operations {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(time.Nanosecond, func() { cancel(cause) })
				err := op.call(t, ctx, newClient(t, rt, wrapper.WithRetry(wrapper.Retry{BaseDelay: math.MaxInt64})))
				if err.Error() != op.what+": "+text || !errors.Is(err, context.Canceled) || !errors.Is(err, cause) {
					t.Errorf("got  %v\nwant %s: %s", err, op.what, text)
				}
			})
		}
	}
}

func TestDetailString(t *testing.T) {
	for d, want := range map[wrapper.Detail]string{
		{}: "", {Field: "f"}: "f", {Message: "m"}: "m", {Field: "f", Message: "m"}: "f: m",
	} {
		if got := d.String(); got != want {
			t.Errorf("%#v: got %q, want %q", d, got, want)
		}
	}
}

// TestUnwrapIsNotShared: what a caller does to the list of kinds does not change the error.
func TestUnwrapIsNotShared(t *testing.T) {
	e := apiError(t, operations[1].call(t, t.Context(), newClient(t, transport(good), wrapper.WithResponseValidator(refusing{errors.New("v")}))))
	_ = append(e.Unwrap(), errors.New("x"))
	if got := len(e.Unwrap()); got != 3 { // two kinds and the cause
		t.Errorf("%d errors, want 3: %v", got, e.Unwrap())
	}
	if e.Unwrap()[2].Error() != "v" {
		t.Errorf("the cause became %v", e.Unwrap()[2])
	}
}
