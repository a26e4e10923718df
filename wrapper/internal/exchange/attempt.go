package exchange

import (
	"bytes"
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

// attempt signs the request, sends it once and reads the response into res.
func (c *Client) attempt(ctx context.Context, r *http.Request, body []byte, res *Result) {
	start := time.Now()
	attemptCtx, cancel := c.attemptContext(ctx)
	defer cancel()
	res.Attempts++
	res.Response, res.Body, res.TooLarge = nil, nil, false

	header := make(http.Header, len(r.Header)+4)
	maps.Copy(header, r.Header)
	sign := func() { res.sign(c.Sign(header, time.Now())) }
	sign()
	_, own := c.Transport.(*http.Transport)
	trace := &requestTrace{own: own, guarded: !isReplayable(r.Method), cancel: cancel, resign: sign}
	if trace.guarded {
		hideIdempotencyKeys(header)
	}
	out := trace.follow(attemptCtx, r, body)
	out.URL, out.Header = c.target(r.URL), header

	response, err := c.Transport.RoundTrip(out) //lint:ignore bodyclose readBody closes it
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
		sent, refused := trace.end(res.Err)
		res.Permanent = isCertificateError(res.Err) || refused
		res.Sent = res.Sent || sent
	}
	if res.Err != nil {
		res.Err = res.Redactor.sanitizeError(c.explain(ctx, attemptCtx, trace, res))
	}
	c.logAttempt(ctx, r, res, start)
}

// attemptContext returns a context that limits one attempt. Canceling it stops a replay, or the reading of a response
// that is too large.
func (c *Client) attemptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.Timeout > 0 {
		return context.WithTimeout(ctx, c.Timeout)
	}
	return context.WithCancel(ctx)
}

// sign keeps redactors for the last two signatures: a response to the first may arrive after net/http has replayed
// the request with the second.
func (r *Result) sign(signature Redactor) {
	if r.Redactor = signature; r.signature != nil && !slices.Equal(signature, r.signature) {
		r.Redactor = slices.Concat(signature, r.signature)
	}
	r.signature = signature
}

// hideIdempotencyKeys changes the names of the idempotency-key headers to lower case. net/http replays a request that has one of
// them, but looks only for the canonical spelling. Servers ignore the case.
func hideIdempotencyKeys(h http.Header) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := h[name]; ok {
			delete(h, name)
			h[strings.ToLower(name)] = values
		}
	}
}

// fillIn adds a missing header or body. net/http always sets both, but transports made for tests often do not.
func fillIn(response *http.Response) {
	if response.Header == nil {
		response.Header = make(http.Header)
	}
	if response.Body == nil {
		response.Body = http.NoBody
	}
}

// explain returns the error for a missing or incomplete response: the transport's own error, or a clearer one.
func (c *Client) explain(ctx, attemptCtx context.Context, trace *requestTrace, res *Result) error {
	switch {
	case ctx.Err() != nil:
		return contextEnded(ctx)
	case trace.wasStopped():
		return errReplayStopped
	case attemptCtx.Err() != nil:
		return fmt.Errorf("no complete response within %v: %w", c.Timeout, context.DeadlineExceeded)
	case res.Permanent:
		return fmt.Errorf("the TLS handshake failed: %w", res.Err)
	case res.Response == nil && errors.Is(res.Err, io.EOF):
		return fmt.Errorf("the connection was closed without a response: %w", res.Err)
	}
	return res.Err
}

const (
	// MaxShown is the maximum number of bytes that are kept from a failed response's body.
	MaxShown = 64 << 10
	// maxTrusted is the largest Content-Length for which memory is allocated before the body arrives.
	maxTrusted = 1 << 20
	// patience is the time limit for reading the beginning of a response whose Content-Length is over the limit.
	patience = time.Second
)

// readBody reads at most limit bytes of the body and closes it. If the body was read to its end, the next request can reuse the
// connection. If the body is over the limit or incomplete, readBody returns its beginning.
func readBody(res *http.Response, limit int64, cancel context.CancelFunc) (body []byte, tooLarge bool, err error) {
	defer func() { _ = res.Body.Close() }() // read errors are returned, and close errors do not matter
	if res.ContentLength > limit {
		defer time.AfterFunc(patience, cancel).Stop()
		body, _ = io.ReadAll(io.LimitReader(res.Body, min(limit, MaxShown)))
		return body, true, nil
	}
	size := int64(4 << 10)
	if n := res.ContentLength; n >= 0 && n <= maxTrusted {
		size = n
	}
	body = make([]byte, 0, size+1) // one extra byte, so that Read returns io.EOF before the slice must grow
	for {
		n, err := res.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > limit:
			return bytes.Clone(body[:min(limit, MaxShown)]), true, nil
		case err == io.EOF:
			return body, false, nil
		case err != nil:
			return bytes.Clone(body[:min(len(body), MaxShown)]), false, err
		}
		if len(body) == cap(body) {
			body = append(make([]byte, 0, min(2*int64(cap(body)), limit)+1), body...)
		}
	}
}
