package faults_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestEveryCause makes all attempts of a call fail in the same way, over TCP. It checks how many attempts there are, and the
// kinds of the error.
func TestEveryCause(t *testing.T) {
	for _, tt := range []struct {
		name    string
		dial    error                // returned instead of a connection
		greet   func(net.Conn) bool  // called before the request is read
		respond func(*exchange) bool // called after the request was read

		retried string // "always", "GET" or "never"
		unknown bool   // whether the outcome of an abort is
		kind    string // the kinds of the error other than Unknown
	}{
		{name: "connection refused", dial: errRefused, retried: "always"},
		{name: "name not found", dial: &net.DNSError{Err: "no such host", Name: "api.invalid", IsNotFound: true}, retried: "always"},
		{name: "reset before the request is read", greet: func(conn net.Conn) bool { conn.Read(make([]byte, 1)); return reset(conn) }, retried: "GET", unknown: true},
		{name: "reset after the request", respond: (*exchange).reset, retried: "GET", unknown: true},
		{name: "closed after the request", respond: func(*exchange) bool { return false }, retried: "GET", unknown: true},
		{name: "another protocol", respond: withBytes("SSH-2.0-OpenSSH_9.6\r\n"), retried: "GET", unknown: true},
		{name: "200 reset in the body", respond: func(x *exchange) bool { x.send(raw(200, 90, `{"DATA":`)); return x.reset() },
			retried: "GET", unknown: true, kind: "Unexpected"},
		{name: "200 closed in a chunk", respond: withBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"DATA\":"),
			retried: "GET", unknown: true, kind: "Unexpected"},
		{name: "200 gzip that ends early", respond: withStatus(200, gzipped(goodAbort)[:30], "Content-Encoding: gzip"),
			retried: "GET", unknown: true, kind: "Unexpected"},
		{name: "200, not gzip", respond: withStatus(200, goodAbort, "Content-Encoding: gzip"), retried: "GET", unknown: true, kind: "Unexpected"},
		{name: "200, longer than its length", respond: withBytes(raw(200, 9, goodAbort)), retried: "never", unknown: true, kind: "Unexpected"},
		{name: "400 closed in the body", respond: withBytes(raw(400, 90, `{"err_code":400,`)), retried: "never", kind: "BadRequest"},
		{name: "429 closed in the body", respond: withBytes(raw(429, 90, `Too many`)), retried: "always", kind: "RateLimited"},
		{name: "503 reset in the body", respond: func(x *exchange) bool { x.send(raw(503, 90, `<html>`)); return x.reset() },
			retried: "GET", unknown: true, kind: "Server"},
		{name: "500", respond: withStatus(500, `{"reply":{"err_code":500,"err_msg":"x"}}`), retried: "never", kind: "Server"},
	} {
		for _, op := range operations {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				var dials atomic.Int32
				s := serve(t, tt.greet, tt.respond)
				tr := newTransport(t)
				tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
					dials.Add(1)
					if tt.dial != nil {
						return nil, tt.dial
					}
					return new(net.Dialer).DialContext(ctx, network, addr)
				}
				err := op.call(bounded(t), newClient(t, s.url, tr))
				want, kinds := 1, tt.kind
				if tt.retried == "always" || tt.retried == "GET" && op.get {
					want = 3
				}
				if tt.unknown && !op.get {
					kinds += " Unknown"
				}
				wantKinds(t, err, kinds)
				if sent := max(int(dials.Load()), s.count()); sent != want {
					t.Errorf("sent %d times, want %d: %v", sent, want, err)
				}
				if tt.dial != nil && !errors.Is(err, tt.dial) {
					t.Errorf("the error does not wrap its cause %v: %v", tt.dial, err)
				}
				s.wantSigned(t)
			})
		}
	}
}

// TestTLSFailures checks that the error names the reason of a failed handshake, and that nothing is retried or sent.
func TestTLSFailures(t *testing.T) {
	for _, tt := range []struct {
		name   string
		server *tls.Config
		client *tls.Config // nil does not trust the server's certificate
		want   string      // in the error
		as     func(error) bool
	}{
		{"unknown authority", nil, nil, "x509: certificate signed by unknown authority", as[x509.UnknownAuthorityError]},
		{"another name", nil, &tls.Config{ServerName: "console.example"}, "x509: certificate is valid for", as[x509.HostnameError]},
		{"expired", nil, &tls.Config{Time: func() time.Time { return time.Now().AddDate(100, 0, 0) }}, "x509: certificate has expired", as[x509.CertificateInvalidError]},
		{"TLS 1.1 only", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, &tls.Config{}, "protocol version not supported", as[*net.OpError]},
	} {
		for _, op := range operations {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				var requests, dials atomic.Int32
				s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
				s.TLS = tt.server
				s.StartTLS()
				defer s.Close()
				tr := newTransport(t)
				if tr.TLSClientConfig = tt.client; tt.client != nil {
					tr.TLSClientConfig.RootCAs = s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
				}
				tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
					dials.Add(1)
					return new(net.Dialer).DialContext(ctx, network, addr)
				}
				err := op.call(bounded(t), newClient(t, s.URL, tr))
				wantKinds(t, err, "")
				for _, part := range []string{"TLS handshake failed: ", tt.want, "not sent"} {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("no %q in the error: %v", part, err)
					}
				}
				if !tt.as(err) {
					t.Errorf("the error does not wrap its cause: %v", err)
				}
				if dials.Load() != 1 || requests.Load() != 0 {
					t.Errorf("%d handshakes and %d requests, want 1 and 0", dials.Load(), requests.Load())
				}
			})
		}
	}
}

func as[E error](err error) bool { var e E; return errors.As(err, &e) }
