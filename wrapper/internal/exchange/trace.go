package exchange

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"strings"
	"sync"
	"syscall"
)

// requestTrace follows one attempt through net/http's trace and through the reads of its body. It knows whether the request may
// have been sent, and stops replays.
//
// net/http replays a request by itself: over HTTP/1 on a kept-alive connection that proves dead, if nothing was written or the
// request counts as replayable; over HTTP/2 also after GOAWAY, REFUSED_STREAM and PROTOCOL_ERROR, of which the last can follow a
// request that was executed. Every replay of a request with a body calls GetBody. Without a body, only GotConn sees it.
//
// These rules are net/http's. A RoundTripper that is in between, or that is registered as a protocol of its Transport, may send
// the request over several stacks, change its header and report what it likes. For it the rule is stricter: see direct.
type requestTrace struct {
	transport *http.Transport    // nil for any other RoundTripper
	guarded   bool               // the request must not be sent again once it may have been executed
	hasBody   bool               // so that nobody can execute the request who has not read it
	cancel    context.CancelFunc // of the attempt
	resign    func()             // makes a new signature for a replay, which the service would refuse with the old one

	mu               sync.Mutex
	reported         bool         // the transport calls the hooks
	connected        bool         // it has had a connection
	sent             bool         // something may have been written, on any connection
	reader           *watchedBody // that was read, so that what was read may have been written
	replays          int          // how often net/http itself was given the body once more
	handshakeRefused bool         // the last TLS handshake
	stopped          bool         // a replay was stopped
	ended            bool         // the attempt is over: nothing is to be sent any more

	// Of the present connection:
	headers bool // the header was written
	http2   bool
	doomed  net.Conn // that a stopped replay was about to use

	asked  [32]uintptr // the call stack when a connection was asked for last
	frames int
}

// errReplayStopped replaces the error after which the request would have been sent again, and which is not reported.
var errReplayStopped = errors.New("the server ended the request without an answer, and it is not sent a second time")

// isReplayable reports whether net/http considers every request with this method safe to repeat.
func isReplayable(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return false
}

// follow returns a copy of r that is traced and has the given body.
func (t *requestTrace) follow(ctx context.Context, r *http.Request, body []byte) *http.Request {
	out := r.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:          t.getConn,
		GotConn:          t.gotConn,
		WroteHeaderField: t.wroteHeaderField,
		WroteHeaders:     t.wroteHeaders,
		TLSHandshakeDone: t.handshakeDone,
	}))
	out.Body, out.GetBody, out.ContentLength = nil, nil, int64(len(body))
	out.TransferEncoding, out.Trailer = nil, nil // which belong to a body that is not known yet
	if t.hasBody = len(body) > 0; t.hasBody {
		out.Body = &watchedBody{trace: t, r: bytes.NewReader(body)}
		out.GetBody = func() (io.ReadCloser, error) { return t.replay(body) }
	}
	return out
}

// direct reports whether net/http's own Transport is sending the request, by the call stack of a hook: there is nothing else
// between it and the attempt.
func (t *requestTrace) direct(stack []uintptr) bool {
	if t.transport == nil || len(stack) == 0 {
		return false
	}
	frames := runtime.CallersFrames(stack)
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch name := f.Function; {
		case strings.HasSuffix(name, "/internal/exchange.(*Client).attempt"):
			return true
		case strings.Contains(name, "/internal/exchange.(*requestTrace)."):
		case strings.HasPrefix(name, "net/http"), strings.HasPrefix(name, "reflect."): // of several traces that are joined
		default:
			return false
		}
	}
	return false
}

// isDirect is direct for the hook that is running.
func (t *requestTrace) isDirect() bool {
	var stack [len(t.asked)]uintptr
	return t.direct(stack[:runtime.Callers(1, stack[:])])
}

// getConn is not called where an HTTP/2 connection is ready.
func (t *requestTrace) getConn(string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.transport != nil {
		t.frames = runtime.Callers(1, t.asked[:])
	}
	t.reported = true
	// Over HTTP/1 net/http itself asks for another connection only if nothing was written on the last one.
	if t.sent && t.guarded && !(t.headers && t.http2) && t.direct(t.asked[:t.frames]) {
		t.sent = false
	}
}

