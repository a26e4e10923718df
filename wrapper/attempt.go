package wrapper

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"syscall"
	"time"
)

// result is what one attempt came to.
type result struct {
	response *http.Response // nil: no answer
	body     []byte         // as far as it was read
	err      error          // why there is no answer, or why the body ends early
	tooLarge bool
	left     bool // the request may have reached the other side
	hopeless bool // another attempt would fail alike: the TLS handshake was refused
	signed   http.Header
	start    time.Time // of the attempt
}

// attempt signs the request, sends it once, and reads at most the limit of its answer.
func (p *pipeline) attempt(ctx context.Context, c *call) *result {
	c.attempts++
	attemptCtx, cancel := p.attemptContext(ctx, c)
	defer cancel()
	res := &result{start: time.Now(), signed: make(http.Header, len(c.request.Header)+4)}
	maps.Copy(res.signed, c.request.Header)
	p.cred.sign(res.signed, res.start)
	w := &wire{}
	if _, own := p.transport.(*http.Transport); own {
		w.onReplay = func() { p.cred.sign(res.signed, time.Now()) }
	}
	if c.mayHaveEffect() {
		w.stop = cancel
	}
	out := c.request.WithContext(httptrace.WithClientTrace(attemptCtx, w.trace()))
	out.URL, out.Header = c.url, res.signed
	if out.GetBody != nil {
		if out.Body, res.err = out.GetBody(); res.err != nil {
			return res
		}
	}
	res.response, res.err = p.transport.RoundTrip(out)
	if res.err == nil && res.response == nil {
		res.err = errors.New("the http.RoundTripper returned neither a response nor an error")
	}
	if res.err == nil {
		complete(res.response)
		res.body, res.tooLarge, res.err = readBody(res.response, p.maxBytes)
		res.left = true
	} else {
		res.response = nil
		refused := isCertificateError(res.err)
		res.left = w.left.Load() || !w.told.Load() && !refused // a transport that tells nothing counts as if it had left
		res.hopeless = refused || w.refused.Load() && !res.left
	}
	switch {
	case res.err == nil:
	case w.stopped.Load() && ctx.Err() == nil:
		res.err = errBrokenOff
	default:
		res.err = explain(ctx, attemptCtx, p.timeout, res)
	}
	return res
}

// complete gives an answer what net/http's own answers always have; those that tests are made with often lack it.
func complete(response *http.Response) {
	if response.Header == nil {
		response.Header = make(http.Header)
	}
	if response.Body == nil {
		response.Body = http.NoBody
	}
}

// errBrokenOff stands for what net/http keeps to itself where it would rather send the request again.
var errBrokenOff = errors.New("the server broke the request off without an answer")

// attemptContext bounds one attempt. It can be cancelled wherever that may be needed.
func (p *pipeline) attemptContext(ctx context.Context, c *call) (context.Context, context.CancelFunc) {
	switch {
	case p.timeout > 0:
		return context.WithTimeout(ctx, p.timeout)
	case c.mayHaveEffect():
		return context.WithCancel(ctx)
	}
	return ctx, func() {}
}

// explain puts into words what net/http leaves to be guessed.
func explain(ctx, attemptCtx context.Context, timeout time.Duration, res *result) error {
	switch {
	case ctx.Err() != nil:
		return contextError(ctx)
	case attemptCtx.Err() != nil:
		return fmt.Errorf("no complete answer within %v: %w", timeout, context.DeadlineExceeded)
	case res.hopeless:
		return fmt.Errorf("the TLS handshake failed: %w", res.err)
	case res.response == nil && errors.Is(res.err, io.EOF):
		return fmt.Errorf("the connection was closed without an answer: %w", res.err)
	}
	return res.err
}

// wire watches, through net/http's own trace, whether a request may have left.
type wire struct {
	told, left, refused, wrote, stopped atomic.Bool
	connections                         atomic.Int32
	// onReplay is called when net/http is about to send the request again by itself, which it does where a
	// kept-alive connection proves dead.
	onReplay func()
	// stop ends an attempt whose request must not be sent twice. Nil where that does no harm.
	stop  context.CancelFunc
	hooks httptrace.ClientTrace
	// http2 is the request's first connection, where stop may be needed: one over HTTP/2.
	http2 atomic.Pointer[net.Conn]
}

func (w *wire) trace() *httptrace.ClientTrace {
	w.hooks = httptrace.ClientTrace{
		GetConn: func(string) {
			w.told.Store(true)
			// net/http itself asks for a second connection only where nothing was written on the first, or where
			// the method makes a repetition harmless; but see mustStop. Of what wraps it that is not known.
			if w.onReplay != nil && !w.wroteHTTP2() {
				w.left.Store(false)
			}
		},
		// Nothing is written before this, and anything may be after it.
		GotConn: func(info httptrace.GotConnInfo) {
			w.left.Store(true)
			switch again := w.connections.Add(1) > 1; {
			case !again && w.stop != nil && isHTTP2(info.Conn):
				conn := info.Conn
				w.http2.Store(&conn)
			case again && w.mustStop(info.Conn):
				w.stopped.Store(true)
				w.stop()
			case again && w.onReplay != nil:
				w.onReplay()
			}
		},
		WroteHeaders: func() { w.wrote.Store(true) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			w.refused.Store(err != nil && !isNetworkError(err))
		},
	}
	return &w.hooks
}

// mustStop reports whether a request that must not be sent twice is about to be. Over HTTP/1 net/http repeats
// such a request only where nothing of it was written. Over HTTP/2 it also repeats what the server says it did
// not process (RFC 9113, section 8.7), and what it broke off with a PROTOCOL_ERROR, which says nothing of the
// kind. The two cannot be told apart, but for a refused stream, which alone is repeated on the same connection.
func (w *wire) mustStop(next net.Conn) bool {
	return w.wroteHTTP2() && *w.http2.Load() != next
}

func (w *wire) wroteHTTP2() bool { return w.wrote.Load() && w.http2.Load() != nil }

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

// isCertificateError knows a refused certificate even where a transport tells nothing.
func isCertificateError(err error) bool {
	var refused *tls.CertificateVerificationError
	return errors.As(err, &refused)
}
