// Package exchange makes an HTTP call in one or more attempts. Each attempt waits for the rate limit, signs the request, sends it
// once, reads the response up to a limit and redacts it. The package does not depend on the API's operations.
package exchange

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"example.com/cortexscan/internal/text"
	"golang.org/x/time/rate"
)

// Client sends requests to one base URL. Its fields must not change after its first use.
type Client struct {
	// Base is the URL to which the path of every request is appended.
	Base *url.URL
	// Sign sets the headers that authenticate a request, and returns a redactor for the credentials in them.
	Sign      func(h http.Header, now time.Time) Redactor
	Transport http.RoundTripper
	Timeout   time.Duration // limit of one attempt, including the response body; 0: no limit
	MaxBytes  int64         // maximum size of a response body, after decompression
	Attempts  int           // maximum number of attempts
	BaseDelay time.Duration // upper bound of the random delay before the second attempt; it doubles with each attempt
	MaxDelay  time.Duration // upper bound of every delay; a longer Retry-After ends the call
	// Refused reports whether a 429 proves that the request was not executed. If Refused is nil, every 429 proves it.
	// Refused is called only for requests that may have an effect.
	Refused func(*Result) bool
	Limiter *rate.Limiter // nil: no limit
	Log     *slog.Logger
}

// Result is the outcome of a call.
type Result struct {
	// Response is the response to the last attempt, without its body. It is nil if no response arrived.
	Response *http.Response
	// Body is the response body, in which the request's credentials are redacted. If the response is too large or
	// incomplete, Body is only the beginning.
	Body     []byte
	TooLarge bool
	// Err is the reason why there is no response, or why its body is incomplete.
	Err error
	// Ended is the error of the caller's context if the context ended before the call did.
	Ended error
	// Attempts is the number of times the client sent or tried to send the request.
	Attempts int
	// Sent reports whether any attempt without a response may have reached the server.
	Sent bool
	// Permanent reports whether a retry would fail in the same way, because the TLS handshake was refused.
	Permanent bool
	// LastStatus is the status of the last response to any attempt, or 0 if there was none.
	LastStatus int
	// Redactor redacts the call's last two signatures.
	Redactor Redactor

	signature Redactor // redactor for the last signature
}

// Whole reports whether the response arrived completely.
func (r *Result) Whole() bool { return r.Response != nil && r.Err == nil && !r.TooLarge }

// Do sends r until an attempt succeeds, fails in a way that is not retried or is the last one. The URL of r is
// relative to Base. Do sends the given body, and ignores the Body and GetBody of r.
func (c *Client) Do(ctx context.Context, r *http.Request, body []byte) *Result {
	res := &Result{}
	for {
		if res.Ended = waitRateLimit(ctx, c.Limiter); res.Ended != nil {
			return res
		}
		c.attempt(ctx, r, body, res)
		delay, retry := c.next(MayHaveEffect(r), res)
		if res.Ended = contextEnded(ctx); res.Ended != nil || !retry {
			return res
		}
		c.logRetry(ctx, r, res, delay)
		if res.Ended = Sleep(ctx, delay, "the next attempt"); res.Ended != nil {
			return res
		}
	}
}

// target appends the path and the query of u to Base.
func (c *Client) target(u *url.URL) *url.URL {
	target := *c.Base
	target.Path += u.Path
	if c.Base.RawPath != "" || u.RawPath != "" {
		target.RawPath = c.Base.EscapedPath() + u.EscapedPath()
	}
	target.RawQuery = u.RawQuery
	return &target
}

// MayHaveEffect reports whether the request may change something. It returns true for a nil request. A request that may
// have an effect is retried only if it cannot have been executed.
func MayHaveEffect(r *http.Request) bool {
	return r == nil || r.Method != http.MethodGet && r.Method != ""
}

// The log contains only the attributes below: no header, query, body or string from the service.

func (c *Client) logAttempt(ctx context.Context, r *http.Request, res *Result, start time.Time) {
	if c.Log.Enabled(ctx, slog.LevelDebug) {
		c.Log.LogAttrs(ctx, slog.LevelDebug, "cortexscan: attempt", append(attributes(r, res),
			slog.Duration("duration", time.Since(start)), slog.Int("bytes", len(res.Body)))...)
	}
}

func (c *Client) logRetry(ctx context.Context, r *http.Request, res *Result, delay time.Duration) {
	if c.Log.Enabled(ctx, slog.LevelInfo) {
		c.Log.LogAttrs(ctx, slog.LevelInfo, "cortexscan: retry", append(attributes(r, res), slog.Duration("delay", delay))...)
	}
}

// attributes returns the attributes of every log record. Status 0 means no response.
func attributes(r *http.Request, res *Result) []slog.Attr {
	status := 0
	if res.Response != nil {
		status = res.Response.StatusCode
	}
	return []slog.Attr{slog.String("operation", Operation(r)), slog.Int("attempt", res.Attempts), slog.Int("status", status)}
}

const maxOperation = 256 // bytes

// Operation returns the method and the path of a request, which identify it in errors and logs.
func Operation(r *http.Request) string {
	if r == nil {
		return "request"
	}
	path := ""
	if r.URL != nil {
		path = r.URL.Path
	}
	return text.Printable(cmp.Or(r.Method, http.MethodGet)+" "+path, maxOperation)
}
