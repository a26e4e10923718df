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

// requestTrace follows one attempt through the hooks of net/http/httptrace and the reads of its body. It knows whether the request
// may have been sent, and stops replays.
//
// net/http replays requests by itself: over HTTP/1 on a kept-alive connection that turns out dead, if nothing was written or the
// request counts as replayable; over HTTP/2 also after GOAWAY, REFUSED_STREAM and PROTOCOL_ERROR, the last of which may follow a
// request that was executed. Every replay of a request with a body calls GetBody. Without a body, only GotConn sees it.
//
// About another RoundTripper nothing is known, nor about one that is registered as a protocol of net/http's: it may try several
// stacks, copy the header and report what it likes. It gets the body once, and no second connection after it used the first.
type requestTrace struct {
	transport *http.Transport    // nil for another RoundTripper
	guarded   bool               // the request must not be sent again once it may have been executed
	hasBody   bool               // a request whose body was not read cannot have been executed
	cancel    context.CancelFunc // of the attempt
	resign    func()             // signs a replay anew, because the service refuses a nonce that it has seen

	mu               sync.Mutex
	reported         bool         // the transport calls the hooks
	connected        bool         // it has had a connection
	sent             bool         // something may have been written, on any connection
	reader           *watchedBody // the body that was read and may have been written
	replays          int          // how often net/http itself asked for the body again
	handshakeRefused bool         // the last TLS handshake
	stopped          bool         // a replay was stopped
	ended            bool         // the attempt is over, and nothing may be sent anymore

	// About the current connection:
	headers bool // the headers were written
	http2   bool
	doomed  net.Conn // a stopped replay must not be written on it

	asked  [32]uintptr // the call stack when a connection was last asked for
	frames int
}

// errReplayStopped takes the place of the error that led to the replay, which net/http does not return.
var errReplayStopped = errors.New("the server ended the request without a response, and it is not sent a second time")

// isReplayable reports whether net/http considers every request with this method safe to replay.
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
	out.TransferEncoding, out.Trailer = nil, nil // these describe the caller's own body
	if t.hasBody = len(body) > 0; t.hasBody {
		out.Body = &watchedBody{trace: t, r: bytes.NewReader(body)}
		out.GetBody = func() (io.ReadCloser, error) { return t.replay(body) }
	}
	return out
}

// direct reports whether the call stack of a hook has only net/http between the hook and the attempt. Then it is net/http's own
// Transport that sends the request, and its rules apply.
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
		case strings.HasPrefix(name, "net/http"), strings.HasPrefix(name, "reflect."): // httptrace joins hooks by reflection
		default:
			return false
		}
	}
	return false
}

// isDirect is direct for the running hook.
func (t *requestTrace) isDirect() bool {
	var stack [len(t.asked)]uintptr
	return t.direct(stack[:runtime.Callers(1, stack[:])])
}

// getConn is not called if an HTTP/2 connection is ready.
func (t *requestTrace) getConn(string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.transport != nil {
		t.frames = runtime.Callers(1, t.asked[:])
	}
	t.reported = true
	// Over HTTP/1 net/http asks for another connection only if it wrote nothing to the last one.
	if t.sent && t.guarded && !(t.headers && t.http2) && t.direct(t.asked[:t.frames]) {
		t.sent = false
	}
}

// gotConn is called once each time the request is sent. Nothing is written before it.
func (t *requestTrace) gotConn(info httptrace.GotConnInfo) {
	t.mu.Lock()
	defer t.mu.Unlock()
	again, stop := t.connected, t.ended
	t.reported, t.connected = true, true
	switch {
	case stop || !again:
	case t.isDirect():
		if stop = t.guarded && t.headers && t.http2; !stop {
			t.resign()
		}
	default: // the signature cannot be replaced
		stop = t.headers || t.reader != nil
	}
	if !stop {
		t.sent, t.headers, t.http2 = true, false, false
		return
	}
	// HTTP/2 looks at the context before it writes, and other requests share the connection. HTTP/1 does not look.
	t.stopped, t.doomed = true, info.Conn
	t.cancel()
}

// wroteHeaderField recognizes HTTP/2 by its pseudo-header fields, with and without TLS and whatever wraps the connection. HTTP/1
// calls it while the request is still in a buffer.
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

// replay is GetBody.
func (t *requestTrace) replay(body []byte) (io.ReadCloser, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	direct := t.isDirect()
	executed := t.reader != nil
	if direct && t.sent { // over HTTP/1, net/http read the body but wrote nothing
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

// watchedBody can be read by one sender only. It is not one of the readers that net/http knows to be in memory, so headers and body
// are sent in two packets.
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

func (t *requestTrace) wasStopped() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stopped
}

// end ends an attempt that failed with err: nothing is sent anymore. It reports whether the request may have been sent.
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
	case t.hasBody && (t.reported || t.transport != nil), t.reported && t.direct(t.asked[:t.frames]):
		return false
	case t.transport != nil && !t.reported && t.transport.Proxy != nil:
		// Either the function that returns the proxy failed, or a registered protocol did.
		if _, failed := t.transport.Proxy(out); failed != nil && failed.Error() == err.Error() {
			return false
		}
	}
	return !neverConnected(err)
}

// isNetworkError tells a connection that broke during the handshake from a handshake that was refused.
func isNetworkError(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// isCertificateError works for transports that report nothing, too.
func isCertificateError(err error) bool {
	_, refused := errors.AsType[*tls.CertificateVerificationError](err)
	return refused
}

// neverConnected reports whether an error alone proves that there was no connection. It does not look into joined errors, because
// another one of them may be about a second attempt.
func neverConnected(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		switch e := err.(type) { //nolint:errorlint // the loop unwraps
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
