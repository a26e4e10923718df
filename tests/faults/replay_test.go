package faults_test

import (
	"errors"
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
	protocols []string       // of the connections, in order; the last one applies to all others
	replayed  bool           // net/http replays a GET by itself
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
	resets := func(code uint32) requestPlan { return requestPlan{reset: true, code: code} }
	http2 := func(scheme string, replayed bool, p requestPlan) script {
		return script{scheme: scheme, protocols: []string{"HTTP/2"}, replayed: replayed, respond: loseSecond(p)}
	}
	toHTTP2, toHTTP1 := []string{"HTTP/1.1", "HTTP/2"}, []string{"HTTP/2", "HTTP/1.1"}
	scripts := map[string]script{
		"a kept-alive connection closes": {scheme: "https", protocols: toHTTP2[:1], replayed: true, respond: loseSecond(requestPlan{end: "closed"})},
		"a dead connection, then an HTTP/2 protocol error": {scheme: "https", protocols: toHTTP2, replayed: true, respond: loseSecond(resets(codeProtocol)),
			fault: map[int]breakage{1: {write: 4, when: "before", how: "reset"}}}, // after two of the handshake, and the GET
		"an HTTP/2 GOAWAY, then HTTP/1.1": {scheme: "https", protocols: toHTTP1, replayed: true,
			respond: loseSecond(requestPlan{reset: true, code: codeProtocol, goAway: "this", first: true})},
		"a protocol error, then no connection": {scheme: "https", protocols: toHTTP1[:1], dial: map[int]string{2: "refused"},
			respond: loseSecond(requestPlan{reset: true, code: codeProtocol, end: "closed"})},
		"a protocol error, then another certificate": {scheme: "https", protocols: toHTTP1[:1], dial: map[int]string{2: "certificate refused"},
			respond: loseSecond(requestPlan{reset: true, code: codeProtocol, end: "closed"})},
		"a protocol error":          http2("https", true, resets(codeProtocol)),
		"a protocol error, no TLS":  http2("http", true, resets(codeProtocol)),
		"a refused stream":          http2("https", true, resets(codeRefused)),
		"a refused stream, no TLS":  http2("http", true, resets(codeRefused)),
		"an internal error":         http2("https", false, resets(codeInternal)),
		"a canceled stream":         http2("https", false, resets(codeCancel)),
		"GOAWAY, not processed":     http2("https", true, requestPlan{goAway: "the one before"}),
		"GOAWAY, processed, closed": http2("https", false, requestPlan{goAway: "this", end: "closed"}),
		"headers, then reset":       http2("https", false, requestPlan{send: "the headers", reset: true, code: codeInternal}),
		"half a body, then closed":  http2("https", false, requestPlan{send: "half", end: "closed"}),
	}
	seen := map[string]bool{}
	for _, kind := range transportKinds {
		if kind.repeats > 0 || seen[kind.name] {
			continue
		}
		seen[kind.name] = true
		for how, sc := range scripts {
			for _, request := range requests {
				if strings.HasPrefix(request.name, "no body") && kind.silent {
					continue // it cannot be stopped
				}
				t.Run(strings.Join([]string{kind.name, how, request.name}, "/"), func(t *testing.T) {
					playScript(t, sc, kind, func(t *testing.T, s *simulation, c *wrapper.Client) {
						if err := getStatus.call(t.Context(), c); err != nil {
							t.Fatal(err)
						}
						err := request.call(t.Context(), c)
						if !kind.silent && !kind.keepsSignature {
							s.received.wantSigned(t)
						}
						if request.get {
							if kind.round == nil && sc.replayed != (err == nil) {
								t.Errorf("replayed: %v, want %v: %v", err == nil, sc.replayed, err)
							}
							return
						}
						if !errors.Is(err, wrapper.ErrOutcomeUnknown) {
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
