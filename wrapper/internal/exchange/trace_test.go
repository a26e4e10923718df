package exchange

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"
)

// step is something that a transport does with a request.
type step func(*requestTrace, *http.Request)

func getConn(t *requestTrace, _ *http.Request)    { t.getConn("example.org:443") }
func gotConn(t *requestTrace, _ *http.Request)    { t.gotConn(httptrace.GotConnInfo{Conn: discarded{}}) }
func wroteHTTP1(t *requestTrace, _ *http.Request) { t.wroteHeaderField("Host", nil); t.wroteHeaders() }
func wroteHTTP2(t *requestTrace, _ *http.Request) {
	t.wroteHeaderField(":authority", nil)
	t.wroteHeaders()
}
func readBody1(t *requestTrace, r *http.Request) {
	if got, _ := io.ReadAll(r.Body); len(got) > 0 && t.wasStopped() {
		panic("the body was read again, although that replay was stopped")
	}
}
func readCopy(_ *requestTrace, r *http.Request) { b, _ := r.GetBody(); _, _ = io.ReadAll(b) }
func getBody(_ *requestTrace, r *http.Request) {
	if b, err := r.GetBody(); err == nil {
		r.Body = b
	}
}

// discarded is a connection that can only be closed.
type discarded struct{ net.Conn }

func (discarded) Close() error { return nil }

// Through a RoundTripper other than net/http's, a request is reported as sent once its body was read or it had a
// connection. Whatever the method is, a replay is stopped once the body was read or the headers were written. Nothing is
// sent after the end of the attempt.
func TestOtherTransports(t *testing.T) {
	dial := &net.OpError{Op: "dial", Err: errors.New("refused")}
	certificate := &tls.CertificateVerificationError{Err: errors.New("unknown")}
	lost := errors.New("lost")
	for _, tt := range []struct {
		name            string
		steps           []step
		err             error
		sent, stopped   bool // of a request with a body
		sent0, stopped0 bool // of a request without a body
	}{
		{"reports nothing", nil, lost, true, false, true, false},
		{"reports nothing, cannot dial", nil, fmt.Errorf("a: %w", dial), false, false, false, false},
		{"reports nothing, cannot dial, or something else", nil, errors.Join(dial, lost), true, false, true, false},
		{"reports nothing, cannot resolve the name", nil, &net.DNSError{IsNotFound: true}, false, false, false, false},
		{"reports nothing, refuses the certificate", nil, certificate, false, false, false, false},
		{"cannot connect", []step{getConn}, dial, false, false, false, false},
		{"cannot connect for another reason", []step{getConn}, lost, false, false, true, false},
		{"falls back to one that reports nothing", []step{getConn, readBody1}, dial, true, false, false, false},
		{"falls back to one that reports nothing, with a fresh body", []step{getConn, getBody, readBody1}, lost, true, false, true, false},
		{"reads the body first", []step{readBody1, getConn}, dial, true, false, false, false},
		{"has a connection", []step{getConn, gotConn}, dial, true, false, true, false},
		{"asks for another connection before it writes", []step{getConn, gotConn, getConn}, dial, true, false, true, false},
		{"asks for another connection", []step{getConn, gotConn, wroteHTTP1, getConn}, dial, true, false, true, false},
		{"has another connection before it writes", []step{getConn, gotConn, gotConn}, lost, true, false, true, false},
		{"has another connection after HTTP/1", []step{getConn, gotConn, wroteHTTP1, getConn, gotConn}, lost, true, true, true, true},
		{"has another connection after HTTP/2", []step{gotConn, wroteHTTP2, gotConn}, lost, true, true, true, true},
		{"asks for the body again", []step{getConn, gotConn, readBody1, getBody}, lost, true, true, true, false},
		{"asks for the body again, and reports nothing", []step{readBody1, getBody}, lost, true, true, true, false},
		{"reads a copy of the body, and then the body again", []step{readCopy, readBody1}, lost, true, true, true, false},
	} {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			for _, body := range []string{"body", ""} {
				canceled := false
				trace := &requestTrace{guarded: method == http.MethodPost, cancel: func() { canceled = true }, resign: func() { t.Error("signed again, although the transport may have copied the header") }}
				out := trace.follow(t.Context(), httptest.NewRequest(method, "/", nil), []byte(body))
				if body == "" {
					out.Body, out.GetBody = http.NoBody, func() (io.ReadCloser, error) { return http.NoBody, nil }
				}
				for _, step := range tt.steps {
					step(trace, out)
				}
				sent, stopped := tt.sent, tt.stopped
				if body == "" {
					sent, stopped = tt.sent0, tt.stopped0
				}
				if strings.Contains(tt.name, "the body again") && method == http.MethodGet {
					stopped = false // only a second connection stops the replay of a GET
				}
				name := fmt.Sprintf("%s, %s %q", tt.name, method, body)
				if got, _ := trace.end(tt.err); got != sent || trace.wasStopped() != stopped || canceled && !stopped {
					t.Errorf("%s: got sent %v, stopped %v, canceled %v; want sent %v, stopped %v", name, got, trace.stopped, canceled, sent, stopped)
				}
				// The attempt is over, but a transport may continue in the background.
				unread := trace.reader == nil
				_, err := out.GetBody()
				left, readErr := io.ReadAll(out.Body)
				if body != "" && (err == nil || unread && (readErr == nil || len(left) > 0)) {
					t.Errorf("%s: can still get the body, or read %q: got %v and %v", name, left, err, readErr)
				}
				canceled = false
				if gotConn(trace, out); !canceled {
					t.Errorf("%s: can still use a connection", name)
				}
			}
		}
	}
}

