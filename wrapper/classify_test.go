package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/wrapper"
)

// TestTheStatusDecides: the kinds of an answer that is no success follow from its HTTP status, whatever the body
// looks like; and whether the outcome is unknown, from the method too.
func TestTheStatusDecides(t *testing.T) {
	bodies := map[string]string{
		"empty":                       "",
		"an envelope of another code": `{"reply": {"err_code": 404, "err_msg": "m", "err_extra": null}}`,
		"an envelope of a word":       `{"errorCode": "E", "message": "m"}`,
		"a success":                   goodReply,
		"plain text":                  "Internal Server Error",
		"HTML":                        "<html><title>Sign in</title></html>",
		"cut-off JSON":                `{"reply": {"err_code": 4`,
	}
	for status, want := range map[int]string{
		400: "BadRequest", 422: "BadRequest", 401: "Unauthorized", 402: "NoLicense", 403: "Forbidden", 404: "NotFound", 429: "RateLimited",
		500: "Server", 501: "Server", 502: "Server", 503: "Server", 504: "Server", 505: "Server", 599: "Server",
		300: "Unexpected", 301: "Unexpected", 302: "Unexpected", 303: "Unexpected", 304: "Unexpected", 307: "Unexpected", 308: "Unexpected",
		405: "Unexpected", 408: "Unexpected", 409: "Unexpected", 418: "Unexpected", 499: "Unexpected", 600: "Unexpected", 999: "Unexpected",
		0: "Unexpected", 101: "Unexpected", 199: "Unexpected", // none of which is a final status
	} {
		for form, body := range bodies {
			for _, op := range operations {
				t.Run(fmt.Sprintf("%d/%s/%s", status, form, op.name), func(t *testing.T) {
					err := op.call(t, t.Context(), newClient(t, canned(status, body), once()))
					expected := []string{want}
					if op.effect && (status < 200 || status == 502 || status == 503 || status == 504) {
						expected = append(expected, "OutcomeUnknown")
					}
					wantKinds(t, err, expected...)
					if e := apiError(t, err); e.StatusCode != status || string(e.Body) != body {
						t.Errorf("status %d, body %q", e.StatusCode, e.Body)
					}
				})
			}
		}
	}
}

func withUnknown(op operation, kinds ...string) []string {
	if op.effect {
		return append(kinds, "OutcomeUnknown")
	}
	return kinds
}

// TestNoEndpoints is known by its message, at any status and for any operation, and is a server error too.
func TestNoEndpoints(t *testing.T) {
	const text = "An error occurred while processing XDR public API - No endpoint was found for creating the requested action"
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   []string
	}{
		{"500 in reply", 500, `{"reply": {"err_code": 500, "err_msg": "` + text + `", "err_extra": null}}`, []string{"Server", "NoEndpoints"}},
		{"500, flat", 500, `{"err_code": "500", "err_msg": "` + text + `."}`, []string{"Server", "NoEndpoints"}},
		{"500, in other letters", 500, `{"err_msg": "` + strings.ToUpper(text) + `"}`, []string{"Server", "NoEndpoints"}},
		{"500, plain text", 500, text, []string{"Server", "NoEndpoints"}},
		{"400", 400, `{"err_msg": "` + text + `"}`, []string{"BadRequest", "Server", "NoEndpoints"}},
		{"200", 200, `{"reply": {"err_code": 500, "err_msg": "` + text + `"}}`, []string{"Server", "NoEndpoints"}},
		{"200 without a code", 200, `{"reply": {"err_msg": "` + text + `"}}`, []string{"Unexpected", "Server", "NoEndpoints"}},
		{"500, another message", 500, `{"err_msg": "No endpoint was found"}`, []string{"Server"}},
		{"500, only in the extra", 500, `{"err_msg": "m", "err_extra": "` + text + `"}`, []string{"Server"}},
	} {
		for _, op := range operations {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				wantKinds(t, op.call(t, t.Context(), newClient(t, canned(tt.status, tt.body))), tt.want...)
			})
		}
	}
}

// TestTooLarge: the kind stands beside that of the status, and of a 2xx to a POST nobody knows what was done.
func TestTooLarge(t *testing.T) {
	for status, want := range map[int][]string{200: nil, 302: {"Unexpected"}, 409: {"Unexpected"}, 400: {"BadRequest"}, 500: {"Server"}} {
		for _, op := range operations {
			t.Run(fmt.Sprintf("%d/%s", status, op.name), func(t *testing.T) {
				body := `{"err_code": 500, "err_msg": "` + strings.Repeat("m", 200) + `"}`
				err := op.call(t, t.Context(), newClient(t, canned(status, body), wrapper.WithMaxResponseBytes(50)))
				expected := append([]string{"TooLarge"}, want...)
				if status == 200 {
					expected = withUnknown(op, expected...)
				}
				wantKinds(t, err, expected...)
				e := apiError(t, err)
				if e.StatusCode != status || string(e.Body) != body[:50] || !strings.Contains(err.Error(), "limit of WithMaxResponseBytes") {
					t.Errorf("status %d, body %q, %v", e.StatusCode, e.Body, err)
				}
			})
		}
	}
}

