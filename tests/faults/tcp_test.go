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

// TestFailuresOverTCP makes every attempt of a call fail in the same
// way. It checks the number of attempts and the kinds of the error.
func TestFailuresOverTCP(t *testing.T) {
	for _, tt := range []struct {
		name       string
		respond    func(*exchange) bool
		get, abort int    // attempts
		kinds      string // of an abort's error; the error of a GET is never Unknown
	}{
		{"reset after the request", (*exchange).reset, 3, 1, "Unknown"},
		{"closed after the request", func(*exchange) bool { return false }, 3, 1, "Unknown"},
		{"another protocol", withBytes("SSH-2.0-OpenSSH_9.6\r\n"), 3, 1, "Unknown"},
		{"200 reset in the body", func(x *exchange) bool { x.send(raw(200, 90, `{"DATA":`)); return x.reset() }, 3, 1, "Unexpected Unknown"},
		{"200 closed in a chunk", withBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{\"DATA\":"), 3, 1, "Unexpected Unknown"},
		{"200, truncated gzip", withStatus(200, gzipped(goodAbort)[:30], "Content-Encoding: gzip"), 3, 1, "Unexpected Unknown"},
		{"200, not gzip", withStatus(200, goodAbort, "Content-Encoding: gzip"), 3, 1, "Unexpected Unknown"},
		{"200, longer than its length", withBytes(raw(200, 9, goodAbort)), 1, 1, "Unexpected Unknown"},
		{"400 closed in the body", withBytes(raw(400, 90, `{"err_code":400,`)), 1, 1, "BadRequest"},
		{"429 closed in the body", withBytes(raw(429, 90, `Too many`)), 3, 3, "RateLimited"},
		{"500", withStatus(500, `{"reply":{"err_code":500,"err_msg":"x"}}`), 1, 1, "Server"},
		{"503 reset in the body", func(x *exchange) bool { x.send(raw(503, 90, `<html>`)); return x.reset() }, 3, 1, "Server Unknown"},
	} {
		for _, op := range operations {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				s := serve(t, tt.respond)
				err := op.call(bounded(t), newClient(t, s.url, newTransport(t)))
				want, kinds := tt.abort, tt.kinds
				if op.get {
					want, kinds = tt.get, strings.TrimSuffix(kinds, "Unknown")
				}
				wantKinds(t, err, kinds)
				if s.count() != want {
					t.Errorf("sent %d times, want %d: %v", s.count(), want, err)
				}
				s.wantSigned(t)
			})
		}
	}
}

func TestRefusedConnectionsAreRetried(t *testing.T) {
	for _, op := range operations {
		for name, over := range map[string]func(http.RoundTripper) http.RoundTripper{
			"net/http":  func(rt http.RoundTripper) http.RoundTripper { return rt },
			"a wrapper": func(rt http.RoundTripper) http.RoundTripper { return roundTrip(rt.RoundTrip) },
		} {
			dials := 0
			tr := newTransport(t)
			tr.DialContext = func(context.Context, string, string) (net.Conn, error) { dials++; return nil, errRefused }
			err := op.call(bounded(t), newClient(t, anyHost, over(tr)))
			if wantKinds(t, err, ""); dials != 3 || !isNotSent(err) || !errors.Is(err, errRefused) {
				t.Errorf("%s, %s: got %d attempts and %v, want 3 and the dial error", op.name, name, dials, err)
			}
		}
	}
}

// TestTLSFailures checks that the error names the reason for a failed handshake, and that nothing is retried or sent.
func TestTLSFailures(t *testing.T) {
	for _, tt := range []struct {
		name   string
		server *tls.Config
		client *tls.Config // nil: the client does not trust the server's certificate
		want   string      // in the error
		as     func(error) bool
	}{
		{"unknown authority", nil, nil, "x509: certificate signed by unknown authority", as[x509.UnknownAuthorityError]},
		{"another name", nil, &tls.Config{ServerName: "console.example"}, "x509: certificate is valid for", as[x509.HostnameError]},
		{"expired", nil, &tls.Config{Time: func() time.Time { return time.Now().AddDate(100, 0, 0) }},
			"x509: certificate has expired", as[x509.CertificateInvalidError]},
		{"TLS 1.1 only", &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, &tls.Config{},
			"protocol version not supported", as[*net.OpError]},
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
						t.Errorf("got %v, want %q in the error", err, part)
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
