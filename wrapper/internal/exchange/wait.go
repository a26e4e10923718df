package exchange

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"golang.org/x/time/rate"
)

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

// Sleep waits for d, or until ctx ends, whose error it then returns. If d would outlast the deadline, Sleep returns at once, with an
// error that names what the wait would have been for.
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

// contextEnded returns the context's error together with the cause that its owner gave, or nil if the context has not ended.
func contextEnded(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || cause == nil || cause.Error() == err.Error() {
		return err
	}
	return &endedError{err, cause}
}

// endedError reports that a context with a cause has ended. errors.Is finds the cause, but not what that wraps: with errgroup it is
// the error of another call, whose kinds do not apply to this one.
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
