package exchange

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"syscall"
	"testing"
	"time"
)

// The steps of one attempt, as net/http reports them.
type step func(*requestTrace)

func getConn(t *requestTrace)    { t.getConn("example.org:443") }
func gotConn(t *requestTrace)    { t.gotConn(httptrace.GotConnInfo{Conn: discarded{}}) }
func wroteHTTP1(t *requestTrace) { t.wroteHeaderField("Host", nil); t.headers.Store(true) }
func wroteHTTP2(t *requestTrace) { t.wroteHeaderField(":authority", nil); t.headers.Store(true) }
func beganHTTP2(t *requestTrace) { t.wroteHeaderField(":authority", nil) }

// discarded is a connection that can be closed.
type discarded struct{ net.Conn }

func (discarded) Close() error { return nil }

// TestRequestTrace follows what net/http reports of one attempt. tests/faults has the same over sockets.
func TestRequestTrace(t *testing.T) {
	for _, tt := range []struct {
		name                     string
		steps                    []step
		sent, stopped, mayRewind bool
		signatures               int
	}{
		{"nothing", nil, false, false, true, 0},
		{"no connection", []step{getConn}, false, false, true, 0},
		{"a connection", []step{getConn, gotConn}, true, false, true, 0},
		{"written over HTTP/1", []step{getConn, gotConn, wroteHTTP1}, true, false, true, 0},
		{"begun over HTTP/2", []step{getConn, gotConn, beganHTTP2}, true, false, true, 0},
		{"written over HTTP/2", []step{getConn, gotConn, wroteHTTP2}, true, false, false, 0},
		{"written over HTTP/2, on a connection that stood ready", []step{gotConn, wroteHTTP2}, true, false, false, 0},
		{"another connection is wanted, since nothing was written", []step{getConn, gotConn, wroteHTTP1, getConn}, false, false, true, 0},
		{"another connection", []step{getConn, gotConn, wroteHTTP1, getConn, gotConn}, true, false, true, 1},
		{"a third one", []step{getConn, gotConn, wroteHTTP1, getConn, gotConn, getConn, gotConn}, true, false, true, 2},
		{"HTTP/2 after HTTP/1", []step{getConn, gotConn, wroteHTTP1, getConn, gotConn, wroteHTTP2}, true, false, false, 1},
		{"HTTP/2 that is begun after HTTP/1", []step{getConn, gotConn, wroteHTTP1, getConn, gotConn, beganHTTP2}, true, false, true, 1},
		{"HTTP/1 after HTTP/2 that was not written", []step{gotConn, beganHTTP2, getConn, gotConn, wroteHTTP1}, true, false, true, 1},
		{"another connection is wanted after HTTP/2", []step{gotConn, wroteHTTP2, getConn}, true, false, false, 0},
		{"another connection after HTTP/2", []step{gotConn, wroteHTTP2, gotConn}, true, true, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			signatures, canceled := 0, false
			trace := &requestTrace{guarded: true, ownTransport: true, resign: func() { signatures++ }, cancel: func() { canceled = true }}
			out := trace.follow(t.Context(), httptest.NewRequest(http.MethodPost, "/", nil), []byte("body"))
			for _, step := range tt.steps {
				step(trace)
			}
			if trace.mayHaveSent(io.EOF) != (tt.sent || tt.steps == nil) || trace.stopped.Load() != tt.stopped || canceled != tt.stopped || signatures != tt.signatures {
				t.Errorf("sent %v, stopped %v, canceled %v, %d signatures", trace.mayHaveSent(io.EOF), trace.stopped.Load(), canceled, signatures)
			}
			body, err := out.GetBody()
			if (err == nil) != tt.mayRewind {
				t.Fatalf("GetBody: %v", err)
			}
			if err == nil {
				if b, _ := io.ReadAll(body); string(b) != "body" {
					t.Errorf("GetBody returned %q", b)
				}
			} else if !trace.stopped.Load() {
				t.Error("a refused repetition is not remembered")
			}
		})
	}
}

func TestARequestWithoutEffectIsRepeated(t *testing.T) {
	trace := &requestTrace{ownTransport: true, resign: func() {}}
	out := trace.follow(t.Context(), httptest.NewRequest(http.MethodGet, "/", nil), []byte("body"))
	for _, step := range []step{gotConn, wroteHTTP2, gotConn, wroteHTTP2} {
		step(trace)
	}
	if _, err := out.GetBody(); err != nil || trace.stopped.Load() {
		t.Errorf("GetBody: %v, stopped %v", err, trace.stopped.Load())
	}
	for _, step := range []step{gotConn, wroteHTTP1, getConn} {
		step(trace)
	}
	if !trace.mayHaveSent(io.EOF) {
		t.Error("a GET that net/http repeats may have been sent before")
	}
}

