package exchange

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// The timeout limits one attempt, including the body of the response.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		res := do(t.Context(), t, newClient(stalling(200, "{", -1), once, func(c *Client) { c.Timeout = 3 * time.Second }), http.MethodGet)
		if took := time.Since(start); took != 3*time.Second || res.Err.Error() != "no complete response within 3s: context deadline exceeded" || !errors.Is(res.Err, context.DeadlineExceeded) {
			t.Errorf("ended after %v with %v", took, res.Err)
		}
		if string(res.Body) != "{" || res.LastStatus != 200 || res.Whole() {
			t.Errorf("got %+v", res)
		}
	})
}

// Transports made for tests often omit the header or the body, which net/http always sets.
func TestIncompleteResponses(t *testing.T) {
	for name, response := range map[string]*http.Response{"a header": {Body: http.NoBody}, "a body": {Header: http.Header{}}} {
		res := do(t.Context(), t, newClient(transport(func(*http.Request) (*http.Response, error) { return response, nil })), http.MethodPost)
		if !res.Whole() || response.Header == nil || response.Body == nil {
			t.Errorf("without %s: got %+v", name, res)
		}
	}
}

// A refused TLS handshake ends the call, even if the transport does not report the handshake. The last reported
// handshake determines the result, unless a connection follows it.
func TestRefusedHandshakeEndsTheCall(t *testing.T) {
	handshakes := func(then transport, errs ...error) transport {
		return func(r *http.Request) (*http.Response, error) {
			for _, err := range errs {
				httptrace.ContextClientTrace(r.Context()).TLSHandshakeDone(tls.ConnectionState{}, err)
			}
			return then(r)
		}
	}
	refusal := errors.New("tls: bad certificate")
	for _, tt := range []struct {
		name            string
		rt              transport
		permanent, sent bool
	}{
		{"not reported", failing(fmt.Errorf("x: %w", &tls.CertificateVerificationError{Err: refusal})), true, false},
		{"reported", handshakes(notSent, refusal), true, false},
		{"reported for an earlier handshake", handshakes(notSent, refusal, nil), false, false},
		{"reported for another connection", handshakes(lost, refusal), false, true},
	} {
		res := do(t.Context(), t, newClient(tt.rt), http.MethodGet)
		if res.Permanent != tt.permanent || res.Sent != tt.sent || (res.Attempts == 1) != tt.permanent || strings.HasPrefix(res.Err.Error(), "the TLS handshake failed: ") != tt.permanent {
			t.Errorf("%s: got %+v", tt.name, res)
		}
	}
	for _, broken := range []error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.EPIPE, syscall.ECONNRESET, context.Canceled, context.DeadlineExceeded, &net.DNSError{IsTimeout: true},
	} {
		if res := do(t.Context(), t, newClient(handshakes(notSent, broken)), http.MethodGet); res.Permanent {
			t.Errorf("a connection that broke during the handshake: %v is permanent", res.Err)
		}
	}
}

// net/http may replay any request with one of these headers, but it recognizes only their canonical names.
func TestIdempotencyKeysAreHiddenFromNetHTTP(t *testing.T) {
	for methods, names := range map[string][]string{
		"GET HEAD OPTIONS TRACE": {"Idempotency-Key", "X-Idempotency-Key"}, "POST DELETE": {"idempotency-key", "x-idempotency-key"},
	} {
		for _, method := range strings.Fields(methods) {
			rec := inTurn(canned(200, ""))
			r, _ := http.NewRequestWithContext(t.Context(), method, "/", nil)
			r.Header = http.Header{"Idempotency-Key": {"1"}, "X-Idempotency-Key": {"1"}}
			newClient(rec).Do(t.Context(), r, nil)
			if h := rec.requests[0].Header; len(h) != 4 || h[names[0]] == nil || h[names[1]] == nil || r.Header.Get("Idempotency-Key") != "1" {
				t.Errorf("%s: sent %v; the caller's header became %v", method, h, r.Header)
			}
		}
	}
}

