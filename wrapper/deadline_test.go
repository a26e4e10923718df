package wrapper_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

func TestAWaitEndsWithItsContext(t *testing.T) {
	cause := errors.New("shutting down")
	for _, tt := range []struct {
		name string
		rt   http.RoundTripper
		want string // its kind
	}{
		{"429", canned(429, `{"err_msg": "slow down"}`, "Retry-After", "20"), "RateLimited"},
		{"never left", transport(neverLeft), ""},
	} {
		for _, op := range operations {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(time.Second, func() { cancel(cause) })
					start := time.Now()
					err := op.call(t, ctx, newClient(t, tt.rt, wrapper.WithRetry(wrapper.Retry{Attempts: 99, BaseDelay: 29 * time.Second, MaxDelay: 29 * time.Second})))
					if took := time.Since(start); took != time.Second {
						t.Errorf("took %v", took)
					}
					if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) {
						t.Errorf("%v is not the context's", err)
					}
					var want []string
					if tt.want != "" {
						want = append(want, tt.want)
						if e := apiError(t, err); e.StatusCode != 429 || e.Message != "slow down" || e.RetryAfter != 20*time.Second {
							t.Errorf("the last answer is lost: %v", err)
						}
					} else if !strings.Contains(err.Error(), "connection refused") {
						t.Errorf("the last failure is lost: %v", err)
					}
					wantKinds(t, err, want...)
				})
			})
		}
	}
}

func TestARateLimitWaitEndsWithItsContext(t *testing.T) {
	limit := wrapper.WithRateLimit(0.1, 1) // the second call waits ten seconds
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec := &recorder{next: transport(good)}
				c := newClient(t, rec, limit)
				if err := op.call(t, t.Context(), c); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(3*time.Second, cancel)
				start := time.Now()
				err := op.call(t, ctx, c)
				if took := time.Since(start); took != 3*time.Second || !errors.Is(err, context.Canceled) {
					t.Errorf("cancelled: %v after %v", err, took)
				}
				wantKinds(t, err)

				// Its turn was given back: the next one is not later than it was.
				ctx, cancel = context.WithTimeout(t.Context(), 6*time.Second)
				defer cancel()
				start = time.Now()
				err = op.call(t, ctx, c)
				if took := time.Since(start); took != 0 || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("a wait that cannot end in time: %v after %v", err, took)
				}
				if !strings.Contains(err.Error(), op.what) || !strings.Contains(err.Error(), "would outlast the deadline") {
					t.Errorf("the error does not say so: %v", err)
				}
				ctx, cancel = context.WithTimeout(t.Context(), 7*time.Second)
				defer cancel()
				start = time.Now()
				if err := op.call(t, ctx, c); err != nil || time.Since(start).Round(time.Millisecond) != 7*time.Second {
					t.Errorf("a wait that ends with the deadline: %v after %v", err, time.Since(start))
				}
				if len(rec.requests) != 2 {
					t.Errorf("%d requests were sent, want 2", len(rec.requests))
				}
			})
		})
	}
}

func TestAnEndedContextSendsNothing(t *testing.T) {
	for _, op := range operations {
		rec := &recorder{next: transport(good)}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := op.call(t, ctx, newClient(t, rec))
		if !errors.Is(err, context.Canceled) || len(rec.requests) != 0 {
			t.Errorf("%s: %v, %d requests", op.name, err, len(rec.requests))
		}
		wantKinds(t, err)
	}
}
