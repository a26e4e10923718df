package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

func newLimiter(perSecond float64, burst int) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(perSecond), burst)
}

// TestTheRateLimitHoldsEveryAttempt, retries too.
func TestTheRateLimitHoldsEveryAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec, start := inTurn(canned(503, "")), time.Now()
		c := newClient(rec, func(c *Client) { c.Limiter = newLimiter(1, 2); c.Attempts = 5 })
		do(t.Context(), t, c, http.MethodGet)
		for i, at := range rec.at {
			if want := time.Duration(max(0, i-1)) * time.Second; at.Sub(start).Round(time.Millisecond) != want {
				t.Errorf("attempt %d after %v, want %v", i+1, at.Sub(start), want)
			}
		}
		if len(rec.at) != 5 {
			t.Errorf("%d attempts", len(rec.at))
		}
	})
}

// TestWaitRateLimit: a wait ends with its context, one that would outlast it is not begun, and both give their turn back.
func TestWaitRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Client{Limiter: newLimiter(0.1, 1)} // the second turn comes after ten seconds
		if err := waitRateLimit(t.Context(), c.Limiter); err != nil {
			t.Fatal(err)
		}
		wait := func(ctx context.Context) (time.Duration, error) {
			start := time.Now()
			err := waitRateLimit(ctx, c.Limiter)
			return time.Since(start).Round(time.Millisecond), err
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		if took, err := wait(ctx); took != 3*time.Second || !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v after %v", err, took)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 6*time.Second)
		defer cancel()
		took, err := wait(ctx)
		if took != 0 || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "the wait for the rate limit, 7s, would outlast the deadline") {
			t.Errorf("a wait that would outlast the deadline: %v after %v", err, took)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		if took, err := wait(ctx); err != nil || took != 7*time.Second {
			t.Errorf("a wait that ends with the deadline: %v after %v", err, took)
		}
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		if took, err := wait(ctx); !errors.Is(err, context.Canceled) || took != 0 {
			t.Errorf("an ended context: %v after %v", err, took)
		}
		if took, err := wait(t.Context()); err != nil || took != 10*time.Second {
			t.Errorf("an ended context took a turn: %v after %v", err, took)
		}
	})
}

func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		canceled, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		soon, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for _, tt := range []struct {
			ctx  context.Context
			d    time.Duration
			took time.Duration
			want error
		}{
			{t.Context(), -1, 0, nil}, {t.Context(), 0, 0, nil}, {t.Context(), 1, 1, nil},
			{ended, 0, 0, context.Canceled}, {ended, time.Hour, 0, context.Canceled},
			{canceled, time.Hour, time.Second - 1, context.Canceled},
			{soon, time.Hour, 0, context.DeadlineExceeded}, {soon, time.Minute, 0, context.DeadlineExceeded}, {soon, 50 * time.Second, 50 * time.Second, nil},
		} {
			start := time.Now()
			if err := Sleep(tt.ctx, tt.d, "the next thing"); !errors.Is(err, tt.want) || time.Since(start) != tt.took {
				t.Errorf("%v: %v after %v, want %v after %v", tt.d, err, time.Since(start), tt.want, tt.took)
			}
		}
	})
}

// TestContextEnded: the error and the cause, each once.
func TestContextEnded(t *testing.T) {
	cause := errors.New("shutting down")
	if err := contextEnded(t.Context()); err != nil {
		t.Errorf("a context that goes on: %v", err)
	}
	for want, cause := range map[string]error{
		"context canceled": nil, "context canceled: shutting down": cause, "stopped: context canceled": fmt.Errorf("stopped: %w", context.Canceled),
		"context canceled: several: shutting down": notComparable{cause},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		err := contextEnded(ctx)
		if err.Error() != want || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %s", err, want)
		}
		var list notComparable // which errors.Is cannot find
		if cause != nil && !errors.As(cause, &list) && !errors.Is(err, cause) || errors.Is(err, notComparable{cause}) || errors.Is(err, io.EOF) {
			t.Errorf("%v: its cause is lost, or another one found", err)
		}
	}
}

// notComparable is an error that == would panic on.
type notComparable []error

func (e notComparable) Error() string { return "several: " + e[0].Error() }
