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

	"example.com/cortexscan/wrapper"
)

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
				if !isNotSent(err) || errors.Is(err, wrapper.ErrOutcomeUnknown) {
					t.Fatalf("got %v, want an error that reports the request as not sent", err)
				}
				for _, part := range []string{"TLS handshake failed: ", tt.want} {
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
