package faults_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/cortexscan/wrapper"
)

// cause is something that goes wrong with every attempt of a call.
type cause struct {
	name    string
	dial    error                // instead of a connection
	greet   func(net.Conn) bool  // instead of reading the request
	respond func(*exchange) bool // to a request that was read

	retried string // "always", "GET" or "never"
	unknown bool   // the outcome of an abort
	kind    string // of the error, besides Unknown; exactly
}

var causes = []cause{
	// The request was not sent.
	{name: "connection refused", dial: errRefused, retried: "always"},
	{name: "name not found", dial: &net.DNSError{Err: "no such host", Name: "api.invalid", IsNotFound: true}, retried: "always"},
	{name: "certificate refused", dial: &tls.CertificateVerificationError{Err: errors.New("x509: an unknown authority")}, retried: "never"},

	// The connection was lost afterwards.
	{name: "reset before the request is read", greet: func(conn net.Conn) bool { firstByte(conn); return reset(conn) }, retried: "GET", unknown: true},
	{name: "closed before the request is read", greet: func(conn net.Conn) bool { firstByte(conn); return false }, retried: "GET", unknown: true},
	{name: "reset after the request", respond: (*exchange).reset, retried: "GET", unknown: true},
	{name: "closed after the request", respond: func(*exchange) bool { return false }, retried: "GET", unknown: true},
	{name: "another protocol", respond: withBytes("SSH-2.0-OpenSSH_9.6\r\n"), retried: "GET", unknown: true},
	{name: "a malformed Content-Length", respond: withBytes("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}"), retried: "GET", unknown: true},
	{name: "200 reset in the body", respond: func(x *exchange) bool { x.send(raw(200, 90, `{"DATA":`)); return x.reset() },
		retried: "GET", unknown: true, kind: "Unexpected"},
	{name: "200 closed in the body", respond: withBytes(raw(200, 90, goodAbort)), retried: "GET", unknown: true, kind: "Unexpected"},
	{name: "200 closed in a chunk", respond: withBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"DATA\":"),
		retried: "GET", unknown: true, kind: "Unexpected"},
	{name: "200 gzip that ends early", respond: withStatus(200, gzipped(goodAbort)[:30], "Content-Encoding: gzip"),
		retried: "GET", unknown: true, kind: "Unexpected"},
	{name: "400 closed in the body", respond: withBytes(raw(400, 90, `{"err_code":400,`)), retried: "never", kind: "BadRequest"},
	{name: "500 closed in the body", respond: withBytes(raw(500, 90, `{"err_code":500,`)), retried: "never", unknown: true, kind: "Server"},
	{name: "429 closed in the body", respond: withBytes(raw(429, 90, `Too many`)), retried: "always", kind: "RateLimited"},
	{name: "503 reset in the body", respond: func(x *exchange) bool { x.send(raw(503, 90, `<html>`)); return x.reset() },
		retried: "GET", unknown: true, kind: "Server"},

	// A response arrived: TestDefiniteResponses covers all statuses.
	{name: "429", respond: withStatus(429, "Too many requests"), retried: "always", kind: "RateLimited"},
	{name: "503", respond: withStatus(503, ""), retried: "GET", unknown: true, kind: "Server"},
	{name: "500", respond: withStatus(500, `{"reply":{"err_code":500,"err_msg":"x"}}`), retried: "never", kind: "Server"},
	{name: "200, not gzip", respond: withStatus(200, goodAbort, "Content-Encoding: gzip"), retried: "GET", unknown: true, kind: "Unexpected"},
	{name: "200, longer than its length", respond: withBytes(raw(200, 9, goodAbort)), retried: "never", unknown: true, kind: "Unexpected"},
	{name: "200, too large", respond: withStatus(200, `{"DATA":"`+strings.Repeat("a", 4096)+`"}`), retried: "never", unknown: true, kind: "TooLarge"},
	{name: "503, too large", respond: withStatus(503, strings.Repeat("a", 4096)), retried: "GET", unknown: true, kind: "Server TooLarge"},
}

// TestEveryCause checks how many times a request is sent, that its error is of exactly these kinds, and that a retried
// request succeeds if the cause goes away after two attempts.
func TestEveryCause(t *testing.T) {
	for _, c := range causes {
		for _, op := range operations {
			t.Run(c.name+"/"+op.name, func(t *testing.T) {
				t.Parallel()
				want, kinds := 1, c.kind
				if c.retried == "always" || c.retried == "GET" && op.get {
					want = 3
				}
				if c.unknown && !op.get {
					kinds += " Unknown"
				}
				sent, s, err := c.run(t, op, 1000)
				wantKinds(t, err, kinds)
				if sent != want {
					t.Errorf("sent %d times, want %d: %v", sent, want, err)
				}
				s.wantFresh(t)
				sent, s, err = c.run(t, op, 2)
				if (err == nil) != (want == 3) || sent != want {
					t.Errorf("failing twice: sent %d times, want %d: %v", sent, want, err)
				}
				s.wantFresh(t)
			})
		}
	}
}

