package exchange

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// The timeout bounds one attempt, including its body. Without a timeout only the caller's context ends it.
func TestTimeout(t *testing.T) {
	slowBody := transport(func(r *http.Request) (*http.Response, error) {
		return newResponse(200, &stalling{ctx: r.Context(), text: "{"}), nil
	})
	for _, tt := range []struct {
		name   string
		rt     transport
		adjust func(*Client)
		took   time.Duration
		want   string
	}{
		{"no response", silent, seconds, 3 * time.Second, "no complete response within 3s: context deadline exceeded"},
		{"a slow body", slowBody, seconds, 3 * time.Second, "no complete response within 3s: context deadline exceeded"},
		{"without a timeout", slowBody, func(*Client) {}, time.Hour, "context deadline exceeded"},
		{"longer than the caller's", silent, func(c *Client) { c.Timeout = 2 * time.Hour }, time.Hour, "context deadline exceeded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				start := time.Now()
				res := do(ctx, t, newClient(tt.rt, tt.adjust, once), http.MethodGet)
				if took := time.Since(start); took != tt.took || res.Err.Error() != tt.want || !errors.Is(res.Err, context.DeadlineExceeded) {
					t.Errorf("ended after %v with %v, want %v and %s", took, res.Err, tt.took, tt.want)
				}
				if res.Response != nil && (string(res.Body) != "{" || res.LastStatus != 200 || res.Whole()) {
					t.Errorf("got %+v", res)
				}
			})
		})
	}
}

// Transports made for tests often leave out what net/http always sets.
func TestIncompleteResponses(t *testing.T) {
	for name, response := range map[string]*http.Response{
		"a header": {StatusCode: 200, Body: io.NopCloser(strings.NewReader(""))}, "a body": {StatusCode: 200, Header: http.Header{}},
	} {
		res := do(t.Context(), t, newClient(transport(func(*http.Request) (*http.Response, error) { return response, nil })), http.MethodGet)
		if !res.Whole() || res.Response.Header == nil || res.Response.Body == nil || len(res.Body) != 0 {
			t.Errorf("without %s: %+v", name, res)
		}
	}
	res := do(t.Context(), t, newClient(failing(nil), once), http.MethodPost)
	if res.Response != nil || !res.Sent || res.Err == nil || res.Err.Error() != "the http.RoundTripper returned neither a response nor an error" {
		t.Errorf("without anything: %+v", res)
	}
}

// A refused certificate ends the call, even if the transport reports nothing, unless another connection was used.
func TestRefusedCertificates(t *testing.T) {
	refusal := &tls.CertificateVerificationError{Err: errors.New("not one of ours")}
	reporting := func(then transport) transport {
		return func(r *http.Request) (*http.Response, error) {
			httptrace.ContextClientTrace(r.Context()).TLSHandshakeDone(tls.ConnectionState{}, errors.New("tls: bad certificate"))
			return then(r)
		}
	}
	for _, tt := range []struct {
		name            string
		rt              transport
		permanent, sent bool
	}{
		{"not reported", failing(fmt.Errorf("x: %w", refusal)), true, false},
		{"reported", reporting(notSent), true, false},
		{"reported of another connection", reporting(lost), false, true},
	} {
		res := do(t.Context(), t, newClient(tt.rt), http.MethodGet)
		if res.Permanent != tt.permanent || res.Sent != tt.sent || (res.Attempts == 1) != tt.permanent || strings.HasPrefix(res.Err.Error(), "the TLS handshake failed: ") != tt.permanent {
			t.Errorf("%s: %+v", tt.name, res)
		}
	}
}

// A body that ends in a wrapped EOF is not a connection without a response.
func TestTruncatedBodyIsNotALostConnection(t *testing.T) {
	for _, cause := range []error{io.ErrUnexpectedEOF, fmt.Errorf("x: %w", io.EOF)} {
		if res := do(t.Context(), t, newClient(cutOff(200, "{", cause)), http.MethodPost); res.Err.Error() != cause.Error() || !errors.Is(res.Err, cause) || res.Attempts != 1 || res.Sent {
			t.Errorf("got %+v", res)
		}
	}
}

