package faults_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

// script gives the model's service what to do, where a test shows one thing and leaves nothing to chance.
type script struct {
	scheme    string         // "https" or "http"
	protocols []string       // of one connection after the other, "HTTP/1.1" or "HTTP/2"; the last one is that of all others
	dial      map[int]string // how connections fail to be made, by number
	fault     map[int]breakage
	answer    func(n int) requestPlan // to the n-th request, from 1, over all connections
}

func (s *script) planConnection(n int) connectionPlan {
	protocol := s.protocols[min(n, len(s.protocols))-1]
	return connectionPlan{
		http2: protocol == "HTTP/2", dial: s.dial[n], fault: s.fault[n], window: 64 << 10, proxy: "200", handshake: "good", streams: 100, initial: 65535,
	}
}

func (w *world) planScripted() requestPlan {
	w.mu.Lock()
	w.acted++
	n := w.acted
	w.mu.Unlock()
	return w.script.answer(n)
}

// good executes a request and answers with its success.
var good = requestPlan{stage: "whole", execute: true, reply: reply{status: 200, form: "good"}, say: "all", end: "goes on", go100: true}

// then executes a request, and ends it without an answer as the plan says.
func then(p requestPlan) requestPlan {
	p.stage, p.execute, p.reply = "whole", true, reply{status: 200, form: "good"}
	if p.say == "" {
		p.say = "nothing"
	}
	if p.end == "" {
		p.end = "goes on"
	}
	return p
}

// playScript runs f in a bubble, with a client of a service that follows the script.
func playScript(t *testing.T, s script, f func(t *testing.T, w *world, c *wrapper.Client), opts ...wrapper.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{script: &s, scheme: s.scheme, http2: s.scheme == "http" && slices.Contains(s.protocols, "HTTP/2"), start: time.Now()}
		tr := w.plainTransport()
		tenant := "https://gateway.example"
		if s.scheme == "http" {
			tenant = "http://127.0.0.1"
		}
		defer func() {
			tr.CloseIdleConnections()
			synctest.Wait()
			w.close()
			if t.Failed() {
				t.Log("\n" + w.tell())
			}
		}()
		f(t, w, newClient(t, tenant, tr, opts...))
	})
}
