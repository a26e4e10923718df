package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
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

// TestErrorIsOneBoundedLine, the hint whole at its end, however long what comes before it is.
func TestErrorIsOneBoundedLine(t *testing.T) {
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

func TestTextOfTheCallersErrorsIsCleaned(t *testing.T) {
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

func TestErrorHasRetryAfterAndAttempts(t *testing.T) {
	for header, want := range map[string]wrapper.APIError{"": {Attempts: 3}, "soon": {Attempts: 3}, "61": {RetryAfter: 61 * time.Second, Attempts: 1}} {
		c := newClient(t, canned(429, "", "Retry-After", header), noWait())
		e := apiError(t, operations[1].call(t, t.Context(), c))
		if e.RetryAfter != want.RetryAfter || e.Attempts != want.Attempts {
			t.Errorf("%q: RetryAfter %v after %d attempts, want %v after %d", header, e.RetryAfter, e.Attempts, want.RetryAfter, want.Attempts)
		}
	}
}

// TestEndedWaitNamesWhatWentBefore: the error has the context's, and is the last answer or failure as well.
func TestEndedWaitNamesWhatWentBefore(t *testing.T) {
	cause := errors.New("shutting down")
	for text, rt := range map[string]transport{
		"slow down: context canceled: shutting down (HTTP 429). The service asks to wait 20s.": canned(429, "slow down", "Retry-After", "20"),
		"not sent: context canceled: shutting down, and before that: dial tcp: no route to host (1 attempt)": func(r *http.Request) (*http.Response, error) {
			httptrace.ContextClientTrace(r.Context()).GetConn("a:1")
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("no route to host")}
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

// TestErrorsMadeByHandHaveText, as a caller's test makes them, have a text too.
func TestErrorsMadeByHandHaveText(t *testing.T) {
	for want, err := range map[string]error{
		"op: not sent": &wrapper.TransportError{Operation: "op"}, "op: no response (2 attempts)": &wrapper.TransportError{Operation: "op", Attempts: 2, Sent: true},
		"op: Not Found (HTTP 404)": &wrapper.APIError{Operation: "op", StatusCode: 404},
	} {
		if got := err.Error(); got != want {
			t.Errorf("got %s, want %s", got, want)
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

func TestDetailString(t *testing.T) {
	for d, want := range map[wrapper.Detail]string{{}: "", {Field: "f"}: "f", {Message: "m"}: "m", {Field: "f", Message: "m"}: "f: m"} {
		if got := d.String(); got != want {
			t.Errorf("%#v: got %q, want %q", d, got, want)
		}
	}
}