// Where net/http must not replay the request, these headers have names that it does not look for.
func TestIdempotencyKeysAreHiddenFromNetHTTP(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, http.MethodPatch} {
		for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
			rec := inTurn(canned(200, ""))
			r, _ := http.NewRequestWithContext(t.Context(), method, "/", nil)
			r.Header.Set(name, "1")
			newClient(rec).Do(t.Context(), r, nil)
			want := strings.ToLower(name)
			if method == http.MethodGet || method == http.MethodHead {
				want = name
			}
			if h := rec.requests[0].Header; !slices.Equal(h[want], []string{"1"}) || len(h) != 3 {
				t.Errorf("%s: sent %v", method, h)
			}
			if r.Header.Get(name) != "1" {
				t.Errorf("%s: the caller's header became %v", method, r.Header)
			}
		}
	}
}

// A stopped replay is not reported as the timeout that it looks like, whatever error the transport returns.
func TestReplayIsStopped(t *testing.T) {
	write := func(r *http.Request) {
		trace := httptrace.ContextClientTrace(r.Context())
		trace.GotConn(httptrace.GotConnInfo{Conn: discarded{}})
		trace.WroteHeaderField(":authority", nil)
		trace.WroteHeaders()
	}
	withBody := func(r *http.Request) (*http.Response, error) {
		write(r)
		_, _ = io.ReadAll(r.Body)
		if _, err := r.GetBody(); err != nil {
			return nil, fmt.Errorf("no body: %w", err)
		}
		return canned(200, "executed twice")(r)
	}
	without := func(r *http.Request) (*http.Response, error) {
		write(r)
		write(r)
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		return canned(200, "executed twice")(r)
	}
	for _, tt := range []struct {
		method, body string
		rt           transport
		stopped      bool
	}{
		{http.MethodPost, "body", withBody, true}, {http.MethodPost, "", without, true}, {http.MethodDelete, "", without, true},
		{http.MethodGet, "body", withBody, false}, {http.MethodGet, "", without, true}, {http.MethodHead, "", without, true},
	} {
		rec := inTurn(tt.rt)
		r, _ := http.NewRequestWithContext(t.Context(), tt.method, "/", nil)
		res := newClient(transport(func(r *http.Request) (*http.Response, error) {
			rec.requests = append(rec.requests, r)
			return tt.rt(r)
		}), seconds).Do(t.Context(), r, []byte(tt.body))
		if stopped := errors.Is(res.Err, errReplayStopped); stopped != tt.stopped || res.Sent != tt.stopped || len(rec.requests) != map[bool]int{false: 1, true: 3}[tt.stopped && tt.method == http.MethodGet] {
			t.Errorf("%s %q: %d requests, %+v", tt.method, tt.body, len(rec.requests), res)
		}
		if tt.stopped && errors.Is(res.Err, context.Canceled) {
			t.Errorf("%s: %v", tt.method, res.Err)
		}
	}
}

// pipes is net/http's transport, each of whose connections is served in memory. It is closed with the test.
func pipes(t *testing.T, serve func(net.Conn)) (tr *http.Transport, dials *int) {
	dials = new(int)
	tr = &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			*dials++
			if serve == nil {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
			}
			here, there := net.Pipe()
			go func() { defer there.Close(); serve(there) }()
			return here, nil
		},
		TLSClientConfig: &tls.Config{Time: time.Now, MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: time.Second,
	}
	t.Cleanup(tr.CloseIdleConnections)
	return tr, dials
}

