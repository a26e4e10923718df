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

// endings are what ends a call to such a server: the timeout of each attempt, and the caller's context, whatever the
// options ask for.
var endings = []struct {
	name     string
	kind     string        // of the error
	after    time.Duration // of one attempt, and of the call where it is the caller's
	attempts int
	opts     []wrapper.Option
	ctx      func(context.Context) (context.Context, context.CancelFunc)
}{
	{"timeout", "Deadline", 20 * time.Second, 3, []wrapper.Option{wrapper.WithTimeout(20 * time.Second)}, context.WithCancel},
	{"deadline", "Deadline", 3 * time.Second, 1, []wrapper.Option{wrapper.WithTimeout(time.Hour), retries99}, func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, 3*time.Second)
	}},
	{"deadline, without a timeout", "Deadline", 3 * time.Second, 1, []wrapper.Option{wrapper.WithTimeout(-1), retries99}, func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, 3*time.Second)
	}},
	{"canceled", "Canceled", 3 * time.Second, 1, []wrapper.Option{retries99}, func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(3*time.Second, cancel)
		return ctx, cancel
	}},
}

var retries99 = wrapper.WithRetry(wrapper.Retry{Attempts: 99})

// TestCallersDeadlineWins shows that the timeout of an attempt covers it whole, body included, and what follows from
// it: another attempt for a GET, and for any request that never left; an unknown outcome for all others. The caller's
// context ends a call wherever it is, on the spot.
func TestCallersDeadlineWins(t *testing.T) {
	for i, stall := range stalls {
		for _, d := range doors {
			for _, end := range endings {
				t.Run(strings.Join([]string{stall.name, d.name, end.name}, "/"), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						c, asked := stalled(t, i, end.opts...)
						ctx, cancel := end.ctx(t.Context())
						defer cancel()
						start := time.Now()
						err := d.call(ctx, c)
						attempts, want := end.attempts, end.kind
						if stall.left && !d.get {
							attempts = 1
							want += " Unknown"
						}
						if stall.answering {
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