// net/http may replay a GET, and each replay gets a new signature. Over HTTP/1, net/http asks for another connection for
// a POST only if it wrote nothing to the last one.
func TestOwnTransport(t *testing.T) {
	signatures := 1
	get := &requestTrace{own: true, resign: func() { signatures++ }}
	out := get.follow(t.Context(), httptest.NewRequest(http.MethodGet, "/", nil), nil)
	for i, step := range []step{getConn, gotConn, wroteHTTP2, getConn, gotConn} {
		if step(get, out); (signatures == 2) != (i == 4) {
			t.Errorf("got %d signatures after step %d", signatures, i+1)
		}
	}
	if sent, _ := get.end(io.EOF); !sent || get.wasStopped() {
		t.Errorf("a GET: got sent %v, stopped %v; want sent and not stopped", sent, get.wasStopped())
	}
	for want, wrote := range map[bool]step{false: wroteHTTP1, true: wroteHTTP2} {
		post := &requestTrace{own: true, guarded: true}
		out := post.follow(t.Context(), httptest.NewRequest(http.MethodPost, "/", nil), []byte("body"))
		for _, step := range []step{getConn, gotConn, wrote, getConn} {
			step(post, out)
		}
		if sent, _ := post.end(io.EOF); sent != want {
			t.Errorf("a POST: got sent %v, want %v", sent, want)
		}
	}
}

// Stopping a replay closes an HTTP/1 connection. An HTTP/2 connection
// stays open, encrypted or not, because other requests may share it.
func TestStoppedReplayClosesItsConnection(t *testing.T) {
	for field, closed := range map[string]bool{"Host": true, ":authority": false} {
		here, there := net.Pipe()
		defer here.Close()
		defer there.Close()
		canceled := false
		trace := &requestTrace{guarded: true, cancel: func() { canceled = true }}
		out := trace.follow(t.Context(), httptest.NewRequest(http.MethodDelete, "/", nil), nil)
		for _, step := range []step{gotConn, wroteHTTP2} {
			step(trace, out)
		}
		trace.gotConn(httptrace.GotConnInfo{Conn: here})
		if !canceled || here.SetDeadline(time.Time{}) != nil {
			t.Errorf("%s: got canceled %v, want true; or the connection was closed before anything was written", field, canceled)
		}
		trace.wroteHeaderField(field, nil)
		if err := here.SetDeadline(time.Time{}); (err != nil) != closed {
			t.Errorf("%s: got %v, want a closed connection: %v", field, err, closed)
		}
	}
}
