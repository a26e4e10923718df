package faults_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

// script tells the simulated service what to do, for tests of one sequence of events.
type script struct {
	scheme    string         // "https" or "http"
	protocols []string       // of the connections, in order; the last one is that of all others
	dial      map[int]string // how connections fail to be made, by number
	fault     map[int]breakage
	respond   func(n int) requestPlan // to the n-th request, from 1, over all connections
}

// lose executes a request and ends it without a response, as the plan says.
func lose(p requestPlan) requestPlan {
	p.stage, p.execute, p.reply = "whole", true, good.reply
	if p.send == "" {
		p.send = "nothing"
	}
	if p.end == "" {
		p.end = "goes on"
	}
	return p
}

// loseSecond executes every request, and loses the response to the second.
func loseSecond(p requestPlan) func(int) requestPlan {
	return func(n int) requestPlan {
		if n == 2 {
			return lose(p)
		}
		return good
	}
}

// playScript runs f in a bubble, with a client of a service that follows the script.
func playScript(t *testing.T, sc script, kind transportKind, f func(t *testing.T, s *simulation, c *wrapper.Client), opts ...wrapper.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &simulation{script: &sc, scheme: sc.scheme, http2: sc.scheme == "http" && slices.Contains(sc.protocols, "HTTP/2"), start: time.Now()}
		tr := s.transport()
		base := map[string]string{"https": anyHost, "http": "http://127.0.0.1"}[sc.scheme]
		defer func() {
			tr.CloseIdleConnections()
			synctest.Wait()
			s.close()
			if t.Failed() {
				t.Log("\n" + s.transcript())
			}
		}()
		f(t, s, newClient(t, base, kind.over(tr), opts...))
	})
}

// TestNoRequestIsExecutedTwice loses the response to a request in the ways that tempt net/http to replay it, with
// retries off, through RoundTrippers of every kind: an abort is executed once and its outcome is unknown; a GET never
// carries a nonce twice.
func TestNoRequestIsExecutedTwice(t *testing.T) {
	requests := []operation{
		getStatus, abort,
		apiPostEdited("Idempotency-Key", func(r *http.Request) { idempotent.edit(nil, r) }),
		apiPostEdited("X-Idempotency-Key", func(r *http.Request) { r.Header.Set("X-Idempotency-Key", "4711") }),
		apiPostEdited("no body", func(r *http.Request) { noBody.edit(nil, r) }),
		apiPostEdited("no body, Idempotency-Key", func(r *http.Request) { noBody.edit(nil, r); idempotent.edit(nil, r) }),
	}
	protocolError := requestPlan{reset: true, code: codeProtocol}
	scripts := map[string]script{
		"a kept-alive connection closes": {scheme: "https", protocols: []string{"HTTP/1.1"}, respond: loseSecond(requestPlan{end: "closed"})},
		"a dead connection, then an HTTP/2 protocol error": {scheme: "https", protocols: []string{"HTTP/1.1", "HTTP/2"}, respond: loseSecond(protocolError),
			fault: map[int]breakage{1: {write: 4, when: "before", how: "reset"}}}, // after two of the handshake, and the GET
		"an HTTP/2 protocol error": {scheme: "http", protocols: []string{"HTTP/2"}, respond: loseSecond(protocolError)},
		"an HTTP/2 GOAWAY, then HTTP/1.1": {scheme: "https", protocols: []string{"HTTP/2", "HTTP/1.1"},
			respond: loseSecond(requestPlan{reset: true, code: codeProtocol, goAway: "this", first: true})},
		"HTTP/2 refuses the stream": {scheme: "https", protocols: []string{"HTTP/2"}, respond: loseSecond(requestPlan{reset: true, code: codeRefused})},
	}
	seen := map[string]bool{}
	for _, kind := range transportKinds {
		if kind.repeats > 0 || kind.hedges || seen[kind.name] {
			continue
		}
		seen[kind.name] = true
		for how, sc := range scripts {
			for _, request := range requests {
				if strings.HasPrefix(request.name, "no body") && kind.silent {
					continue // nobody could stop it
				}
				t.Run(strings.Join([]string{kind.name, how, request.name}, "/"), func(t *testing.T) {
					playScript(t, sc, kind, func(t *testing.T, s *simulation, c *wrapper.Client) {
						if err := getStatus.call(t.Context(), c); err != nil {
							t.Fatal(err)
						}
						err := request.call(t.Context(), c)
						if kind.round == nil {
							s.received.wantSigned(t)
						}
						if request.get {
							return // net/http may have replayed it, with a new signature
						}
						if kindsOf(err) != "Unknown" {
							t.Errorf("the outcome is unknown, and the error is %v", err)
						}
						// Through a wrapper, an attempt on a dead connection may end the call before it was executed.
						if n := s.received.count() - 1; n > 1 || n < 1 && kind.round == nil {
							t.Errorf("the abort was executed %d times", n)
						}
					}, attempts(1))
				})
			}
		}
	}
}

