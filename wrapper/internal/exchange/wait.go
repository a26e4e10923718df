package exchange

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"golang.org/x/time/rate"
)

// waitRateLimit waits for the rate limit, nil for none.
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

// Sleep waits for d, or for the end of ctx, which is then the error. A wait that cannot end before the deadline is not begun:
// its error is the deadline's, and says what the wait would have been for.
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

// contextEnded is the context's error together with the cause that its owner gave, nil while it lasts.
func contextEnded(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || cause == nil || cause.Error() == err.Error() {
		return err
	}
	return &endedError{err, cause}
}

// endedError is the end of a context that has a cause. errors.Is finds the cause, and not what that wraps: it may be the error
// of another call, as errgroup gives it, and what became of that one says nothing about this one.
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
