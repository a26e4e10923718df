package exchange

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// next decides whether to retry, and after which delay.
func (c *Client) next(mayHaveEffect bool, res *Result) (delay time.Duration, retry bool) {
	if res.Attempts >= c.Attempts || !c.isTemporary(mayHaveEffect, res) {
		return 0, false
	}
	delay = c.backoff(res.Attempts)
	if res.Response != nil {
		asked := RetryAfter(res.Response.Header, time.Now())
		if asked > c.MaxDelay || asked == math.MaxInt64 {
			return 0, false
		}
		delay = max(delay, asked)
	}
	return delay, true
}

// isTemporary reports whether a retry is safe and may succeed. A 500 is usually caused by the request, so a retry
// would fail, too.
func (c *Client) isTemporary(mayHaveEffect bool, res *Result) bool {
	switch {
	case res.Permanent:
		return false
	case res.Response == nil:
		return !res.Sent || !mayHaveEffect
	}
	switch status := res.Response.StatusCode; status {
	case http.StatusTooManyRequests:
		return !mayHaveEffect || c.Refused == nil || c.Refused(res)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return !mayHaveEffect
	default: // retry a 2xx with an incomplete body
		return res.Err != nil && status/100 == 2 && !mayHaveEffect
	}
}

// backoff returns a random delay between 0 and a bound. The bound is BaseDelay at first, and doubles with every attempt up to
// MaxDelay. The jitter keeps programs that failed together from retrying together.
func (c *Client) backoff(attempts int) time.Duration {
	bound := c.MaxDelay
	if shift := attempts - 1; shift < 63 && c.BaseDelay <= c.MaxDelay>>shift {
		bound = c.BaseDelay << shift
	}
	if c.BaseDelay == 0 {
		return 0
	}
	if bound == math.MaxInt64 {
		bound--
	}
	return rand.N(bound + 1) // need not be cryptographically secure
}

// RetryAfter parses the Retry-After header, which is a number of seconds or a date. It returns 0 if the header is missing or
// cannot be parsed, and the longest duration if the number is too large for a Duration.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	values := h["Retry-After"]
	if len(values) != 1 {
		return 0 // several values may contradict each other
	}
	value := strings.TrimSpace(values[0])
	if strings.Trim(value, "0123456789.eE+") == "" {
		seconds, err := strconv.ParseFloat(value, 64)
		switch {
		case math.IsInf(seconds, 1), err == nil && seconds >= math.MaxInt64/float64(time.Second):
			return math.MaxInt64
		case err != nil:
			return 0
		}
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// waitRateLimit waits for the rate limit, if there is one.
func waitRateLimit(ctx context.Context, limiter *rate.Limiter) error {
	if limiter == nil || ctx.Err() != nil {
		return contextEnded(ctx)
	}
	turn := limiter.Reserve()
	err := Sleep(ctx, turn.Delay(), "the rate limit")
	if err != nil {
		turn.Cancel()
	}
	return err
}

// Sleep waits for d. If ctx ends first, Sleep returns the error of ctx. If d would outlast the deadline, Sleep
// returns an error at once. The error contains what, which describes the purpose of the wait.
func Sleep(ctx context.Context, d time.Duration, what string) error {
	if d <= 0 || ctx.Err() != nil {
		return contextEnded(ctx)
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return fmt.Errorf("the wait for %s, %v, would outlast the deadline: %w", what, d.Round(time.Millisecond), context.DeadlineExceeded)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return contextEnded(ctx)
	}
}

// contextEnded returns the context's error together with its cause, or nil if the context has not ended.
func contextEnded(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || cause == nil || cause.Error() == err.Error() {
		return err
	}
	return &endedError{err, cause}
}

// endedError reports that a context with a cause has ended. errors.Is finds the cause, but not what the cause wraps: with
// errgroup, the cause is the error of another call, whose kinds do not apply to this call.
type endedError struct{ err, cause error }

func (e *endedError) Error() string {
	if errors.Is(e.cause, e.err) {
		return e.cause.Error()
	}
	return e.err.Error() + ": " + e.cause.Error()
}

func (e *endedError) Unwrap() error { return e.err }

func (e *endedError) Is(target error) bool {
	return reflect.TypeOf(target).Comparable() && target == e.cause
}