// TestHTTP2Breaks ends a request over HTTP/2 in every way, with retries off unless racy: net/http replays a GET, with a new
// signature, and never a request that may have been executed.
func TestHTTP2Breaks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		plan   requestPlan
		replay bool // net/http replays a GET
		racy   bool // net/http may replay it on a connection that is about to close, so that it takes a retry of ours
	}{
		{name: "closed", plan: requestPlan{end: "closed"}},
		{name: "reset: internal error", plan: requestPlan{reset: true, code: codeInternal}},
		{name: "reset: canceled", plan: requestPlan{reset: true, code: codeCancel}},
		{name: "reset: refused", plan: requestPlan{reset: true, code: codeRefused}, replay: true},
		{name: "reset: refused, closed", plan: requestPlan{reset: true, code: codeRefused, end: "closed"}, replay: true, racy: true},
		{name: "reset: protocol error", plan: requestPlan{reset: true, code: codeProtocol}, replay: true},
		{name: "reset: protocol error, closed", plan: requestPlan{reset: true, code: codeProtocol, end: "closed"}, replay: true, racy: true},
		{name: "reset: protocol error, GOAWAY", plan: requestPlan{reset: true, code: codeProtocol, goAway: "this"}, replay: true},
		{name: "GOAWAY, not processed", plan: requestPlan{goAway: "the one before"}, replay: true},
		{name: "GOAWAY, not processed, closed", plan: requestPlan{goAway: "the one before", end: "closed"}, replay: true, racy: true},
		{name: "GOAWAY, processed, closed", plan: requestPlan{goAway: "this", end: "closed"}},
		{name: "GOAWAY, an error, closed", plan: requestPlan{goAway: "this", code: codeInternal, end: "closed"}},
		{name: "headers, then reset", plan: requestPlan{send: "the headers", reset: true, code: codeInternal}},
		{name: "half a body, then closed", plan: requestPlan{send: "half", end: "closed"}},
	} {
		for _, scheme := range []string{"https", "http"} {
			for _, op := range operations {
				t.Run(tt.name+"/"+scheme+"/"+op.name, func(t *testing.T) {
					n := 1
					if tt.racy {
						n = 3
					}
					sc := script{scheme: scheme, protocols: []string{"HTTP/2"}, respond: loseSecond(tt.plan)}
					playScript(t, sc, transportKind{}, func(t *testing.T, s *simulation, c *wrapper.Client) {
						if err := op.call(t.Context(), c); err != nil {
							t.Fatal(err)
						}
						err := op.call(t.Context(), c)
						replayed, sent := tt.replay && op.get, s.received.count()-1
						if replayed != (err == nil) || replayed != (sent > 1) || sent > 2 && !tt.racy {
							t.Errorf("%d requests after the first, and %v; replayed should be %v", sent, err, replayed)
						}
						if unknown := strings.Contains(kindsOf(err), "Unknown"); err != nil && unknown != !op.get {
							t.Errorf("outcome unknown: %v: %v", unknown, err)
						}
						s.received.wantFresh(t)
					}, attempts(n))
				})
			}
		}
	}
}

// TestOutcomeStaysUnknownWhenAReplayCannotConnect loses a request that was executed; the connection for its replay fails.
func TestOutcomeStaysUnknownWhenAReplayCannotConnect(t *testing.T) {
	for _, second := range []string{"refused", "certificate refused"} {
		sc := script{scheme: "https", protocols: []string{"HTTP/2"}, dial: map[int]string{2: second}, respond: func(int) requestPlan {
			return lose(requestPlan{reset: true, code: codeProtocol, end: "closed"})
		}}
		playScript(t, sc, transportKind{}, func(t *testing.T, s *simulation, c *wrapper.Client) {
			wantKinds(t, abort.call(t.Context(), c), "Unknown")
			if s.received.count() != 1 {
				t.Errorf("%d requests, want 1", s.received.count())
			}
		})
	}
}