func saysNothing(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

func talksNoTLS(c net.Conn) {
	go saysNothing(c)
	_, _ = io.WriteString(c, "HTTP/1.0 400 Bad Request\r\n\r\n")
}

// hangsUp reads for half a second, and then closes the connection.
func hangsUp(c net.Conn) {
	_ = c.SetReadDeadline(time.Now().Add(time.Second / 2))
	saysNothing(c)
}

// Whether the request was sent decides on a retry and is reported to the caller. The test uses net/http's transport, and
// one that wraps it, as tracing libraries do. tests/faults does the same over sockets.
func TestSent(t *testing.T) {
	server := httptest.NewTLSServer(nil) // for its certificate, which no client trusts
	server.Close()
	shakesHands := func(c net.Conn) {
		_ = tls.Server(c, &tls.Config{Certificates: server.TLS.Certificates, MinVersion: tls.VersionTLS12}).HandshakeContext(context.WithoutCancel(t.Context()))
	}
	for _, tt := range []struct {
		name  string
		serve func(net.Conn) // nil: no connection
		tls   bool
		sent  bool
		text  string
		get   int // attempts
		post  int
	}{
		{"refused", nil, false, false, "dial tcp: connection refused", 3, 3},
		{"an unknown certificate", shakesHands, true, false, "the TLS handshake failed: ", 1, 1},
		{"no TLS at all", talksNoTLS, true, false, "the TLS handshake failed: ", 1, 1},
		{"gone during the handshake", hangsUp, true, false, "EOF", 3, 3},
		{"silent during the handshake", saysNothing, true, false, "TLS handshake timeout", 3, 3},
		{"gone after the request", hangsUp, false, true, "the connection was closed without a response: EOF", 3, 1},
		{"silent after the request", saysNothing, false, true, "no complete response within 3s", 3, 1},
	} {
		for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
			"net/http": func(rt http.RoundTripper) http.RoundTripper { return rt },
			"wrapped":  func(rt http.RoundTripper) http.RoundTripper { return transport(rt.RoundTrip) },
		} {
			for _, method := range methods {
				t.Run(fmt.Sprintf("%s/%s/%s", tt.name, name, method), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						tr, dials := pipes(t, tt.serve)
						c := newClient(wrap(tr), seconds)
						if !tt.tls {
							c.Base.Scheme = "http"
						}
						res := do(t.Context(), t, c, method)
						want, sent := tt.get, tt.sent
						if method == http.MethodPost {
							want = tt.post
						} else if name == "wrapped" && tt.tls && tt.name != "an unknown certificate" {
							sent = true // a request without a body may have been sent
						}
						if res.Attempts != want || *dials != want || res.Sent != sent || res.Permanent != (tt.get == 1) || !strings.Contains(res.Err.Error(), tt.text) {
							t.Errorf("%d connections, want %d: %+v", *dials, want, res)
						}
					})
				})
			}
		}
	}
}

// net/http replays a GET if a kept-alive connection turns out to be dead.
// It does not replay a POST, whose outcome is unknown.
func TestReplayIsSignedAnew(t *testing.T) {
	for _, method := range methods {
		synctest.Test(t, func(t *testing.T) {
			var nonces []string
			tr, dials := pipes(t, func(c net.Conn) {
				in := bufio.NewReader(c)
				for n := range 2 {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					if nonces = append(nonces, r.Header.Get("X-Nonce")); n == 1 {
						return // without a response
					}
					_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\nnonce-0002, nonce-0003")
				}
			})
			c := newClient(tr, once, func(c *Client) { c.Base.Scheme = "http" })
			if res := do(t.Context(), t, c, method); !res.Whole() {
				t.Fatalf("%+v", res)
			}
			synctest.Wait() // until the connection is kept for the next request
			res := do(t.Context(), t, c, method)
			want, connections := []string{"nonce-0001", "nonce-0002", "nonce-0003"}, 2
			if method == http.MethodPost {
				want, connections = want[:2], 1
			} else if !res.Whole() || string(res.Body) != "[redacted], [redacted]" {
				t.Errorf("got %+v", res)
			}
			if !slices.Equal(nonces, want) || *dials != connections || res.Attempts != 1 || res.Whole() == res.Sent {
				t.Errorf("%s: %d connections, %q: %+v", method, *dials, nonces, res)
			}
		})
	}
}

// closing counts how many times it is closed.
type closing struct {
	io.Reader
	closed int
}

func (c *closing) Close() error { c.closed++; return nil }

// read reads a body, which must be closed afterwards, whatever becomes of it, so that its connection can be used again.
func read(t *testing.T, r io.Reader, length, limit int64) (body []byte, tooLarge bool, err error) {
	t.Helper()
	c := &closing{Reader: r}
	body, tooLarge, err = readBody(&http.Response{Body: c, ContentLength: length}, limit, func() {})
	if c.closed != 1 {
		t.Errorf("closed %d times", c.closed)
	}
	return body, tooLarge, err
}