// gotConn is called once for each time that the request is sent. Nothing is written before it.
func (t *requestTrace) gotConn(info httptrace.GotConnInfo) {
	t.mu.Lock()
	defer t.mu.Unlock()
	again := t.connected
	t.reported, t.connected = true, true
	switch {
	case t.ended:
		t.stop(info.Conn)
		return
	case !again:
	case t.isDirect():
		if t.guarded && t.headers && t.http2 {
			t.stop(info.Conn)
			return
		}
		t.resign()
	case t.headers || t.reader != nil: // with a signature that may have been used
		t.stop(info.Conn)
		return
	}
	t.sent, t.headers, t.http2 = true, false, false
}

// stop keeps a replay from being written. HTTP/2 looks at the context before it writes, and other requests share its connection;
// HTTP/1 does not look, and is recognized by the first field that it writes into its buffer.
func (t *requestTrace) stop(conn net.Conn) {
	t.stopped, t.doomed = true, conn
	t.cancel()
}

// wroteHeaderField recognizes HTTP/2 by its pseudo-header fields, encrypted or not, whatever wraps the connection.
func (t *requestTrace) wroteHeaderField(name string, _ []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if strings.HasPrefix(name, ":") {
		t.http2 = true
	} else if t.doomed != nil {
		_ = t.doomed.Close()
		t.doomed = nil
	}
}

func (t *requestTrace) wroteHeaders() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.headers = true
}

func (t *requestTrace) handshakeDone(_ tls.ConnectionState, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.handshakeRefused = err != nil && !isNetworkError(err)
}

// replay returns the body once more, unless the request may have been executed.
func (t *requestTrace) replay(body []byte) (io.ReadCloser, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	direct := t.isDirect()
	executed := t.reader != nil
	if direct && t.sent { // what was read was not written, unless it was written over HTTP/2
		executed = t.headers && t.http2
	}
	if t.ended || t.guarded && executed {
		t.stopped = true
		return nil, errReplayStopped
	}
	if direct {
		t.reader = nil
		t.replays++
	}
	return &watchedBody{trace: t, number: t.replays, r: bytes.NewReader(body)}, nil
}

// wasStopped reports whether a replay was stopped.
func (t *requestTrace) wasStopped() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stopped
}

// end forbids to send anything more, and reports whether the request of an attempt that failed with err may have been sent.
func (t *requestTrace) end(out *http.Request, err error) (sent, handshakeRefused bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	return t.mayHaveSent(out, err), t.handshakeRefused && !t.sent
}

func (t *requestTrace) mayHaveSent(out *http.Request, err error) bool {
	switch {
	case t.sent, t.reader != nil:
		return true
	case t.hasBody && (t.reported || t.transport != nil):
		return false
	case t.reported && t.direct(t.asked[:t.frames]):
		return false
	case t.transport != nil && !t.reported && t.transport.Proxy != nil:
		// Nothing was asked for a connection: the function that names the proxy failed, or a registered protocol did.
		if _, failed := t.transport.Proxy(out); failed != nil && failed.Error() == err.Error() {
			return false
		}
	}
	return !neverConnected(err)
}

// watchedBody tells the trace that it is read, and can be read by one sender only. It is not one of the readers that net/http
// recognizes as in memory, so header and body are sent in two packets.
type watchedBody struct {
	trace  *requestTrace
	number int // of the replay that it is for
	r      *bytes.Reader
}

func (b *watchedBody) Read(p []byte) (int, error) {
	if !b.trace.mayRead(b) {
		return 0, errReplayStopped
	}
	return b.r.Read(p)
}

func (b *watchedBody) Close() error { return nil }

func (t *requestTrace) mayRead(b *watchedBody) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case b.number < t.replays: // net/http has given it up
		return true
	case t.reader == nil && !t.ended:
		t.reader = b
	case t.reader != b && (t.guarded || t.reader == nil):
		t.stopped = true
		return false
	}
	return true
}

// isNetworkError tells a connection that broke during the handshake from a handshake that was refused.
func isNetworkError(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// isCertificateError detects a refused certificate even where a transport reports nothing.
func isCertificateError(err error) bool {
	_, refused := errors.AsType[*tls.CertificateVerificationError](err)
	return refused
}

// neverConnected reports whether an error alone says that there was no connection to send the request on. Of several errors that
// are joined, another one may say the opposite.
func neverConnected(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		switch e := err.(type) { //nolint:errorlint // the chain is followed here
		case *tls.CertificateVerificationError, *net.DNSError:
			return true
		case *net.OpError:
			if e.Op == "dial" {
				return true
			}
		}
	}
	return false
}
