package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/cortexscan/wrapper"
)

// TestWhetherARequestHadLeft decides on another attempt and on ErrOutcomeUnknown; it is seen here with net/http's
// transport, and with one that wraps it, as those for tracing do.
func TestWhetherARequestHadLeft(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	plain := httptest.NewServer(secure.Config.Handler)
	defer plain.Close()

	for _, tt := range []struct {
		name        string
		url         string
		attempts    int // of any method; 0: of a GET 3, of another one 1 with an unknown outcome
		text, start string
	}{
		{"refused", "http://" + closedPort(t), 3, "connection refused", "not sent"},
		{"a certificate that nobody knows", secure.URL, 1, "the TLS handshake failed: ", "not sent"},
		{"no TLS at all", strings.Replace(plain.URL, "http", "https", 1), 1, "the TLS handshake failed: ", "not sent"},
		{"gone during the handshake", "https://" + hangsUp(t, false), 3, "EOF", "not sent"},
		{"silent during the handshake", "https://" + hangsUp(t, true), 3, "TLS handshake timeout", "not sent"},
		{"gone after the request", "http://" + hangsUp(t, false), 0, "the connection was closed without an answer: EOF", "no answer"},
	} {
		for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
			"net/http":            func(rt http.RoundTripper) http.RoundTripper { return rt },
			"a transport over it": func(rt http.RoundTripper) http.RoundTripper { return transport(rt.RoundTrip) },
		} {
			for _, op := range operations[:2] {
				t.Run(fmt.Sprintf("%s/%s/%s", tt.name, name, op.name), func(t *testing.T) {
					own := &http.Transport{TLSHandshakeTimeout: 20 * time.Millisecond}
					if !strings.HasPrefix(tt.text, "TLS handshake timeout") {
						own.TLSHandshakeTimeout = 0
					}
					defer own.CloseIdleConnections()
					var dials atomic.Int32
					own.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
						dials.Add(1)
						return (&net.Dialer{}).DialContext(ctx, network, address)
					}
					c, err := wrapper.New(tt.url, wrapper.StandardKey(testKeyID, testKey), noWait(), wrapper.WithHTTPClient(&http.Client{Transport: wrap(own)}))
					if err != nil {
						t.Fatal(err)
					}
					err = op.call(t, t.Context(), c)
					var want []string
					attempts := tt.attempts
					if attempts == 0 {
						if want, attempts = withUnknown(op), 3; op.effect {
							attempts = 1
						}
					}
					wantKinds(t, err, want...)
					if int(dials.Load()) != attempts || !strings.Contains(err.Error(), tt.text) || !strings.Contains(err.Error(), op.what+": "+tt.start+": ") {
						t.Errorf("%d connections, want %d; %v", dials.Load(), attempts, err)
					}
				})
			}
		}
	}
}

// closedPort is an address that nobody listens at.
func closedPort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// hangsUp is a server that closes each connection after a first read, or, where it is silent, never.
func hangsUp(t *testing.T, silent bool) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = conn.Read(make([]byte, 64<<10))
				// A close with unread data would be a reset, and the body may come in a packet of its own.
				_ = conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
				_, _ = io.Copy(io.Discard, conn)
				if silent {
					<-ctx.Done()
				}
			}()
		}
	}()
	return l.Addr().String()
}

// TestContextsDuringAnAttempt: the caller's end, the attempt's, and which of the two it was.
func TestContextsDuringAnAttempt(t *testing.T) {
	cause := errors.New("shutting down")
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
				httptrace.ContextClientTrace(r.Context()).GetConn("a:1")
				httptrace.ContextClientTrace(r.Context()).GotConn(httptrace.GotConnInfo{})
				cancel(cause)
				return nil, r.Context().Err()
			}), wrapper.WithTimeout(-1))
			err := op.call(t, ctx, c)
			if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) || !strings.Contains(err.Error(), op.what) {
				t.Errorf("got %v", err)
			}
			wantKinds(t, err, withUnknown(op)...)

			c = newClient(t, transport(silent), once(), wrapper.WithTimeout(time.Nanosecond))
			err = op.call(t, t.Context(), c)
			if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no complete answer within 1ns") {
				t.Errorf("got %v", err)
			}
			wantKinds(t, err, withUnknown(op)...)
		})
	}
}
