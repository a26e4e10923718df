package faults_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"sync/atomic"
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
		{"wrong address",
			&tls.Config{Certificates: []tls.Certificate{trusted.issue(func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1)} })}},
			"x509: certificate is valid for 192.0.2.1, not 127.0.0.1", as[x509.HostnameError]},
		{"expired",
			&tls.Config{Certificates: []tls.Certificate{trusted.issue(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Hour) })}},
			"x509: certificate has expired", as[x509.CertificateInvalidError]},
		{"not valid yet",
			&tls.Config{Certificates: []tls.Certificate{trusted.issue(func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) })}},
			"is before", as[x509.CertificateInvalidError]},
		{"unknown authority",
			&tls.Config{Certificates: []tls.Certificate{stranger.issue(nil)}},
			"x509: certificate signed by unknown authority", as[x509.UnknownAuthorityError]},
		{"not for servers",
			&tls.Config{Certificates: []tls.Certificate{trusted.issue(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })}},
			"incompatible key usage", as[x509.CertificateInvalidError]},
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

// TestServersThatAreNotTLS shows the same for what is found on a port by mistake.
func TestServersThatAreNotTLS(t *testing.T) {
	// What a server that knows no more than TLS 1.1 answers, where it picks a version instead of refusing.
	hello := append([]byte{22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2}, bytes.Repeat([]byte{7}, 32)...)
	hello = append(hello, 0, 0xc0, 0x13, 0)
	for _, tt := range []struct {
		name, greeting, want string
	}{
		{"plain HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", "first record does not look like a TLS handshake"},
		{"another protocol", "SSH-2.0-OpenSSH_9.6\r\n", "first record does not look like a TLS handshake"},
		{"TLS 1.1, picked", string(hello), "unsupported protocol version 302"},
		{"a fatal alert", "\x15\x03\x03\x00\x02\x02\x28", "handshake failure"},
	} {
		for _, d := range methodDoors {
			t.Run(tt.name+"/"+d.name, func(t *testing.T) {
				s := &bareServer{greet: func(conn net.Conn) bool {
					conn.Write([]byte(tt.greeting))
					conn.Read(make([]byte, 4096)) // the client's hello, or nothing can be sent after it
					return false
				}}
				s.start(t, listen(t))
				err := d.call(safetyNet(t), newClient(t, strings.Replace(s.url, "http:", "https:", 1), newTransport(t)))
				wantKinds(t, err, "")
				if text := err.Error(); !strings.Contains(text, "the TLS handshake failed: ") || !strings.Contains(text, tt.want) {
					t.Errorf("the error does not say %q: %v", tt.want, err)
				}
				if n := s.connections.Load(); n != 1 {
					t.Errorf("%d handshakes, want 1", n)
				}
			})
		}
	}
}

// TestBrokenHandshake shows that a connection which breaks during the handshake is a request that never left:
// both operations are tried again, and succeed once the server recovers.
func TestBrokenHandshake(t *testing.T) {
	trusted := newAuthority(nil)
	config := &tls.Config{Certificates: []tls.Certificate{trusted.issue(nil)}}
	for _, tt := range []struct {
		name  string
		spoil func(net.Conn) bool
	}{
		{"closed", func(conn net.Conn) bool { firstByte(conn); return false }},
		{"reset", func(conn net.Conn) bool { firstByte(conn); return reset(conn) }},
	} {
		for _, d := range doors {
			for _, failures := range []int32{2, 1000} {
				s := &bareServer{answer: (*exchange).good}
				broken := &brokenHandshakes{Listener: listen(t), config: config, failures: failures, spoil: tt.spoil}
				s.start(t, broken)
				tr := newTransport(t)
				tr.TLSClientConfig = &tls.Config{RootCAs: trusted.pool()}
				err := d.call(safetyNet(t), newClient(t, strings.Replace(s.url, "http:", "https:", 1), tr))
				if (err == nil) != (failures == 2) || broken.accepted.Load() != 3 {
					t.Errorf("%s, %s: %v after %d connections, want 3", tt.name, d.name, err, broken.accepted.Load())
				}
				if err != nil {
					wantKinds(t, err, "")
				}
			}
		}
	}
}

// brokenHandshakes breaks the first connections before TLS begins.
type brokenHandshakes struct {
	net.Listener
	config   *tls.Config
	failures int32
	accepted atomic.Int32
	spoil    func(net.Conn) bool
}

func (b *brokenHandshakes) Accept() (net.Conn, error) {
	conn, err := b.Listener.Accept()
	if err != nil {
		return nil, err
	}
	if b.accepted.Add(1) <= b.failures {
		b.spoil(conn)
		conn.Close()
		return conn, nil
	}
	return tls.Server(conn, b.config), nil
}
