// Package exchange carries out one HTTP call safely. For each attempt it waits for the rate limit, signs the
// request, sends it once, reads a bounded answer and removes the credentials from it; then it decides on another
// attempt. It knows HTTP, and nothing of the service at the other end.
package exchange

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/time/rate"
)

// Client sends requests to one base URL. Its fields are set before its first use and not changed afterwards.
type Client struct {
	// Base is put before the path of every request.
	Base *url.URL
	// Sign puts the headers that authenticate a request on h, and returns the redactor of the credentials in them.
	Sign      func(h http.Header, now time.Time) Redactor
	Transport http.RoundTripper
	Timeout   time.Duration // of one attempt, its body included; 0: none
	MaxBytes  int64         // of an answer's body, after decompression
	Attempts  int           // how often a request is sent at most
	BaseDelay time.Duration // bounds the random wait before the second attempt; the bound doubles with each further one
	MaxDelay  time.Duration // bounds every wait; a Retry-After that asks for more ends the call
	// Refused reports whether a response of 429 is a refusal. Nil: always. It is asked about requests that may have an effect.
	Refused func(*Result) bool
	Limiter *rate.Limiter // nil: no limit
	Log     *slog.Logger
}

// Result is what a call came to: an answer of any status, or none.
type Result struct {
	// Response is the last answer without its body, nil where the last attempt got none.
	Response *http.Response
	// Body is the answer's body without the credentials of its request; of one that is too large, or that broke
	// off, the beginning.
	Body     []byte
	TooLarge bool
	// Err is why there is no answer, or why its body broke off.
	Err error
	// Ended is the error of the caller's context where that ended before the call did.
	Ended error
	// Attempts is how many times the request was sent, or tried to be.
	Attempts int
	// Sent reports whether an attempt that got no answer may have reached the other side.
	Sent bool
	// Permanent reports that another attempt would fail alike: the TLS handshake was refused.
	Permanent bool
	// LastStatus is the status of the last attempt that was answered, 0 for none.
	LastStatus int
	// Redactor removes what the last two signatures were made of.
	Redactor Redactor

	signature Redactor // the last
}

// Whole reports whether the answer arrived completely.
func (r *Result) Whole() bool { return r.Response != nil && r.Err == nil && !r.TooLarge }

// Do sends r, whose URL has the path below the base and whose body is given apart, until an attempt succeeds, fails for
// good, or was the last one. The body of r and its GetBody are not looked at.
func (c *Client) Do(ctx context.Context, r *http.Request, body []byte) *Result {
	res := &Result{}
	for {
		if res.Ended = waitRateLimit(ctx, c.Limiter); res.Ended != nil {
			return res
		}
		c.attempt(ctx, r, body, res)
		delay, again := c.next(MayHaveEffect(r), res)
		if res.Ended = contextEnded(ctx); res.Ended != nil || !again {
			return res
		}
		c.logRetry(ctx, r, res, delay)
		if res.Ended = Sleep(ctx, delay, "the next attempt"); res.Ended != nil {
			return res
		}
	}
}

// target is the URL below the base.
func (c *Client) target(u *url.URL) *url.URL {
	target := *c.Base
	target.Path += u.Path
	if c.Base.RawPath != "" || u.RawPath != "" {
		target.RawPath = c.Base.EscapedPath() + u.EscapedPath()
	}
	target.RawQuery = u.RawQuery
	return &target
}

// MayHaveEffect reports whether the request could change something. Such a request is sent again only if it cannot have been
// executed. Nothing is known of a nil request, so it could.
func MayHaveEffect(r *http.Request) bool {
	return r == nil || r.Method != http.MethodGet && r.Method != ""
}
