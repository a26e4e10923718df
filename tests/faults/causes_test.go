package faults_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"example.com/cortexscan/wrapper"
)

// cell says what becomes of a call whose every attempt fails for one cause.
type cell struct {
	attempts int    // how often it is sent: 3, which is the default, or 1
	kinds    string // of the error, exactly
}

// cause is something that goes wrong with every attempt, and what becomes of a call then.
type cause struct {
	name      string
	dial      error                  // instead of a connection
	greet     func(net.Conn) bool    // instead of reading the request
	answer    func(x *exchange) bool // to a request that was read
	get, post cell
}

func status(code int, body string, headers ...string) func(*exchange) bool {
	return func(x *exchange) bool { return x.reply(code, body, headers...) }
}

// firstByte waits until the client has begun to send. A connection that breaks before may still count as one
// that was never made.
func firstByte(conn net.Conn) { conn.Read(make([]byte, 1)) }

func bytesOnly(raw string) func(*exchange) bool {
	return func(x *exchange) bool { x.send(raw); return false }
}

// causes are what happens on a connection. What each status comes to, TestTheStatusDecides of package wrapper and
// TestRetryTable of its exchange say.
var causes = []cause{
	// The request never left.
	{name: "connection refused", dial: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		get: cell{3, ""}, post: cell{3, ""}},
	{name: "name not found", dial: &net.DNSError{Err: "no such host", Name: "api.invalid", IsNotFound: true},
		get: cell{3, ""}, post: cell{3, ""}},
	{name: "certificate refused", dial: &tls.CertificateVerificationError{Err: errors.New("x509: not one of ours")},
		get: cell{1, ""}, post: cell{1, ""}},

	// The connection was lost afterwards.
	{name: "reset before the request is read", greet: func(conn net.Conn) bool { firstByte(conn); return reset(conn) },
		get: cell{3, ""}, post: cell{1, "Unknown"}},
	{name: "closed before the request is read", greet: func(conn net.Conn) bool { firstByte(conn); return false },
		get: cell{3, ""}, post: cell{1, "Unknown"}},
	{name: "reset after the request", answer: (*exchange).reset,
		get: cell{3, ""}, post: cell{1, "Unknown"}},
	{name: "closed after the request", answer: func(*exchange) bool { return false },
		get: cell{3, ""}, post: cell{1, "Unknown"}},
	{name: "another protocol", answer: bytesOnly("SSH-2.0-OpenSSH_9.6\r\n"),
		get: cell{3, ""}, post: cell{1, "Unknown"}},
	{name: "a length that is no number", answer: bytesOnly("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}"),
		get: cell{3, ""}, post: cell{1, "Unknown"}},
	{name: "200 reset in the body", answer: func(x *exchange) bool { x.send(raw(200, 90, `{"DATA":`)); return x.reset() },
		get: cell{3, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 closed in the body", answer: bytesOnly(raw(200, 90, goodAbort)),
		get: cell{3, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 closed in a chunk", answer: bytesOnly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"DATA\":"),
		get: cell{3, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 gzip that is none", answer: status(200, goodAbort, "Content-Encoding: gzip"), // it came whole
		get: cell{1, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 gzip that ends early", answer: status(200, string(gzipped(goodAbort)[:30]), "Content-Encoding: gzip"),
		get: cell{3, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "500 closed in the body", answer: bytesOnly(raw(500, 90, `{"err_code":500,`)),
		get: cell{1, "Server"}, post: cell{1, "Server"}},
	{name: "429 closed in the body", answer: bytesOnly(raw(429, 90, `Too many`)),
		get: cell{3, "RateLimited"}, post: cell{3, "RateLimited"}},
	{name: "503 reset in the body", answer: func(x *exchange) bool { x.send(raw(503, 90, `<html>`)); return x.reset() },
		get: cell{3, "Server"}, post: cell{1, "Server Unknown"}},

	// The answer came.
	{name: "429", answer: status(429, "Too many requests"), get: cell{3, "RateLimited"}, post: cell{3, "RateLimited"}},
	{name: "503", answer: status(503, ""), get: cell{3, "Server"}, post: cell{1, "Server Unknown"}},
	{name: "500", answer: status(500, `{"reply":{"err_code":500,"err_msg":"x"}}`), get: cell{1, "Server"}, post: cell{1, "Server"}},
	{name: "500 nothing matched", answer: status(500, `{"reply":{"err_code":500,"err_msg":"x - No endpoint was found for creating the requested action"}}`),
		get: cell{1, "Server NoEndpoints"}, post: cell{1, "Server NoEndpoints"}},
	{name: "200 longer than it says", answer: bytesOnly(raw(200, 9, goodAbort)), get: cell{1, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 too large", answer: status(200, `{"DATA":"`+strings.Repeat("a", 4096)+`"}`), get: cell{1, "TooLarge"}, post: cell{1, "TooLarge Unknown"}},
	{name: "503 too large", answer: status(503, strings.Repeat("a", 4096)), get: cell{3, "Server TooLarge"}, post: cell{1, "Server TooLarge Unknown"}},
}

// TestEveryCause goes through the table cell by cell, for both operations and both doors: how often a request is
// sent, what kinds of error come of it, which are all that errors.Is finds, and when its outcome is unknown. Where the
// cause goes away after two attempts, what is tried again succeeds.
func TestEveryCause(t *testing.T) {
	for _, c := range causes {
		for _, d := range doors {
			t.Run(c.name+"/"+d.name, func(t *testing.T) {
				t.Parallel()
				want := c.post
				if d.get {
					want = c.get
				}
				sent, s, err := c.run(t, d, 1000)
				wantKinds(t, err, want.kinds)
				if sent != want.attempts {
					t.Errorf("sent %d times, want %d: %v", sent, want.attempts, err)
				}
				s.wantFresh(t)
				sent, s, err = c.run(t, d, 2)
				if (err == nil) != (want.attempts == 3) || sent != want.attempts {
					t.Errorf("failing twice: sent %d times, want %d: %v", sent, want.attempts, err)
				}
				s.wantFresh(t)
			})
		}
	}
}

// run makes one call against a server of which the first attempts fail for this cause, and returns how often it
// was tried.
func (c cause) run(t *testing.T, d door, failures int32) (sent int, s *bareServer, err error) {
	s = &bareServer{}
	var tried atomic.Int32
	s.answer = func(x *exchange) bool {
		if c.answer != nil && tried.Add(1) <= failures {
			return c.answer(x)
		}
		return x.good()
	}
	if c.greet != nil {
		s.greet = func(conn net.Conn) bool { return tried.Add(1) > failures || c.greet(conn) }
	}
	s.start(t, listen(t))
	tr := newTransport(t)
	if c.dial != nil {
		tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if tried.Add(1) <= failures {
				return nil, c.dial
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
	}
	err = d.call(safetyNet(t), newClient(t, s.url, tr, wrapper.WithMaxResponseBytes(4000)))
	if c.dial != nil && err != nil && !errors.Is(err, c.dial) {
		t.Errorf("the error does not wrap its cause %v: %v", c.dial, err)
	}
	return int(tried.Load()), s, err
}
