package faults_test

import (
	"context"
	"net/http"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// The ways in which an abort was executed twice, each for itself. TestModel looks for more of them.

// abortThroughAPI makes an abort with a request editor.
func abortThroughAPI(t *testing.T, c *wrapper.Client, edit func(*http.Request)) error {
	_, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints}},
		func(_ context.Context, r *http.Request) error { edit(r); return nil })
	return err
}

// wantOnce fails where an abort whose answer was lost was executed more than once, or does not say so.
func wantOnce(t *testing.T, w *world, err error, before int) {
	t.Helper()
	if kindsOf(err) != "Unknown" {
		t.Errorf("the outcome is unknown, and the error is %v", err)
	}
	if n := w.ledger.count() - before; n != 1 {
		t.Errorf("the abort was executed %d times", n)
	}
}

// TestOnceAfterADeadConnection has a kept-alive connection over HTTP/1.1 break as the request is written, so that net/http
// sends it on another one, which is HTTP/2 and ends it with a protocol error.
func TestOnceAfterADeadConnection(t *testing.T) {
	s := script{
		scheme: "https", protocols: []string{"HTTP/1.1", "HTTP/2"},
		fault: map[int]breakage{1: {write: 4, when: "before", how: "reset"}}, // after two of the handshake, and the first request
		answer: func(n int) requestPlan {
			if n == 2 {
				return then(requestPlan{reset: true, code: codeProtocol})
			}
			return good
		},
	}
	playScript(t, s, func(t *testing.T, w *world, c *wrapper.Client) {
		if err := doors[2].call(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		wantOnce(t, w, doors[2].call(t.Context(), c), 1)
		if w.dials < 2 {
			t.Errorf("%d connections, want 2 or more: one that broke, and another", w.dials)
		}
	}, once())
}

// TestOnceWithAnIdempotencyKey has an editor set a header that makes net/http send any request again whose kept-alive
// connection breaks. The service knows no such header; that it arrives is the caller's wish.
func TestOnceWithAnIdempotencyKey(t *testing.T) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		t.Run(name, func(t *testing.T) {
			s := script{scheme: "https", protocols: []string{"HTTP/1.1"}, answer: func(n int) requestPlan {
				if n == 2 {
					return then(requestPlan{end: "closed"})
				}
				return good
			}}
			playScript(t, s, func(t *testing.T, w *world, c *wrapper.Client) {
				edit := func(r *http.Request) { r.Header.Set(name, "4711") }
				if err := abortThroughAPI(t, c, edit); err != nil {
					t.Fatal(err)
				}
				wantOnce(t, w, abortThroughAPI(t, c, edit), 1)
			}, once())
		})
	}
}

// TestOnceWithoutABody is about a request that net/http need not ask anybody for the body of.
func TestOnceWithoutABody(t *testing.T) {
	for _, second := range []string{"HTTP/2", "HTTP/1.1"} { // is what net/http would send it on again
		s := script{scheme: "https", protocols: []string{"HTTP/2", second}, answer: func(n int) requestPlan {
			if n == 1 {
				return then(requestPlan{reset: true, code: codeProtocol, goAway: "this", first: true})
			}
			return good
		}}
		playScript(t, s, func(t *testing.T, w *world, c *wrapper.Client) {
			wantOnce(t, w, abortThroughAPI(t, c, func(r *http.Request) { r.Body, r.GetBody, r.ContentLength = nil, nil, 0 }), 0)
			if w.dials < 2 {
				t.Errorf("%d connections, want 2 or more: net/http did not try again", w.dials)
			}
		}, once())
	}
}
