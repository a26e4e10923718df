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
	"strings"
	"sync"
	"syscall"
)

// requestTrace follows one attempt through the hooks of net/http/httptrace and the reads of its body. It records whether the
// request may have been sent, and stops replays.
//
// net/http replays requests by itself. It does so if a kept-alive connection turns out to be dead, and either nothing was written
// or the request counts as replayable. Over HTTP/2, it also does so after GOAWAY, REFUSED_STREAM and PROTOCOL_ERROR, and a
// PROTOCOL_ERROR may follow a request that was executed. Every replay of a request with a body calls GetBody. Without a body, a
// replay is visible only in GotConn.
//
// Any other RoundTripper may try several connections, copy the header and call the hooks incorrectly. It is allowed
// to read the body only once, and not allowed to use a second connection after it has used the first. A RoundTripper
// that is registered as a protocol of net/http's Transport is treated like net/http, so its requests without a body
// follow net/http's rules.
type requestTrace struct {
	own     bool               // the RoundTripper is net/http's Transport
	guarded bool               // the request must not be sent again once it may have been executed
	hasBody bool               // the request has a body, and cannot be executed before the body is read
	cancel  context.CancelFunc // cancels the attempt
	resign  func()             // signs a replay again, because the service refuses a nonce that was used before

	mu               sync.Mutex
	reported         bool         // the transport has called a hook
	connected        bool         // the request has had a connection
	sent             bool         // something may have been written to a connection
	reader           *watchedBody // the body that was read first
	handshakeRefused bool         // the last TLS handshake was refused
	stopped          bool         // a replay was stopped
	ended            bool         // the attempt is over, and nothing may be sent anymore

	// About the current connection:
	headers bool // the headers were written
	http2   bool
	doomed  net.Conn // connection of a stopped replay, to be closed before anything is written to it
}

// errReplayStopped replaces the error that led to the replay, because net/http does not return that error.
var errReplayStopped = errors.New("the server ended the request without a response, and the request was not sent again")

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
		out.Body = &watchedBody{t, bytes.NewReader(body)}
		out.GetBody = func() (io.ReadCloser, error) { return t.replay(body) }
	}
	return out
}

// mayHaveArrived reports whether the service may have executed the request. Over HTTP/1, written headers do not prove
// that the request was sent, because net/http writes them into a buffer. It flushes the buffer before it reads the
// body. The caller holds the lock.
func (t *requestTrace) mayHaveArrived() bool {
	return t.reader != nil || t.headers && (t.http2 || !t.own)
}

// getConn is not called if an HTTP/2 connection is ready.
func (t *requestTrace) getConn(string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.reported = true
	// Over HTTP/1, net/http asks for another connection only if it wrote nothing to the last one.
	if t.own && t.guarded && !t.mayHaveArrived() {
		t.sent = false
	}
}

// gotConn is called once each time the request is sent, before anything is written.
func (t *requestTrace) gotConn(info httptrace.GotConnInfo) {
	t.mu.Lock()
	defer t.mu.Unlock()
	again := t.connected
	t.reported, t.connected = true, true
	if !t.ended && !(again && t.mayHaveArrived() && (t.guarded || !t.own)) {
		if again && t.own {
			t.resign() // another RoundTripper may have copied the header
		}
		t.sent, t.headers, t.http2 = true, false, false
		return
	}
	// Over HTTP/2, canceling is enough: HTTP/2 checks the context before it writes, and other requests share the
	// connection. HTTP/1 does not check the context.
	t.stopped, t.doomed = true, info.Conn
	t.cancel()
}

// wroteHeaderField recognizes HTTP/2 by its pseudo-header fields. This also works without TLS and with a wrapped
// connection. Over HTTP/1, net/http calls this hook while the request is still in a buffer.
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

// replay implements GetBody.
func (t *requestTrace) replay(body []byte) (io.ReadCloser, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended || t.guarded && t.mayHaveArrived() {
		t.stopped = true
		return nil, errReplayStopped
	}
	return &watchedBody{t, bytes.NewReader(body)}, nil
}

// watchedBody can be read by only one sender. net/http does not recognize it as a body in memory, and therefore
// flushes the headers before it reads the body.
type watchedBody struct {
	trace *requestTrace
	r     *bytes.Reader
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

// end marks the end of an attempt that failed with err, after which nothing is sent. It reports whether the request
// may have been sent, and whether the TLS handshake was refused.
func (t *requestTrace) end(err error) (sent, handshakeRefused bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = true
	return t.mayHaveSent(err), t.handshakeRefused && !t.sent
}

func (t *requestTrace) mayHaveSent(err error) bool {
	switch {
	case t.sent, t.reader != nil:
		return true
	case t.hasBody && (t.reported || t.own), t.own && (t.reported || !t.guarded):
		return false
	}
	return !neverConnected(err)
}

// isNetworkError reports whether a TLS handshake failed because the connection broke, time ran out or the attempt was
// canceled. Any other error counts as a refused handshake.
func isNetworkError(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// isCertificateError recognizes a refused certificate even if the transport does not call the hooks.
func isCertificateError(err error) bool {
	_, refused := errors.AsType[*tls.CertificateVerificationError](err)
	return refused
}

// neverConnected reports whether an error alone proves that there was no connection. It ignores joined errors,
// because one of them may come from a second attempt.
func neverConnected(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		//lint:ignore errorlint the loop unwraps
		switch e := err.(type) {
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
