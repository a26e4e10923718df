package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// attempt signs the request, sends it once and reads its answer into res.
func (c *Client) attempt(ctx context.Context, r *http.Request, body []byte, res *Result) {
	start := time.Now()
	attemptCtx, cancel := c.attemptContext(ctx)
	defer cancel()
	res.Attempts++
	res.Response, res.Body, res.TooLarge = nil, nil, false

	signed := make(http.Header, len(r.Header)+4)
	maps.Copy(signed, r.Header)
	sign := func() {
		before := res.signature
		res.signature = c.Sign(signed, time.Now())
		if res.Redactor = res.signature; !slices.Equal(before, res.signature) {
			res.Redactor = slices.Concat(res.signature, before) // a response to the first signature may follow the second
		}
	}
	sign()
	transport, _ := c.Transport.(*http.Transport)
	trace := &requestTrace{transport: transport, guarded: !isReplayable(r.Method), cancel: cancel, resign: sign}
	if trace.guarded {
		hideIdempotencyKeys(signed)
	}
	out := trace.follow(attemptCtx, r, body)
	out.URL, out.Header = c.target(r.URL), signed

	response, err := c.Transport.RoundTrip(out) //nolint:bodyclose // readBody closes it
	switch {
	case err == nil && response == nil:
		res.Err = errors.New("the http.RoundTripper returned neither a response nor an error")
	case err == nil:
		fillIn(response)
		res.Response, res.LastStatus = response, response.StatusCode
		res.Body, res.TooLarge, res.Err = readBody(response, c.MaxBytes, cancel)
		res.Body = res.Redactor.body(res.Body)
	default:
		res.Err = err
	}
	if res.Response == nil {
		sent, refused := trace.end(out, res.Err)
		res.Permanent = isCertificateError(res.Err) || refused
		res.Sent = res.Sent || sent
	}
	if res.Err != nil {
		res.Err = res.Redactor.sanitizeError(c.wrapSendError(ctx, attemptCtx, trace, res))
	}
	c.logAttempt(ctx, r, res, start)
}

// attemptContext bounds one attempt. It can be canceled in any case, which stops a repetition and an answer that is too
// large.
func (c *Client) attemptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.Timeout > 0 {
		return context.WithTimeout(ctx, c.Timeout)
	}
	return context.WithCancel(ctx)
}

// hideIdempotencyKeys puts these headers under lower-case names. A server does not see a difference; net/http, which takes
// the usual names as permission to repeat a request, does not find them.
func hideIdempotencyKeys(h http.Header) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := h[name]; ok {
			delete(h, name)
			h[strings.ToLower(name)] = values
		}
	}
}

// fillIn adds the header and the body that net/http always sets, and transports made for tests often do not.
func fillIn(response *http.Response) {
	if response.Header == nil {
		response.Header = make(http.Header)
	}
	if response.Body == nil {
		response.Body = http.NoBody
	}
}

// wrapSendError says why there is no complete answer, where the transport's own error is not clear.
func (c *Client) wrapSendError(ctx, attemptCtx context.Context, trace *requestTrace, res *Result) error {
	switch {
	case ctx.Err() != nil:
		return contextEnded(ctx)
	case trace.wasStopped():
		return errReplayStopped
	case attemptCtx.Err() != nil:
		return fmt.Errorf("no complete answer within %v: %w", c.Timeout, context.DeadlineExceeded)
	case res.Permanent:
		return fmt.Errorf("the TLS handshake failed: %w", res.Err)
	case res.Response == nil && errors.Is(res.Err, io.EOF):
		return fmt.Errorf("the connection was closed without an answer: %w", res.Err)
	}
	return res.Err
}
