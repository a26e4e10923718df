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

// stalls are servers that take their time, each at another point.
var stalls = []struct {
	name      string
	left      bool // whether the request has, when time is up
	answering bool // whether an answer has begun by then
	dial      func(context.Context, string, string) (net.Conn, error)
	greet     func(net.Conn) bool
	answer    func(*exchange) bool
}{
	{name: "the connection is never made",
		dial: func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, ctx.Err() }},
	{name: "the request is never read", left: true,
		greet: func(conn net.Conn) bool { <-time.After(time.Hour); return false }},
	{name: "the request is never answered", left: true,
		answer: (*exchange).untilGone},
	{name: "the headers stop", left: true,
		answer: func(x *exchange) bool { x.send("HTTP/1.1 200 OK\r\nContent-"); return x.untilGone() }},
	{name: "a byte of the headers a second", left: true,
		answer: func(x *exchange) bool { return drip(x, "HTTP/1.1 200 OK\r\nX-Padding: "+strings.Repeat("a", 100)) }},
	{name: "the body stops", left: true, answering: true,
		answer: func(x *exchange) bool { x.send(raw(200, 90, `{"DATA":`)); return x.untilGone() }},
	{name: "the body never begins", left: true, answering: true,
		answer: func(x *exchange) bool { x.send(raw(200, 90, "")); return x.untilGone() }},
	{name: "a byte of the body a second", left: true, answering: true,
		answer: func(x *exchange) bool { x.send(raw(200, 90, "")); return drip(x, strings.Repeat("a", 90)) }},
	{name: "a chunk a second, without end", left: true, answering: true,
		answer: func(x *exchange) bool {
			x.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			return drip(x, strings.Repeat("1\r\na\r\n", 100))
		}},
}

// drip sends a byte a second, until the other side has gone.
func drip(x *exchange, text string) bool {
	for i := range len(text) {
		if !x.send(text[i : i+1]) {
			return false
		}
		<-time.After(time.Second)
	}
	return false
}

// stalled is a client of a server that stalls, and the function that counts the connections asked for. It is for
// use inside a bubble.
func stalled(t testing.TB, i int, opts ...wrapper.Option) (*wrapper.Client, func() int) {
	stall := stalls[i]
	p := newPipes()
	s := &bareServer{greet: stall.greet, answer: stall.answer}
	s.start(t, p)
	tr := newTransport(t)
	var asked atomic.Int32 // a dial goes on in a goroutine of its own
	tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		asked.Add(1)
		if stall.dial != nil {
			return stall.dial(ctx, network, addr)
		}
		return p.dial(ctx, network, addr)
	}
	return newClient(t, s.url, tr, opts...), func() int { return int(asked.Load()) }
}

// TestAttemptTimeout shows that the timeout of an attempt covers it whole, body included, and what follows from
// it: another attempt for a GET, and for any request that never left; an unknown outcome for all others.
func TestAttemptTimeout(t *testing.T) {
	for i, stall := range stalls {
		for _, d := range doors {
			t.Run(stall.name+"/"+d.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c, asked := stalled(t, i, wrapper.WithTimeout(20*time.Second))
					start := time.Now()
					err := d.call(t.Context(), c)
					attempts := 3
					if stall.left && !d.get {
						attempts = 1
					}
					if took, want := time.Since(start), time.Duration(attempts)*20*time.Second; took != want || asked() != attempts {
						t.Errorf("the call took %v and asked for %d connections, want %v and %d", took, asked(), want, attempts)
					}
					want := "Deadline"
					if stall.answering {
						want += " Unexpected"
					}
					if stall.left && !d.get {
						want += " Unknown"
					}
					wantKinds(t, err, want)
				})
			})
		}
	}
}

// endings are the ways in which a context ends three seconds from now.
var endings = []struct {
	name string
	kind string // of the error
	in3s func(context.Context) (context.Context, context.CancelFunc)
}{
	{"deadline", "Deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, 3*time.Second)
	}},
	{"canceled", "Canceled", func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(3*time.Second, cancel)
		return ctx, cancel
	}},
}

// TestCallersDeadlineWins shows that the caller's context ends a call wherever it is, on the spot, whatever the
// options ask for.
func TestCallersDeadlineWins(t *testing.T) {
	for i, stall := range stalls {
		for _, d := range methodDoors {
			for _, end := range endings {
				for _, timeout := range []time.Duration{-1, 0, time.Hour} {
					t.Run(strings.Join([]string{stall.name, d.name, end.name, timeout.String()}, "/"), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							c, asked := stalled(t, i, wrapper.WithTimeout(timeout), wrapper.WithRetry(wrapper.Retry{Attempts: 99}))
							ctx, cancel := end.in3s(t.Context())
							defer cancel()
							start := time.Now()
							err := d.call(ctx, c)
							if took := time.Since(start); took != 3*time.Second || asked() != 1 {
								t.Errorf("the call took %v and asked for %d connections, want 3s and 1", took, asked())
							}
							want := end.kind
							if stall.answering {
								want += " Unexpected"
							}
							if stall.left && !d.get {
								want += " Unknown"
							}
							wantKinds(t, err, want)
						})
					})
				}
			}
		}
	}
}