// run makes a call whose first attempts fail for this cause, and returns the number of its attempts.
func (c cause) run(t *testing.T, op operation, failures int32) (sent int, s *bareServer, err error) {
	s = &bareServer{}
	var tried atomic.Int32
	s.respond = func(x *exchange) bool {
		if c.respond != nil && tried.Add(1) <= failures {
			return c.respond(x)
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
	err = op.call(bounded(t), newClient(t, s.url, tr, wrapper.WithMaxResponseBytes(4000)))
	if c.dial != nil && err != nil && !errors.Is(err, c.dial) {
		t.Errorf("the error does not wrap its cause %v: %v", c.dial, err)
	}
	return int(tried.Load()), s, err
}

// TestDefiniteResponses goes through all statuses and envelope codes: the outcome of an abort is unknown unless the
// response is on the short list of definite ones.
func TestDefiniteResponses(t *testing.T) {
	check := func(op operation, r reply) {
		t.Helper()
		body := r.body(&arrival{}, "7")
		c := newClient(t, anyHost, roundTrip(func(*http.Request) (*http.Response, error) { return response(r.status, body), nil }), attempts(1))
		err := op.call(t.Context(), c)
		if r.isSuccess() && (err == nil || errors.As(err, new(*json.UnmarshalTypeError))) {
			return // or JSON of another shape, which the generated client refuses
		}
		if unknown := errors.Is(err, wrapper.ErrOutcomeUnknown); err == nil || unknown == r.definite() {
			t.Errorf("%s: HTTP %d, %s: outcome unknown: %v, want %v: %v", op.name, r.status, body, unknown, !r.definite(), err)
		}
	}
	plain := []string{"good", "half", "empty", "text", "HTML", "another shape", "error", "errors", "detail"}
	for status := 100; status <= 999; status++ {
		for _, form := range plain {
			check(abort, reply{status: status, form: form})
		}
		for _, code := range []string{`500`, `"XQL_77"`, `504`} {
			check(abort, reply{status, "wrapped", code})
		}
		check(abort, reply{status, "action", `400`})
	}
	for _, status := range []int{200, 201, 202, 204, 206, 303, 400, 403, 408, 500, 503} {
		for _, form := range plain {
			check(apiPost, reply{status: status, form: form})
		}
		for _, form := range []string{"wrapped", "flat", "netscan", "action"} {
			for _, code := range codes {
				check(abort, reply{status, form, code})
				check(apiPost, reply{status, form, code})
			}
		}
	}
	for _, status := range []int{200, 400, 500} {
		for code := 400; code <= 999; code++ {
			check(abort, reply{status, "wrapped", fmt.Sprint(code)})
		}
	}
}

// TestTLSFailures checks that a refused handshake is named, is not retried, and sends nothing.
func TestTLSFailures(t *testing.T) {
	trusted, stranger := newAuthority(), newAuthority()
	for _, tt := range []struct {
		name   string
		config *tls.Config
		want   string // in the message
		as     func(error) bool
	}{
		{"another name",
			&tls.Config{Certificates: []tls.Certificate{trusted.issue(func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"console.example"} })}},
			"x509: cannot validate certificate for 127.0.0.1", as[x509.HostnameError]},
		{"expired",
			&tls.Config{Certificates: []tls.Certificate{trusted.issue(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) })}},
			"x509: certificate has expired", as[x509.CertificateInvalidError]},
		{"unknown authority",
			&tls.Config{Certificates: []tls.Certificate{stranger.issue(nil)}},
			"x509: certificate signed by unknown authority", as[x509.UnknownAuthorityError]},
		{"TLS 1.1 only",
			&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{trusted.issue(nil)}},
			"protocol version not supported", as[*net.OpError]},
	} {
		for _, op := range operations {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				s := serveTLS(t, tt.config)
				tr := newTransport(t)
				tr.TLSClientConfig = &tls.Config{RootCAs: trusted.pool()}
				err := op.call(bounded(t), newClient(t, s.url, tr))
				wantKinds(t, err, "")
				for _, part := range []string{"TLS handshake failed: ", tt.want, "not sent"} {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("no %q in the error: %v", part, err)
					}
				}
				if !tt.as(err) {
					t.Errorf("the error does not wrap its cause: %v", err)
				}
				if n := s.connections.Load(); n != 1 || s.count() != 0 {
					t.Errorf("%d handshakes and %d requests, want 1 and 0", n, s.count())
				}
			})
		}
	}
}

func as[E error](err error) bool { var e E; return errors.As(err, &e) }