// A stopped replay ends the attempt with an error that does not look like a timeout or a cancellation by the caller.
func TestErrorNamesAStoppedReplay(t *testing.T) {
	replay := transport(func(r *http.Request) (*http.Response, error) {
		trace := httptrace.ContextClientTrace(r.Context())
		for range 2 {
			trace.GotConn(httptrace.GotConnInfo{Conn: discarded{}})
			trace.WroteHeaderField(":authority", nil)
			trace.WroteHeaders()
		}
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	res := do(t.Context(), t, newClient(replay), http.MethodPost)
	if !errors.Is(res.Err, errReplayStopped) || errors.Is(res.Err, context.Canceled) || !res.Sent || res.Attempts != 1 {
		t.Errorf("got %+v", res)
	}
}

type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

// readBody reads a body to its end or up to the limit, with or without a Content-Length. If reading fails, readBody
// returns the beginning. It always closes the body.
func TestReadBody(t *testing.T) {
	atOnce := func(r io.Reader) io.Reader { return r }
	for _, size := range []int{0, 1, 4096, 4097, 8193, MaxShown, MaxShown + 1, 1 << 20, 3 << 20} {
		text := strings.Repeat("0123456789abcdef\n", size/17+1)[:size]
		read := func(r io.Reader, length int, limit int64, shown int, tooLarge bool, cause error) {
			t.Helper()
			c := &closing{Reader: r}
			got, over, err := readBody(&http.Response{Body: c, ContentLength: int64(length)}, limit, func() {})
			if string(got) != text[:shown] || over != tooLarge || !errors.Is(err, cause) || c.closed != 1 {
				t.Errorf("%d bytes, length %d, limit %d: got %d bytes, too large %v, %v, closed %d times", size, length, limit, len(got), over, err, c.closed)
			}
		}
		for _, portion := range []func(io.Reader) io.Reader{atOnce, iotest.HalfReader, iotest.DataErrReader} {
			for _, length := range []int{size, -1} {
				for _, limit := range []int64{int64(size), int64(size) + 1, math.MaxInt64 - 1} {
					read(portion(strings.NewReader(text)), length, limit, size, false, nil)
				}
				if size > 0 {
					read(portion(strings.NewReader(text)), length, int64(size)-1, min(size-1, MaxShown), true, nil)
				}
			}
		}
		read(strings.NewReader(text), 0, 4<<20, size, false, nil) // a RoundTripper may set a wrong length
		for _, length := range []int{size + 9, -1} {
			cause := errors.New("cable pulled")
			read(io.MultiReader(strings.NewReader(text), iotest.ErrReader(cause)), length, 4<<20, min(size, MaxShown), false, cause)
		}
	}
}

// readBody allocates memory for the whole body in advance only if the Content-Length is at most 1 MiB.
func TestWrongContentLength(t *testing.T) {
	for length, most := range map[int64]uint64{maxTrusted: 5 << 18, maxTrusted + 1: 64 << 10, math.MaxInt64: 64 << 10} {
		response := newResponse(200, strings.NewReader("short"))
		response.ContentLength = length
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, _ = readBody(response, math.MaxInt64, func() {})
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > most {
			t.Errorf("length %d: %d bytes were allocated, want at most %d", length, took, most)
		}
	}
}

// If the Content-Length exceeds the limit, the client waits up to a second for the first MaxShown bytes of the body. If
// they do not arrive in time, the client ends the request.
func TestContentLengthOverTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		res := do(t.Context(), t, newClient(stalling(500, "the beginning", 2<<20)), http.MethodGet)
		if took := time.Since(start); took != time.Second || !res.TooLarge || res.Err != nil || res.Ended != nil || string(res.Body) != "the beginning" {
			t.Errorf("got %+v after %v, want the beginning after 1s", res, took)
		}
		complete := newResponse(500, strings.NewReader(strings.Repeat("x", MaxShown+1)))
		complete.ContentLength = 2 << 20
		_, _, _ = readBody(complete, 1<<20, func() { t.Error("the request was ended after the beginning had arrived") })
		<-time.After(time.Hour)
	})
}

// stalling sends the beginning of a body, and nothing more until the request is canceled.
func stalling(status int, beginning string, length int64) transport {
	return func(r *http.Request) (*http.Response, error) {
		rest, w := io.Pipe()
		context.AfterFunc(r.Context(), func() { _ = w.CloseWithError(r.Context().Err()) })
		response := newResponse(status, io.MultiReader(strings.NewReader(beginning), rest))
		response.ContentLength = length
		return response, nil
	}
}
