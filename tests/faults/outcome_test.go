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

	"example.com/cortexscan/gen"
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

// refusal refuses whatever it is asked to validate.
type refusal struct{ error }

func (r refusal) ValidateRequest(*http.Request) error { return r }
func (r refusal) ValidateResponse(*http.Request, int, http.Header, []byte) error {
	return r
}

// TestRefusals shows the two sides of a validator: a refused request was never sent, so that its outcome is known;
// a refused answer to an abort leaves it unknown.
func TestRefusals(t *testing.T) {
	no := refusal{errors.New("no")}
	for _, d := range doors {
		s := serve(t, (*exchange).good)
		err := d.call(safetyNet(t), newClient(t, s.url, newTransport(t), wrapper.WithRequestValidator(no)))
		wantKinds(t, err, "InvalidRequest")
		if s.connections.Load() != 0 || !errors.Is(err, no) {
			t.Errorf("%s: %d connections, %v", d.name, s.connections.Load(), err)
		}

		err = d.call(safetyNet(t), newClient(t, s.url, newTransport(t), wrapper.WithResponseValidator(no)))
		want := "InvalidResponse Unknown"
		if d.get {
			want = "InvalidResponse"
		}
		wantKinds(t, err, want)
		if s.count() != 1 || !errors.Is(err, no) {
			t.Errorf("%s: %d requests, %v", d.name, s.count(), err)
		}
	}
}

// TestNothingIsSentForNothing shows that targets which name nothing are refused before anything is sent.
func TestNothingIsSentForNothing(t *testing.T) {
	s := serve(t, (*exchange).good)
	c := newClient(t, s.url, newTransport(t))
	for name, targets := range map[string]wrapper.Targets{
		"zero":           {},
		"no filter":      wrapper.Matching(),
		"no value":       wrapper.Matching(wrapper.Hostnames()),
		"a blank value":  wrapper.Matching(wrapper.Hostnames("laptop-17", " ")),
		"an empty one":   wrapper.Matching(gen.EndpointFilter{}),
		"one of several": wrapper.Matching(wrapper.Hostnames("laptop-17"), wrapper.IPs()),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.AbortScan(safetyNet(t), targets)
			wantKinds(t, err, "InvalidRequest")
		})
	}
	if n := s.connections.Load(); n != 0 {
		t.Errorf("%d connections, want none", n)
	}
}

// TestUnknownOutcomeAfterRetries shows that only what the last attempt came to decides: an abort that was refused
// twice, or never left, and is then lost, may have been carried out once.
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