// broken is a body that ends in an error.
func broken(body string, err error) io.ReadCloser {
	return io.NopCloser(io.MultiReader(strings.NewReader(body), brokenReader{err}))
}

type brokenReader struct{ err error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.err }

// TestBodiesThatBreakOff: the status is known, and what came of the body is kept.
func TestBodiesThatBreakOff(t *testing.T) {
	cause := errors.New("cable pulled")
	for status, want := range map[int]string{200: "Unexpected", 302: "Unexpected", 400: "BadRequest", 404: "NotFound", 500: "Server"} {
		for _, op := range operations {
			t.Run(fmt.Sprintf("%d/%s", status, op.name), func(t *testing.T) {
				err := op.call(t, t.Context(), newClient(t, transport(func(r *http.Request) (*http.Response, error) {
					res := response(r, status, "")
					res.Body, res.ContentLength = broken(goodStatus, cause), 1000
					return res, nil
				}), once()))
				expected := []string{want}
				if status == 200 {
					expected = withUnknown(op, want)
				}
				wantKinds(t, err, expected...)
				e := apiError(t, err)
				if e.StatusCode != status || string(e.Body) != goodStatus || !errors.Is(err, cause) || !strings.Contains(err.Error(), "the answer broke off: cable pulled") {
					t.Errorf("status %d, body %q, %v", e.StatusCode, e.Body, err)
				}
			})
		}
	}
}

// TestAnErrorBeforeTheRestWasLost: an error in a 2xx of which the rest was lost, or not read, does not say that nothing was executed.
func TestAnErrorBeforeTheRestWasLost(t *testing.T) {
	const refused = `{"reply": {"err_code": 500, "err_msg": "m"}}`
	for _, op := range operations {
		err := op.call(t, t.Context(), newClient(t, transport(func(r *http.Request) (*http.Response, error) {
			res := response(r, 200, "")
			res.Body, res.ContentLength = broken(refused, errors.New("cable pulled")), 1000
			return res, nil
		}), once()))
		wantKinds(t, err, withUnknown(op, "Server")...)
		err = op.call(t, t.Context(), newClient(t, canned(200, refused+strings.Repeat(" ", 1000)), wrapper.WithMaxResponseBytes(100)))
		wantKinds(t, err, withUnknown(op, "Server", "TooLarge")...)
		err = op.call(t, t.Context(), newClient(t, canned(200, refused)))
		wantKinds(t, err, "Server")
	}
}

// TestAnErrorBesideAnAction: where the code says nothing of an error, the abort may have been executed.
func TestAnErrorBesideAnAction(t *testing.T) {
	for members, want := range map[string][]string{
		`"err_code": 200`:                       {"Unexpected", "OutcomeUnknown"},
		`"err_code": "SUCCESS"`:                 {"Unexpected", "OutcomeUnknown"},
		`"err_msg": "OK"`:                       {"Unexpected", "OutcomeUnknown"},
		`"err_code": 399, "err_msg": "m"`:       {"Unexpected", "OutcomeUnknown"},
		`"err_code": 600, "err_msg": "m"`:       {"Unexpected", "OutcomeUnknown"},
		`"err_code": 500, "err_msg": "m"`:       {"Server"},
		`"err_code": "403"`:                     {"Forbidden"},
		`"err_code": 0, "err_msg": null`:        nil,
		`"err_msg": "OK", "err_code": 0`:        {"Unexpected", "OutcomeUnknown"},
		`"err_code": 400, "err_msg": "too bad"`: {"BadRequest"},
	} {
		for _, body := range []string{`{"reply": {"action_id": "7", ` + members + `}}`, `{"reply": {"action_id": 7}, ` + members + `}`} {
			for _, op := range []operation{operations[1], operations[3]} {
				err := op.call(t, t.Context(), newClient(t, canned(200, body)))
				wantKinds(t, err, want...)
				if (err == nil) != (want == nil) {
					t.Errorf("%s, %s: %v", op.name, body, err)
				}
			}
		}
	}
	// Without an action nothing was executed.
	wantKinds(t, operations[1].call(t, t.Context(), newClient(t, canned(200, `{"err_msg": "OK"}`))), "Unexpected")
}

