package faults_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"

	"example.com/cortexscan/wrapper"
)

// TestOtherTransports shows what is known of a request that fails in a transport which is not net/http's own: one
// that wraps it still tells, through net/http's trace, and of one that tells nothing every request counts as
// having left.
func TestOtherTransports(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	wraps := func(t *testing.T, cause error) http.RoundTripper {
		tr := newTransport(t)
		tr.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, cause }
		return roundTrip(func(r *http.Request) (*http.Response, error) { return tr.RoundTrip(r) })
	}
	tellsNothing := func(_ *testing.T, cause error) http.RoundTripper {
		return roundTrip(func(*http.Request) (*http.Response, error) { return nil, cause })
	}
	for _, tt := range []struct {
		name      string
		transport func(*testing.T, error) http.RoundTripper
		cause     error
		get, post cell
	}{
		{"wraps, refused", wraps, refused, cell{3, ""}, cell{3, ""}},
		{"wraps, certificate", wraps, &tls.CertificateVerificationError{Err: errors.New("x")}, cell{1, ""}, cell{1, ""}},
		{"tells nothing, refused", tellsNothing, refused, cell{3, ""}, cell{1, "Unknown"}},
		{"tells nothing, lost", tellsNothing, io.ErrUnexpectedEOF, cell{3, ""}, cell{1, "Unknown"}},
		{"tells nothing, certificate", tellsNothing, &tls.CertificateVerificationError{Err: errors.New("x")}, cell{1, ""}, cell{1, ""}},
		{"neither an answer nor an error", tellsNothing, nil, cell{3, ""}, cell{1, "Unknown"}},
	} {
		for _, d := range doors {
			t.Run(tt.name+"/"+d.name, func(t *testing.T) {
				sent := 0
				rt := tt.transport(t, tt.cause)
				c := newClient(t, anyHost, roundTrip(func(r *http.Request) (*http.Response, error) { sent++; return rt.RoundTrip(r) }))
				err := d.call(t.Context(), c)
				want := tt.post
				if d.get {
					want = tt.get
				}
				wantKinds(t, err, want.kinds)
				if sent != want.attempts || tt.cause != nil && !errors.Is(err, tt.cause) {
					t.Errorf("sent %d times, want %d: %v", sent, want.attempts, err)
				}
			})
		}
	}
}

// TestUnknownOutcomeAfterRetries shows that only what the last attempt came to decides: an abort that was refused
// twice, or never left, and is then lost, may have been executed once.
func TestUnknownOutcomeAfterRetries(t *testing.T) {
	for _, tt := range []struct {
		name  string
		last  func(*exchange) bool
		kinds string
	}{
		{"lost", (*exchange).reset, "Unknown"},
		{"503", status(503, ""), "Server Unknown"},
		{"HTML", status(200, "<html>"), "Unexpected Unknown"},
		{"500", status(500, ""), "Server"},
		{"429", status(429, ""), "RateLimited"},
	} {
		for _, d := range doors[2:] {
			s := serve(t, func(x *exchange) bool {
				if x.n < 3 {
					return x.reply(429, "")
				}
				return tt.last(x)
			})
			wantKinds(t, d.call(safetyNet(t), newClient(t, s.url, newTransport(t), wrapper.WithRetry(wrapper.Retry{Attempts: 3, BaseDelay: -1}))), tt.kinds)
			if s.count() != 3 {
				t.Errorf("%s, %s: %d requests, want 3", tt.name, d.name, s.count())
			}
		}
	}
}
