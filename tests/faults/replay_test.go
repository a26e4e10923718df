package faults_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// replay is a sequence of events after which net/http may replay a request.
type replay struct {
	name     string
	protocol string           // see simulation
	plans    []connectionPlan // the last plan is repeated
	lost     requestPlan      // the plan of the second request, whose response is lost
	replayed bool             // whether net/http replays a GET
}

func replays() []replay {
	reset := func(code uint32) requestPlan { return requestPlan{reset: code, end: "stays open"} }
	gone := requestPlan{reset: codeProtocol, end: "closed"}
	http1, http2 := connectionPlan{}, connectionPlan{http2: true}
	always := []connectionPlan{http2}
	return []replay{
		{"a kept-alive connection closes", "TLS", []connectionPlan{http1}, requestPlan{end: "closed"}, true},
		// The handshake makes the first two writes, and the first GET makes the third.
		{"a dead connection, then a protocol error", "TLS", []connectionPlan{{fault: breakage{4, "before", "reset"}}, http2}, reset(codeProtocol), true},
		{"GOAWAY, then HTTP/1.1", "TLS", []connectionPlan{http2, http1}, requestPlan{reset: codeProtocol, goAway: "this", end: "stays open"}, true},
		{"a protocol error, then no connection", "TLS", []connectionPlan{http2, {dial: "refused"}}, gone, false},
		{"a protocol error, then another certificate", "TLS", []connectionPlan{http2, {dial: "certificate refused"}}, gone, false},
		{"a protocol error", "TLS", always, reset(codeProtocol), true},
		{"a protocol error, no TLS", "HTTP/2", always, reset(codeProtocol), true},
		{"a refused stream", "TLS", always, reset(codeRefused), true},
		{"a refused stream, no TLS", "HTTP/2", always, reset(codeRefused), true},
		{"an internal error", "TLS", always, reset(codeInternal), false},
		{"GOAWAY, not processed", "TLS", always, requestPlan{goAway: "the one before", end: "stays open"}, true},
		{"GOAWAY, processed, closed", "TLS", always, requestPlan{goAway: "this", end: "closed"}, false},
	}
}

// TestNoRequestIsExecutedTwice loses the response to a request in ways that may make net/http replay the request. The
// requests go through RoundTrippers of every kind. An abort has three attempts. It must not be executed twice, and its
// outcome must be unknown. A GET has one attempt, and must never reuse a nonce.
func TestNoRequestIsExecutedTwice(t *testing.T) {
	edited := func(name string, editors ...editor) operation {
		post := &call{method: "POST", body: `{"request_data":{"filters":"all"}}`, editors: editors}
		return operation{name, false, func(ctx context.Context, c *wrapper.Client) error { _, err := post.send(ctx, c); return err }}
	}
	requests := []operation{
		getStatus, abort, edited("Idempotency-Key", idempotent), edited("no body", noBody),
		edited("no body, Idempotency-Key", noBody, idempotent),
	}
	for _, kind := range transportKinds {
		for _, how := range replays() {
			for _, request := range requests {
				if strings.HasPrefix(request.name, "no body") && kind.silent {
					continue // a replay can't be stopped
				}
				t.Run(kind.name+"/"+how.name+"/"+request.name, func(t *testing.T) {
					s := &simulation{protocol: how.protocol, kind: kind}
					s.planConnection = func(n int) connectionPlan { return how.plans[min(n, len(how.plans))-1] }
					s.planRequest = func(int, int) requestPlan {
						if p := how.lost; s.received.count() == 1 {
							p.stage, p.execute, p.reply, p.send = good.stage, true, good.reply, "nothing"
							return p
						}
						return good
					}
					s.run(t, func(t *testing.T) {
						tr := s.transport()
						c := newClient(t, s.base(), kind.over(tr))
						if request.get { // only net/http may send it again
							c = newClient(t, s.base(), kind.over(tr), attempts(1))
						}
						err := getStatus.call(t.Context(), c)
						if err == nil {
							err = request.call(t.Context(), c)
						}
						tr.CloseIdleConnections()
						s.close()
						s.checkReplay(t, how, request, err)
					})
					if t.Failed() {
						t.Log("\n" + s.transcript.String())
					}
				})
			}
		}
	}
}

func (s *simulation) checkReplay(t *testing.T, how replay, request operation, err error) {
	t.Helper()
	if !s.kind.silent && !s.kind.keepsSignature {
		s.received.wantSigned(t)
	}
	executed := s.received.count() - 1
	switch {
	case request.get && s.kind.round == nil && how.replayed != (err == nil):
		t.Errorf("replayed: %v, want %v: %v", err == nil, how.replayed, err)
	case request.get:
	case !errors.Is(err, wrapper.ErrOutcomeUnknown):
		t.Errorf("got %v, want ErrOutcomeUnknown", err)
	// If a custom RoundTripper wraps net/http's, a dead connection may end the call before the abort is executed.
	case executed > 1, executed < 1 && s.kind.round == nil:
		t.Errorf("the abort was executed %d times, want once", executed)
	}
}

// TestRefusedConnectionsAreRetried uses net/http, directly and inside another RoundTripper.
func TestRefusedConnectionsAreRetried(t *testing.T) {
	for _, op := range operations {
		for name, over := range map[string]func(http.RoundTripper) http.RoundTripper{
			"net/http":  func(rt http.RoundTripper) http.RoundTripper { return rt },
			"a wrapper": func(rt http.RoundTripper) http.RoundTripper { return roundTrip(rt.RoundTrip) },
		} {
			dials := 0
			tr := newTransport(t)
			tr.DialContext = func(context.Context, string, string) (net.Conn, error) { dials++; return nil, errRefused }
			err := op.call(bounded(t), newClient(t, anyHost, over(tr)))
			if dials != 3 || !isNotSent(err) || !errors.Is(err, errRefused) || errors.Is(err, wrapper.ErrOutcomeUnknown) {
				t.Errorf("%s, %s: got %v after %d dials, want the dial error after 3", op.name, name, err, dials)
			}
		}
	}
}