// TestTheErrorOfAnotherCallIsNoKind: golang.org/x/sync/errgroup ends the context of its calls with the error of the one that
// failed first, as the cause. It shows in the text, but what became of that call says nothing about this one.
func TestTheErrorOfAnotherCallIsNoKind(t *testing.T) {
	other := operations[1].call(t, t.Context(), newClient(t, canned(503, "", "Retry-After", "9"), once()))
	for name, cause := range map[string]error{"itself": other, "wrapped": fmt.Errorf("first: %w", other), "canceled": errors.Join(context.Canceled, other)} {
		for _, op := range operations {
			err := op.call(t, endedContext(t, cause), newClient(t, transport(good)))
			wantKinds(t, err)
			var answered *wrapper.APIError
			if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) || errors.As(err, &answered) || !strings.Contains(err.Error(), "HTTP 503") {
				t.Errorf("%s, %s: %v", op.name, name, err)
			}
		}
		c := newClient(t, canned(200, `{"DATA": "Scan is in Running state"}`))
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		for _, err := range c.WatchScanRun(ctx, 1, wrapper.WaitOptions{Every: time.Hour}) {
			cancel(cause)
			wantKinds(t, err)
		}
	}
}

// TestTheContextEndsAsAnAnswerArrives: its error is in the chain, beside the kind of the answer.
func TestTheContextEndsAsAnAnswerArrives(t *testing.T) {
	cause := errors.New("shutting down")
	for status, kind := range map[int]string{429: "RateLimited", 503: "Server", 404: "NotFound"} {
		for _, op := range operations {
			ctx, cancel := context.WithCancelCause(t.Context())
			err := op.call(t, ctx, newClient(t, transport(func(r *http.Request) (*http.Response, error) {
				cancel(cause)
				return response(r, status, ""), nil
			}), once()))
			want := []string{kind}
			if status == 503 {
				want = withUnknown(op, kind)
			}
			wantKinds(t, err, want...)
			if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) {
				t.Errorf("%s, %d: %v", op.name, status, err)
			}
		}
	}
	t.Run("a success is one", func(t *testing.T) {
		for _, op := range operations {
			ctx, cancel := context.WithCancel(t.Context())
			if err := op.call(t, ctx, newClient(t, transport(func(r *http.Request) (*http.Response, error) { cancel(); return good(r) }))); err != nil {
				t.Errorf("%s: %v", op.name, err)
			}
		}
	})
	t.Run("after an answer, without one", func(t *testing.T) {
		for _, op := range operations {
			ctx, cancel := context.WithCancel(t.Context())
			err := op.call(t, ctx, newClient(t, polls(canned(429, ""), transport(func(r *http.Request) (*http.Response, error) {
				cancel()
				return nil, r.Context().Err()
			})), noWait()))
			wantKinds(t, err, withUnknown(op, "RateLimited")...)
			var lost *wrapper.TransportError
			if !errors.As(err, &lost) || lost.Attempts != 2 || !lost.Sent || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", op.name, err)
			}
		}
	})
}

// TestTransportErrors: Sent holds for every unanswered attempt, and for a request that may have an effect it is the same as
// an unknown outcome.
func TestTransportErrors(t *testing.T) {
	notSent := transport(func(r *http.Request) (*http.Response, error) {
		httptrace.ContextClientTrace(r.Context()).GetConn("a:1")
		return nil, errors.New("no route to host")
	})
	for _, tt := range []struct {
		name      string
		answers   []transport
		get, post int // attempts
		sent      bool
	}{
		{"never sent", []transport{notSent, notSent, notSent}, 3, 3, false},
		{"sent, and then not", []transport{failing(io.EOF), notSent, notSent}, 3, 1, true},
		{"answered, and then not sent", []transport{canned(429, ""), notSent, notSent}, 3, 3, false},
		{"answered, and then lost", []transport{canned(429, ""), failing(io.EOF), failing(io.EOF)}, 3, 2, true},
		{"neither an answer nor an error", []transport{failing(nil), failing(nil), failing(nil)}, 3, 1, true},
	} {
		for _, op := range operations {
			err := op.call(t, t.Context(), newClient(t, polls(tt.answers...), noWait()))
			want := wrapper.TransportError{Operation: op.what, Attempts: tt.get, Sent: tt.sent}
			if op.effect {
				want.Attempts = tt.post
			}
			var got *wrapper.TransportError
			if !errors.As(err, &got) || got.Operation != want.Operation || got.Attempts != want.Attempts || got.Sent != want.Sent {
				t.Errorf("%s, %s: %+v, want %+v", tt.name, op.name, got, want)
			}
			if tt.sent {
				wantKinds(t, err, withUnknown(op)...)
			} else {
				wantKinds(t, err)
			}
		}
	}
	t.Run("before the first attempt", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, op := range operations {
			rec := &recorder{next: transport(good)}
			err := op.call(t, ctx, newClient(t, rec))
			var got *wrapper.TransportError
			if !errors.As(err, &got) || got.Attempts != 0 || got.Sent || len(rec.requests) != 0 || !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", op.name, err)
			}
		}
	})
}
