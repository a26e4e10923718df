// Package exchange carries out one HTTP call safely. For each attempt it waits for the rate limit, signs the
// request, sends it once, reads a bounded answer and removes the credentials from it; then it decides on another
// attempt. It knows HTTP, and nothing of the service at the other end.
package exchange

import (
	"context"
	"net/http"
)

// Do sends r, whose URL has the path below the base and whose body is given apart, until an attempt succeeds, fails for
// good, or was the last one. The body of r and its GetBody are not looked at.
func (c *Client) Do(ctx context.Context, r *http.Request, body []byte) *Result {
	res := &Result{}
	for {
		if res.Ended = waitRateLimit(ctx, c.Limiter); res.Ended != nil {
			return res
		}
		c.attempt(ctx, r, body, res)
		delay, again := c.Retry.next(MayHaveEffect(r), res)
		if res.Ended = contextEnded(ctx); res.Ended != nil || !again {
			return res
		}
		c.logRetry(ctx, r, res, delay)
		if res.Ended = Sleep(ctx, delay, "the next attempt"); res.Ended != nil {
			return res
		}
	}
}
