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
	"sync/atomic"
	"syscall"
)

// requestTrace follows one attempt through net/http's own trace. It knows whether the request may have been sent, and
// sees to it that net/http does not send it a second time.
//
// net/http repeats a request by itself: over HTTP/1 on a kept-alive connection that proves dead, where nothing was
// written or where it takes the request for replayable; over HTTP/2 also after GOAWAY, REFUSED_STREAM and
// PROTOCOL_ERROR, of which the last can follow a request that was executed. For a request with a body all of that
// passes Request.GetBody; the rest passes the GotConn hook.
type requestTrace struct {
	guarded      bool               // the request must not be repeated once it may have been executed
	ownTransport bool               // the transport is net/http's, whose rules are known
	cancel       context.CancelFunc // of the attempt
	resign       func()             // makes a fresh signature for a repetition, which would be refused with the old one

	reported         atomic.Bool // the transport calls the hooks
	sent             atomic.Bool // something may have been written, on any connection
	handshakeRefused atomic.Bool // the last TLS handshake
	stopped          atomic.Bool // a repetition was stopped
	read             atomic.Bool // the body was read, by a transport that is not net/http's

	// Of the present connection:
	connections atomic.Int32
	headers     atomic.Bool // the header was written
	http2       atomic.Bool
}

// errRepetitionStopped replaces the error after which net/http would have sent the request again, and which it does not
// report.
var errRepetitionStopped = errors.New("the server ended the request without an answer, and it is not sent a second time")

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
		WroteHeaders:     func() { t.headers.Store(true) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) { t.handshakeRefused.Store(err != nil && !isNetworkError(err)) },
	}))
	out.Body, out.GetBody, out.ContentLength = nil, nil, int64(len(body))
	out.TransferEncoding, out.Trailer = nil, nil // which belong to a body that is not known yet
	if len(body) == 0 {
		return out
	}
	next := func() io.ReadCloser {
		if t.ownTransport {
			return newBody(body)
		}
		return &watchedBody{newBody(body), &t.read}
	}
	out.Body = next()
	out.GetBody = func() (io.ReadCloser, error) {
		if t.guarded && t.mayHaveArrived() {
			t.stopped.Store(true)
			return nil, errRepetitionStopped
		}
		return next(), nil
	}
	return out
}

// mayHaveArrived reports whether the other side may have executed what was written on the present connection, although
// net/http is about to write it again. It does that with a guarded request over HTTP/1 only if nothing was written.
func (t *requestTrace) mayHaveArrived() bool {
	if !t.reported.Load() {
		return t.read.Load()
	}
	return t.headers.Load() && t.http2.Load()
}

// getConn is not called where an HTTP/2 connection stands ready.
func (t *requestTrace) getConn(string) {
	t.reported.Store(true)
	if t.guarded && t.ownTransport && !t.mayHaveArrived() {
		t.sent.Store(false) // nothing was written on the connection before
	}
}

// gotConn is called once for each time that net/http sends the request. Nothing is written before it.
func (t *requestTrace) gotConn(info httptrace.GotConnInfo) {
	t.reported.Store(true)
	switch again := t.connections.Add(1) > 1; {
	case again && t.guarded && t.mayHaveArrived(): // the body, if there is one, was not asked for
		t.stopped.Store(true)
		t.cancel()
		if !isHTTP2(info.Conn) {
			_ = info.Conn.Close() // HTTP/1 writes without a look at the context
		}
		return
	case again && t.ownTransport:
		t.resign()
	}
	t.sent.Store(true)
	t.headers.Store(false)
	t.http2.Store(false)
}

// wroteHeaderField recognizes HTTP/2 by its pseudo-header fields, encrypted or not, whatever wraps the connection.
func (t *requestTrace) wroteHeaderField(name string, _ []string) {
	if strings.HasPrefix(name, ":") {
		t.http2.Store(true)
	}
}

// mayHaveSent reports whether the request of an attempt that failed with err may have reached the other side. Of a
// transport that reports nothing it is assumed.
func (t *requestTrace) mayHaveSent(err error) bool {
	if !t.reported.Load() {
		return !isCertificateError(err)
	}
	return t.sent.Load()
}

// newBody is a reader that net/http recognizes as one in memory, so that it sends header and body in one packet.
func newBody(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }

// watchedBody remembers that it was read.
type watchedBody struct {
	io.ReadCloser
	read *atomic.Bool
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.read.Store(true)
	return b.ReadCloser.Read(p)
}

func isHTTP2(conn net.Conn) bool {
	c, ok := conn.(*tls.Conn)
	return ok && c.ConnectionState().NegotiatedProtocol == "h2"
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
	var refused *tls.CertificateVerificationError
	return errors.As(err, &refused)
}
