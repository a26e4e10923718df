package wrapper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"time"
)

// result is what one attempt came to.
type result struct {
	response *http.Response // nil: no answer
	body     []byte         // as far as it was read; of a success without its byte order mark
	received []byte         // of a success, as it came
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
	out.URL, out.Header = &c.url, res.signed
	if out.GetBody != nil {
		if out.Body, res.err = out.GetBody(); res.err != nil {
			return res
		}
	}
	res.response, res.err = p.transport.RoundTrip(out) //nolint:bodyclose // readBody does
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
