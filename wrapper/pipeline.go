package wrapper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/time/rate"
)

// pipeline carries out every request of the generated client alike. It knows no operation.
type pipeline struct {
	base              *url.URL
	cred              Credential
	transport         http.RoundTripper
	userAgent         string
	timeout           time.Duration // of an attempt; 0: none
	maxBytes          int64
	retry             Retry
	limiter           *rate.Limiter // nil: no limit
	log               *slog.Logger
	requestValidator  RequestValidator
	responseValidator ResponseValidator
}

// call takes one request from the caller to its answer. What it does, in this order, is the package's contract.
// A success is decoded into the given value; nil takes any JSON.
func (p *pipeline) call(ctx context.Context, r *http.Request, into any) (*answer, error) {
	if p.requestValidator != nil || p.responseValidator != nil {
		r = r.WithContext(ctx) // which a validator may look at; an attempt's request has its own
	}
	call, err := p.prepare(r)
	if err != nil {
		return nil, err
	}
	call.into = into
	if err := p.validateRequest(call); err != nil {
		return nil, err
	}
	for {
		if err := p.awaitTurn(ctx); err != nil {
			return nil, call.waitEnded(err)
		}
		result := p.attempt(ctx, call) // sign, send, read at most the limit
		call.failure = p.classify(call, result)
		p.logAttempt(ctx, call, result)
		if call.failure == nil {
			return p.validateResponse(call, result)
		}
		delay, again := p.retry.next(call, result)
		if !again || ctx.Err() != nil {
			return nil, call.failure
		}
		p.logRetry(ctx, call, result, delay)
		if err := sleep(ctx, delay); err != nil {
			return nil, call.waitEnded(err)
		}
	}
}

// Do makes the pipeline the generated client's transport.
func (p *pipeline) Do(r *http.Request) (*http.Response, error) {
	a, err := p.call(r.Context(), r, nil)
	if err != nil {
		return nil, err
	}
	res := *a.response
	res.Request = a.request // not the signed one
	res.Body = io.NopCloser(bytes.NewReader(a.body))
	res.ContentLength = int64(len(a.body))
	if len(a.body) > 0 {
		// The generated parser goes by the header, and a gateway may have lost it.
		res.Header = res.Header.Clone()
		res.Header.Set("Content-Type", "application/json")
	}
	return &res, nil
}

// call is one request on its way, with what all its attempts share.
type call struct {
	request  *http.Request // unsigned, its path the contract's
	url      url.URL       // the tenant's
	into     any           // what a success is decoded into; nil: nothing
	misfit   error         // why it could not be, although it is JSON
	attempts int           // so far
	failure  error         // of the last attempt
}

// operation names the call in errors and logs, which most calls have none of.
func (c *call) operation() string {
	return clean(c.request.Method+" "+c.request.URL.Path, maxFieldText)
}

// prepare completes the request with what every request needs, and makes its body repeatable.
func (p *pipeline) prepare(r *http.Request) (*call, error) {
	c := &call{request: r, url: *p.base}
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	if r.Header.Get("User-Agent") == "" {
		r.Header["User-Agent"] = []string{p.userAgent}
	}
	if r.Header.Get("Accept") == "" {
		r.Header["Accept"] = []string{"application/json"}
	}
	if r.Body != nil && r.Body != http.NoBody && r.GetBody == nil {
		body, err := io.ReadAll(r.Body)
		if closeErr := r.Body.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return nil, refused(c.operation(), "the request's body cannot be read: %w", err)
		}
		r.ContentLength = int64(len(body))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		if r.Body, err = r.GetBody(); err != nil {
			return nil, err
		}
	}
	c.url.Path += r.URL.Path
	if p.base.RawPath != "" || r.URL.RawPath != "" {
		c.url.RawPath = p.base.EscapedPath() + r.URL.EscapedPath()
	}
	c.url.RawQuery = r.URL.RawQuery
	return c, nil
}

// mayHaveEffect reports whether the request could change something: then it is not sent twice lightly.
func (c *call) mayHaveEffect() bool { return c.request.Method != http.MethodGet }

func (p *pipeline) validateRequest(c *call) error {
	if p.requestValidator == nil {
		return nil
	}
	err := p.requestValidator.ValidateRequest(c.request)
	if err != nil {
		return &refusedError{c.operation(), err}
	}
	// A validator that is not ours may have read the body and not put it back.
	if c.request.GetBody != nil {
		c.request.Body, err = c.request.GetBody()
	}
	return err
}

func (p *pipeline) validateResponse(c *call, result *result) (*answer, error) {
	a := &answer{c, result}
	if p.responseValidator == nil {
		return a, nil
	}
	err := p.responseValidator.ValidateResponse(c.request, result.response.StatusCode, result.response.Header, result.body)
	if err == nil {
		return a, nil
	}
	return nil, a.unexpected(ErrInvalidResponse, err)
}

// awaitTurn waits for the rate limit. A wait that cannot end before the deadline is not begun.
func (p *pipeline) awaitTurn(ctx context.Context) error {
	if p.limiter == nil || ctx.Err() != nil {
		return contextError(ctx)
	}
	turn := p.limiter.Reserve()
	wait := turn.Delay()
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < wait {
		turn.Cancel()
		return fmt.Errorf("the wait for the rate limit, %v, would outlast the deadline: %w", wait.Round(time.Millisecond), context.DeadlineExceeded)
	}
	err := sleep(ctx, wait)
	if err != nil {
		turn.Cancel()
	}
	return err
}

// sleep waits for d, or for the end of ctx, which is then the error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return contextError(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return contextError(ctx)
	}
}

// contextError is the context's error together with the cause that its owner gave, nil while it lasts.
func contextError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// waitEnded is the error of a call whose context ended between two attempts, or before the first: the
// context's, and the last answer's too.
func (c *call) waitEnded(ctxErr error) error {
	var answered *APIError
	var lost *noAnswerError
	switch {
	case errors.As(c.failure, &answered):
		answered.cause = ctxErr
		return answered
	case errors.As(c.failure, &lost):
		lost.cause = fmt.Errorf("%w, and before that: %w", ctxErr, lost.cause)
		return lost
	}
	return &noAnswerError{operation: c.operation(), attempts: c.attempts, cause: ctxErr}
}
