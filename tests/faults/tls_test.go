package faults_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"testing"
	"time"
)

// serveTLS starts a server behind TLS.
func serveTLS(t testing.TB, config *tls.Config, answer func(*exchange) bool) *bareServer {
	t.Helper()
	s := &bareServer{answer: answer}
	s.start(t, tls.NewListener(listen(t), config))
	s.url = strings.Replace(s.url, "http:", "https:", 1)
	return s
}

// TestTLSFailures shows that a handshake which was refused is named for what it is, is not tried again, and sends
// nothing.
func TestTLSFailures(t *testing.T) {
	trusted, stranger := newAuthority(nil), newAuthority(nil)
	for _, tt := range []struct {
		name   string
		config *tls.Config
		want   string // in the error's text
		as     func(error) bool
	}{
		{"wrong name",
			&tls.Config{Certificates: []tls.Certificate{trusted.issue(func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"console.example"} })}},
			"x509: cannot validate certificate for 127.0.0.1", as[x509.HostnameError]},
		{"expired",
			&tls.Config{Certificates: []tls.Certificate{trusted.issue(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) })}},
			"x509: certificate has expired", as[x509.CertificateInvalidError]},
		{"unknown authority",
			&tls.Config{Certificates: []tls.Certificate{stranger.issue(nil)}},
			"x509: certificate signed by unknown authority", as[x509.UnknownAuthorityError]},
		{"TLS 1.1 alone",
			&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{trusted.issue(nil)}},
			"protocol version not supported", as[*net.OpError]},
	} {
		for _, d := range doors {
			t.Run(tt.name+"/"+d.name, func(t *testing.T) {
				s := serveTLS(t, tt.config, (*exchange).good)
				tr := newTransport(t)
				tr.TLSClientConfig = &tls.Config{RootCAs: trusted.pool()}
				err := d.call(safetyNet(t), newClient(t, s.url, tr))
				wantKinds(t, err, "")
				if text := err.Error(); !strings.Contains(text, "the TLS handshake failed: ") || !strings.Contains(text, tt.want) || !strings.Contains(text, "not sent") {
					t.Errorf("the error does not say %q: %v", tt.want, err)
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
