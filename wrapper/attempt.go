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
	attemptCtx := ctx
	if p.timeout > 0 {
		var cancel context.CancelFunc
		attemptCtx, cancel = context.WithTimeout(ctx, p.timeout)
		defer cancel()
	}
	res := &result{start: time.Now(), signed: make(http.Header, len(c.request.Header)+4)}
	maps.Copy(res.signed, c.request.Header)
	p.cred.sign(res.signed, res.start)
	w := &wire{}
	if _, own := p.transport.(*http.Transport); own {
		w.onReplay = func() { p.cred.sign(res.signed, time.Now()) }
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
		res.body, res.tooLarge, res.err = readBody(res.response, p.maxBytes)
		res.left = true
	} else {
		res.response = nil
		res.hopeless = w.refused.Load() || isCertificateError(res.err)
		res.left = w.maybeLeft() && !res.hopeless
	}
	if res.err != nil {
		res.err = explain(ctx, attemptCtx, p.timeout, res)
	}
	return res
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
	told, left, refused atomic.Bool
	connections         atomic.Int32
	// onReplay is called when net/http is about to send the request again by itself, which it does where a
	// kept-alive connection proves dead.
	onReplay func()
}

func (w *wire) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) {
			w.told.Store(true)
			// net/http itself asks for a second connection only where nothing was written on the first, or where
			// the method makes a repetition harmless. Of what wraps it that is not known.
			if w.onReplay != nil {
				w.left.Store(false)
			}
		},
		// Nothing is written before this, and anything may be after it.
		GotConn: func(httptrace.GotConnInfo) {
			w.left.Store(true)
			if w.connections.Add(1) > 1 && w.onReplay != nil {
				w.onReplay()
			}
		},
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			w.refused.Store(err != nil && !isNetworkError(err))
		},
	}
}

// maybeLeft reports whether the request may have left. A transport that tells nothing counts as if it had.
func (w *wire) maybeLeft() bool { return w.left.Load() || !w.told.Load() }

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
