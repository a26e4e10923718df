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
	"time"

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

// causes is the table of the package's documentation, and beyond it all that the words "everything else" stand
// for.
var causes = []cause{
	// The request never left.
	{name: "connection refused", dial: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		get: cell{3, ""}, post: cell{3, ""}},
	{name: "no route", dial: &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.EHOSTUNREACH)},
		get: cell{3, ""}, post: cell{3, ""}},
	{name: "name not found", dial: &net.DNSError{Err: "no such host", Name: "api.invalid", IsNotFound: true},
		get: cell{3, ""}, post: cell{3, ""}},
	{name: "name server fails", dial: &net.DNSError{Err: "server misbehaving", Name: "api.invalid", IsTemporary: true},
		get: cell{3, ""}, post: cell{3, ""}},
	{name: "connect timeout", dial: &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded},
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
	{name: "closed in the status line", answer: bytesOnly("HTTP/1.1 20"),
		get: cell{3, ""}, post: cell{1, "Unknown"}},
	{name: "closed in the headers", answer: bytesOnly("HTTP/1.1 200 OK\r\nContent-Len"),
		get: cell{3, ""}, post: cell{1, "Unknown"}},
	{name: "another protocol", answer: bytesOnly("SSH-2.0-OpenSSH_9.6\r\n"),
		get: cell{3, ""}, post: cell{1, "Unknown"}},
	{name: "two lengths that contradict each other", answer: bytesOnly("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
		get: cell{3, ""}, post: cell{1, "Unknown"}},
	{name: "a length that is no number", answer: bytesOnly("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}"),
		get: cell{3, ""}, post: cell{1, "Unknown"}},
	{name: "200 reset in the body", answer: func(x *exchange) bool { x.send(raw(200, 90, `{"DATA":`)); return x.reset() },
		get: cell{3, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 closed in the body", answer: bytesOnly(raw(200, 90, goodAbort)),
		get: cell{3, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 closed in a chunk", answer: bytesOnly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"DATA\":"),
		get: cell{3, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 without its last chunk", answer: bytesOnly("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
		get: cell{3, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 gzip that is none", answer: status(200, goodAbort, "Content-Encoding: gzip"), // it came whole
		get: cell{1, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 gzip that ends early", answer: status(200, string(gzipped(goodAbort)[:30]), "Content-Encoding: gzip"),
		get: cell{3, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "500 closed in the body", answer: bytesOnly(raw(500, 90, `{"err_code":500,`)),
		get: cell{1, "Server"}, post: cell{1, "Server"}},
	{name: "400 closed in the body", answer: bytesOnly(raw(400, 90, `{"err_code":400,`)),
		get: cell{1, "BadRequest"}, post: cell{1, "BadRequest"}},
	{name: "429 closed in the body", answer: bytesOnly(raw(429, 90, `Too many`)),
		get: cell{3, "RateLimited"}, post: cell{3, "RateLimited"}},
	{name: "503 reset in the body", answer: func(x *exchange) bool { x.send(raw(503, 90, `<html>`)); return x.reset() },
		get: cell{3, "Server"}, post: cell{1, "Server Unknown"}},

	// Answers worth another attempt.
	{name: "429", answer: status(429, "Too many requests"), get: cell{3, "RateLimited"}, post: cell{3, "RateLimited"}},
	{name: "429 that says 500", answer: status(429, `{"reply":{"err_code":500,"err_msg":"x"}}`),
		get: cell{3, "RateLimited"}, post: cell{3, "RateLimited"}},
	{name: "502", answer: status(502, "<html>"), get: cell{3, "Server"}, post: cell{1, "Server Unknown"}},
	{name: "503", answer: status(503, ""), get: cell{3, "Server"}, post: cell{1, "Server Unknown"}},
	{name: "503 that says 401", answer: status(503, `{"reply":{"err_code":401,"err_msg":"x"}}`),
		get: cell{3, "Server"}, post: cell{1, "Server Unknown"}},
	{name: "504", answer: status(504, "upstream request timeout"), get: cell{3, "Server"}, post: cell{1, "Server Unknown"}},

	// Everything else.
	{name: "400", answer: status(400, `{"err_msg":"x","metadata":{"code":"BAD_REQUEST"}}`), get: cell{1, "BadRequest"}, post: cell{1, "BadRequest"}},
	{name: "401", answer: status(401, `{"reply":{"err_code":401,"err_msg":"x"}}`), get: cell{1, "Unauthorized"}, post: cell{1, "Unauthorized"}},
	{name: "402", answer: status(402, ""), get: cell{1, "NoLicense"}, post: cell{1, "NoLicense"}},
	{name: "403", answer: status(403, ""), get: cell{1, "Forbidden"}, post: cell{1, "Forbidden"}},
	{name: "404", answer: status(404, ""), get: cell{1, "NotFound"}, post: cell{1, "NotFound"}},
	{name: "408", answer: status(408, ""), get: cell{1, "Unexpected"}, post: cell{1, "Unexpected"}},
	{name: "422", answer: status(422, ""), get: cell{1, "BadRequest"}, post: cell{1, "BadRequest"}},
	{name: "500", answer: status(500, `{"reply":{"err_code":500,"err_msg":"x"}}`), get: cell{1, "Server"}, post: cell{1, "Server"}},
	{name: "500 with a Retry-After", answer: status(500, "", "Retry-After: 0"), get: cell{1, "Server"}, post: cell{1, "Server"}},
	{name: "500 that says 503", answer: status(500, `{"err_code":"503","err_msg":"x"}`), get: cell{1, "Server"}, post: cell{1, "Server"}},
	{name: "500 that says 429", answer: status(500, `{"err_code":"429","err_msg":"x"}`), get: cell{1, "Server"}, post: cell{1, "Server"}},
	{name: "500 nothing matched", answer: status(500, `{"reply":{"err_code":500,"err_msg":"x - No endpoint was found for creating the requested action"}}`),
		get: cell{1, "Server NoEndpoints"}, post: cell{1, "Server NoEndpoints"}},
	{name: "501", answer: status(501, ""), get: cell{1, "Server"}, post: cell{1, "Server"}},
	{name: "505", answer: status(505, ""), get: cell{1, "Server"}, post: cell{1, "Server"}},
	{name: "599", answer: status(599, ""), get: cell{1, "Server"}, post: cell{1, "Server"}},
	{name: "302", answer: status(302, "", "Location: /login"), get: cell{1, "Unexpected"}, post: cell{1, "Unexpected"}},
	{name: "307", answer: status(307, "", "Location: /again"), get: cell{1, "Unexpected"}, post: cell{1, "Unexpected"}},
	{name: "200 that says 503", answer: status(200, `{"reply":{"err_code":503,"err_msg":"x"}}`), get: cell{1, "Server"}, post: cell{1, "Server"}},
	{name: "200 that says 429", answer: status(200, `{"reply":{"err_code":429,"err_msg":"x"}}`), get: cell{1, "RateLimited"}, post: cell{1, "RateLimited"}},
	{name: "200 that says BUSY", answer: status(200, `{"reply":{"err_code":"BUSY","err_msg":"x"}}`), get: cell{1, "Unexpected"}, post: cell{1, "Unexpected"}},
	{name: "200 HTML", answer: status(200, "<html><title>Sign in</title>"), get: cell{1, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 longer than it says", answer: bytesOnly(raw(200, 9, goodAbort)), get: cell{1, "Unexpected"}, post: cell{1, "Unexpected Unknown"}},
	{name: "200 too large", answer: status(200, `{"DATA":"`+strings.Repeat("a", 4096)+`"}`), get: cell{1, "TooLarge"}, post: cell{1, "TooLarge Unknown"}},
	{name: "401 too large", answer: status(401, strings.Repeat("a", 4096)), get: cell{1, "Unauthorized TooLarge"}, post: cell{1, "Unauthorized TooLarge"}},
	{name: "503 too large", answer: status(503, strings.Repeat("a", 4096)), get: cell{3, "Server TooLarge"}, post: cell{1, "Server TooLarge Unknown"}},
}

// TestEveryCause goes through the table cell by cell, for both operations and both doors: how often a request is
// sent, what kinds of error come of it, which are all that errors.Is finds, and when its outcome is unknown.
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
				var e *wrapper.APIError
				if errors.As(err, &e) && e.Attempts != want.attempts {
					t.Errorf("APIError.Attempts is %d, want %d", e.Attempts, want.attempts)
				}
				s.wantFresh(t)
			})
		}
	}
}

// TestRecovery is the same table with a cause that goes away after two attempts: what is retried succeeds, and
// nothing else is tried again.
func TestRecovery(t *testing.T) {
	for _, c := range causes {
		for _, d := range methodDoors {
			t.Run(c.name+"/"+d.name, func(t *testing.T) {
				t.Parallel()
				want := c.post
				if d.get {
					want = c.get
				}
				sent, s, err := c.run(t, d, 2)
				if (err == nil) != (want.attempts == 3) || sent != want.attempts {
					t.Errorf("sent %d times, and then the error %v; want %d", sent, err, want.attempts)
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

// TestRetriesOff shows that one attempt means one.
func TestRetriesOff(t *testing.T) {
	for _, attempts := range []int{1, -1} {
		for _, d := range doors {
			s := serve(t, status(429, ""))
			err := d.call(safetyNet(t), newClient(t, s.url, newTransport(t), wrapper.WithRetry(wrapper.Retry{Attempts: attempts})))
			wantKinds(t, err, "RateLimited")
			if s.count() != 1 {
				t.Errorf("%s with Attempts %d was sent %d times", d.name, attempts, s.count())
			}
		}
	}
}

// TestRetryAfterOnTheWire shows the header's way from a real socket to the error, where it asks for too much.
func TestRetryAfterOnTheWire(t *testing.T) {
	for _, d := range doors {
		s := serve(t, status(429, "", "retry-after: 3600"))
		err := d.call(safetyNet(t), newClient(t, s.url, newTransport(t)))
		wantKinds(t, err, "RateLimited")
		if e := apiError(t, err); e.RetryAfter != time.Hour || e.Attempts != 1 || s.count() != 1 {
			t.Errorf("%s: RetryAfter %v, %d attempts, %d requests", d.name, e.RetryAfter, e.Attempts, s.count())
		}
		s = serve(t, status(429, "", "Retry-After: 3600", "Retry-After: 1"))
		err = d.call(safetyNet(t), newClient(t, s.url, newTransport(t)))
		if e := apiError(t, err); e.RetryAfter != 0 || e.Attempts != 3 || s.count() != 3 {
			t.Errorf("%s: two headers: RetryAfter %v, %d attempts, %d requests", d.name, e.RetryAfter, e.Attempts, s.count())
		}
	}
}