// A body is read in whatever portions it arrives, with and without a length, up to the limit and not beyond.
func TestBodiesAreReadWhole(t *testing.T) {
	for _, size := range []int{0, 1, 4095, 4096, 4097, 12287, 12288, 12289, 64<<10 - 1, 64 << 10, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3 << 20} {
		text := strings.Repeat("0123456789abcdef\n", size/17+1)[:size]
		for name, portion := range map[string]func(io.Reader) io.Reader{
			"at once":            func(r io.Reader) io.Reader { return r },
			"in halves":          iotest.HalfReader,
			"the end at once":    iotest.DataErrReader,
			"nothing in between": func(r io.Reader) io.Reader { return &hesitant{r: r} },
		} {
			for _, length := range []int64{int64(size), -1} {
				for _, limit := range []int64{int64(size), int64(size) + 1, math.MaxInt64 - 1} {
					got, tooLarge, err := read(t, portion(strings.NewReader(text)), length, limit)
					if string(got) != text || tooLarge || err != nil {
						t.Errorf("%d bytes %s, length %d, limit %d: %d bytes, %v, %v", size, name, length, limit, len(got), tooLarge, err)
					}
				}
				if size == 0 {
					continue
				}
				got, tooLarge, err := read(t, portion(strings.NewReader(text)), length, int64(size)-1)
				if string(got) != text[:min(size-1, MaxShown)] || !tooLarge || err != nil {
					t.Errorf("%d bytes %s, length %d, a byte over the limit: %d bytes, %v, %v", size, name, length, len(got), tooLarge, err)
				}
			}
		}
	}
}

// hesitant returns no bytes from every other call.
type hesitant struct {
	r    io.Reader
	turn bool
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.turn = !h.turn; h.turn {
		return 0, nil
	}
	return h.r.Read(p)
}

// The beginning of the body is kept, as much as an error shows.
func TestTruncatedBodies(t *testing.T) {
	cause := errors.New("cable pulled")
	for _, size := range []int{0, 10, 5000, MaxShown, MaxShown + 1, 2 << 20} {
		text := strings.Repeat("x", size)
		for _, length := range []int64{-1, 3 << 20} {
			got, tooLarge, err := read(t, io.MultiReader(strings.NewReader(text), &failingReader{cause}), length, 4<<20)
			if string(got) != text[:min(size, MaxShown)] || tooLarge || !errors.Is(err, cause) {
				t.Errorf("%d bytes, length %d: %d bytes, %v, %v", size, length, len(got), tooLarge, err)
			}
		}
	}
}

// endless is a body that never ends, and counts what is read of it.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.read += int64(len(p))
	return len(p), nil
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A Content-Length is trusted only up to 1 MiB.
func TestWrongContentLength(t *testing.T) {
	for length, most := range map[int64]uint64{maxChunk - 1: 5 << 18, maxChunk: 64 << 10, 7 << 20: 64 << 10, math.MaxInt64: 64 << 10} {
		if took := allocated(func() { _, _, _ = read(t, strings.NewReader("short"), length, math.MaxInt64) }); took > most {
			t.Errorf("length %d: %d bytes were allocated", length, took)
		}
	}
	// A correct one costs about as much memory as it states.
	if took := allocated(func() { _, _, _ = read(t, strings.NewReader(strings.Repeat("x", 900<<10)), 900<<10, 1<<20) }); took > 2<<20 {
		t.Errorf("%d bytes were allocated", took)
	}
}

// The client waits briefly for the beginning, and then ends the request; it does not if the beginning is there.
func TestContentLengthOverTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		res := do(t.Context(), t, newClient(transport(func(r *http.Request) (*http.Response, error) {
			response := newResponse(500, &stalling{ctx: r.Context(), text: "the beginning"})
			response.ContentLength = 2 << 20
			return response, nil
		}), func(c *Client) { c.Timeout = time.Minute }), http.MethodGet)
		if took := time.Since(start); took != time.Second || !res.TooLarge || res.Err != nil || res.Ended != nil || string(res.Body) != "the beginning" {
			t.Errorf("after %v: %+v", took, res)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		_, _, _ = readBody(&http.Response{Body: io.NopCloser(&endless{}), ContentLength: 2 << 20}, 1<<20, cancel)
		if Sleep(ctx, time.Hour, "the end") != nil {
			t.Error("the request is ended after its response was read")
		}
	})
}

// stalling returns its string, and then blocks until the context ends.
type stalling struct {
	ctx  context.Context
	text string
}

func (s *stalling) Read(p []byte) (n int, err error) {
	if s.text == "" {
		<-s.ctx.Done()
		return 0, s.ctx.Err()
	}
	n = copy(p, s.text)
	s.text = s.text[n:]
	return n, nil
}
