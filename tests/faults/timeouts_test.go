package faults_test

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

// stall is a server that stops at some point.
type stall struct {
	name       string
	sent       bool // the request was sent when time is up
	responding bool // a response has begun by then
	dial       func(context.Context, string, string) (net.Conn, error)
	greet      func(net.Conn) bool
	respond    func(*exchange) bool
}

var stalls = []stall{
	{name: "the connection is never made",
		dial: func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }},
	{name: "the request is never read", sent: true,
		greet: func(conn net.Conn) bool { <-time.After(time.Hour); return false }},
	{name: "no response", sent: true,
		respond: untilGone},
	{name: "the headers stop", sent: true,
		respond: func(x *exchange) bool { x.send("HTTP/1.1 200 OK\r\nContent-"); return untilGone(x) }},
	{name: "a byte of the headers per second", sent: true,
		respond: func(x *exchange) bool { return drip(x, "HTTP/1.1 200 OK\r\nX-Padding: "+strings.Repeat("a", 100)) }},
	{name: "the body stops", sent: true, responding: true,
		respond: func(x *exchange) bool { x.send(raw(200, 90, `{"DATA":`)); return untilGone(x) }},
	{name: "a byte of the body per second", sent: true, responding: true,
		respond: func(x *exchange) bool { x.send(raw(200, 90, "")); return drip(x, strings.Repeat("a", 90)) }},
	{name: "a chunk per second, without end", sent: true, responding: true,
		respond: func(x *exchange) bool {
			x.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			return drip(x, strings.Repeat("1\r\na\r\n", 100))
		}},
}

// untilGone waits until the client closes the connection.
func untilGone(x *exchange) bool {
	x.Read(make([]byte, 1))
	return false
}

// drip sends a byte per second until the client has gone.
func drip(x *exchange, s string) bool {
	for i := range len(s) {
		if !x.send(s[i : i+1]) {
			return false
		}
		<-time.After(time.Second)
	}
	return false
}

// client returns a client of the server, and a function that counts the connections it asked for. Both belong to a bubble.
func (s stall) client(t testing.TB, opts ...wrapper.Option) (*wrapper.Client, func() int) {
	p := newPipes()
	server := &bareServer{greet: s.greet, respond: s.respond}
	server.start(t, p)
	tr := newTransport(t)
	var asked atomic.Int32 // a dial has its own goroutine
	tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		asked.Add(1)
		if s.dial != nil {
			return s.dial(ctx, network, addr)
		}
		return p.dial(ctx, network, addr)
	}
	return newClient(t, server.url, tr, opts...), func() int { return int(asked.Load()) }
}

// TestCallersDeadlineWins checks that the timeout of an attempt includes the body, and that a GET, or a request that was
// not sent, is then retried, while the outcome of any other is unknown. The caller's context ends a call at once, anywhere.
func TestCallersDeadlineWins(t *testing.T) {
	in3s := func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, 3*time.Second)
	}
	retries := wrapper.WithRetry(wrapper.Retry{Attempts: 99})
	for _, end := range []struct {
		name     string
		kind     string        // of the error
		after    time.Duration // of one attempt, or of the call if the caller ends it
		attempts int
		opts     []wrapper.Option
		ctx      func(context.Context) (context.Context, context.CancelFunc)
	}{
		{"timeout", "Deadline", 20 * time.Second, 3, []wrapper.Option{wrapper.WithTimeout(20 * time.Second)}, context.WithCancel},
		{"deadline", "Deadline", 3 * time.Second, 1, []wrapper.Option{wrapper.WithTimeout(time.Hour), retries}, in3s},
		{"deadline, no timeout", "Deadline", 3 * time.Second, 1, []wrapper.Option{wrapper.WithTimeout(-1), retries}, in3s},
		{"canceled", "Canceled", 3 * time.Second, 1, []wrapper.Option{retries}, func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(3*time.Second, cancel)
			return ctx, cancel
		}},
	} {
		for _, stall := range stalls {
			for _, op := range operations {
				t.Run(strings.Join([]string{stall.name, op.name, end.name}, "/"), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						c, asked := stall.client(t, end.opts...)
						ctx, cancel := end.ctx(t.Context())
						defer cancel()
						start := time.Now()
						err := op.call(ctx, c)
						attempts, want := end.attempts, end.kind
						if stall.sent && !op.get {
							attempts = 1
							want += " Unknown"
						}
						if stall.responding {
							want += " Unexpected"
						}
						if took := time.Since(start); took != time.Duration(attempts)*end.after || asked() != attempts {
							t.Errorf("the call took %v and asked for %d connections, want %d times %v", took, asked(), attempts, end.after)
						}
						wantKinds(t, err, want)
					})
				})
			}
		}
	}
}