func TestOtherTransports(t *testing.T) {
	follow := func() (*requestTrace, *http.Request) {
		trace := &requestTrace{guarded: true, resign: func() { t.Error("signed again, although the transport may read the header") }}
		return trace, trace.follow(t.Context(), httptest.NewRequest(http.MethodPost, "/", nil), []byte("body"))
	}
	trace, _ := follow()
	for _, step := range []step{getConn, gotConn, wroteHTTP1, getConn, gotConn, getConn} {
		step(trace)
	}
	if !trace.mayHaveSent(io.EOF) {
		t.Error("a request that another transport may have sent counts as not sent")
	}
	trace, silent := follow()
	if _, err := silent.GetBody(); err != nil {
		t.Errorf("a body that nobody has read: %v", err)
	}
	if _, err := io.ReadAll(silent.Body); err != nil {
		t.Fatal(err)
	}
	if _, err := silent.GetBody(); !errors.Is(err, errRepetitionStopped) || !trace.stopped.Load() {
		t.Errorf("the transport reports nothing, and has read the body: %v", err)
	}
	if !trace.mayHaveSent(io.EOF) || trace.mayHaveSent(&tls.CertificateVerificationError{Err: io.EOF}) {
		t.Error("of a transport that reports nothing, every request counts as sent, but for a refused certificate")
	}
}

// TestARepetitionWithoutBodyClosesItsConnection, unless that is an HTTP/2 one, which other requests may share.
func TestARepetitionWithoutBodyClosesItsConnection(t *testing.T) {
	server := httptest.NewTLSServer(nil) // for its certificate
	server.Close()
	for protocol, closed := range map[string]bool{"": true, "http/1.1": true, "h2": false} {
		here, there := net.Pipe()
		defer here.Close()
		defer there.Close()
		conn := here
		if protocol != "" {
			accepted := tls.Server(there, &tls.Config{Certificates: server.TLS.Certificates, NextProtos: []string{protocol}, MinVersion: tls.VersionTLS12})
			go func() { _, _ = io.Copy(io.Discard, accepted) }()
			roots := x509.NewCertPool()
			roots.AddCert(server.Certificate())
			secure := tls.Client(here, &tls.Config{ServerName: "example.com", RootCAs: roots, NextProtos: []string{protocol}, MinVersion: tls.VersionTLS12})
			if err := secure.HandshakeContext(t.Context()); err != nil {
				t.Fatal(err)
			}
			conn = secure
		}
		trace := &requestTrace{guarded: true, ownTransport: true, cancel: func() {}}
		trace.follow(t.Context(), httptest.NewRequest(http.MethodDelete, "/", nil), nil)
		for _, step := range []step{gotConn, wroteHTTP2} {
			step(trace)
		}
		trace.gotConn(httptrace.GotConnInfo{Conn: conn})
		if err := conn.SetDeadline(time.Time{}); (err != nil) != closed {
			t.Errorf("%q: %v, want it closed: %v", protocol, err, closed)
		}
	}
}

func TestRefusedHandshakes(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{{nil, false}, {errors.New("tls: bad certificate"), true}, {io.EOF, false}} {
		trace := &requestTrace{}
		out := trace.follow(t.Context(), httptest.NewRequest(http.MethodGet, "/", nil), nil)
		hooks := httptrace.ContextClientTrace(out.Context())
		hooks.TLSHandshakeDone(tls.ConnectionState{}, errors.New("refused before"))
		hooks.TLSHandshakeDone(tls.ConnectionState{}, tt.err)
		if got := trace.handshakeRefused.Load(); got != tt.want {
			t.Errorf("%v: refused %v", tt.err, got)
		}
	}
}

func TestIsNetworkError(t *testing.T) {
	for _, err := range []error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE, context.Canceled, context.DeadlineExceeded,
		&net.OpError{Op: "read", Err: syscall.ECONNRESET}, &net.DNSError{IsTimeout: true}, fmt.Errorf("a: %w", io.EOF),
	} {
		if !isNetworkError(err) {
			t.Errorf("%v is one", err)
		}
	}
	for _, err := range []error{
		errors.New("tls: bad certificate"), x509.UnknownAuthorityError{}, tls.AlertError(40), tls.RecordHeaderError{}, &net.DNSError{IsNotFound: true},
	} {
		if isNetworkError(err) {
			t.Errorf("%v is none", err)
		}
	}
}
