package faults_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

var errGoingHome = errors.New("the shift is over")

// endings are the ways in which a context ends three seconds from now.
var endings = []struct {
	name string
	kind string
	in3s func(context.Context) (context.Context, context.CancelFunc)
}{
	{"deadline", "Deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
		return context.WithTimeout(ctx, 3*time.Second)
	}},
	{"cancelled", "Canceled", func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(3*time.Second, cancel)
		return ctx, cancel
	}},
	{"cancelled with a cause", "Canceled", func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancelCause(ctx)
		time.AfterFunc(3*time.Second, func() { cancel(errGoingHome) })
		return ctx, func() { cancel(nil) }
	}},
}

// TestContextEndsDuringBackoff shows that a call which waits ends with its context, on the spot, and that its
// error is the context's and the last answer's at once.
func TestContextEndsDuringBackoff(t *testing.T) {
	retry := wrapper.WithRetry(wrapper.Retry{Attempts: 9, BaseDelay: -1, MaxDelay: time.Hour})
	for _, tt := range []struct {
		name   string
		door   door
		answer func(int) *http.Response
		kinds  string
	}{
		{"GET 429", doors[0], always(429, "Retry-After", "60"), "RateLimited"},
		{"GET 503", doors[1], always(503, "Retry-After", "60"), "Server"},
		{"POST 429", doors[2], always(429, "Retry-After", "60"), "RateLimited"},
		{"API POST 429", doors[3], always(429, "Retry-After", "60"), "RateLimited"},
	} {
		for _, end := range endings {
			t.Run(tt.name+"/"+end.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					rt := &canned{answer: tt.answer}
					c := newClient(t, anyHost, rt, retry)
					ctx, cancel := end.in3s(t.Context())
					defer cancel()
					start := time.Now()
					err := tt.door.call(ctx, c)
					if took := time.Since(start); took != 3*time.Second {
						t.Errorf("the call took %v, its context 3s", took)
					}
					wantKinds(t, err, tt.kinds+" "+end.kind)
					if e := apiError(t, err); rt.count() != 1 || e.Attempts != 1 || e.RetryAfter != time.Minute {
						t.Errorf("%d requests, %d attempts, Retry-After %v", rt.count(), e.Attempts, e.RetryAfter)
					}
					if errors.Is(err, errGoingHome) != (end.name == "cancelled with a cause") {
						t.Errorf("the owner's cause is not as it was given: %v", err)
					}
				})
			})
		}
	}
}

// TestContextEndsAfterLostConnections is the same where no answer came: then the last cause is what comes along.
func TestContextEndsAfterLostConnections(t *testing.T) {
	for _, end := range endings {
		t.Run(end.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &canned{answer: func(int) *http.Response { return nil }}
				c := newClient(t, anyHost, rt, wrapper.WithRetry(wrapper.Retry{Attempts: 1000, BaseDelay: time.Second, MaxDelay: time.Second}))
				ctx, cancel := end.in3s(t.Context())
				defer cancel()
				start := time.Now()
				err := doors[0].call(ctx, c)
				if took := time.Since(start); took != 3*time.Second {
					t.Errorf("the call took %v, its context 3s", took)
				}
				wantKinds(t, err, end.kind)
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("the last attempt's cause is lost: %v", err)
				}
			})
		})
	}
}

// TestRateLimitHoldsBack shows the rate that the option promises: a burst, and from then on no more than so many
// a second.
func TestRateLimitHoldsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &canned{answer: func(int) *http.Response { return response(200, goodRun) }}
		c := newClient(t, anyHost, rt, wrapper.WithRateLimit(10, 5))
		start := time.Now()
		for range 25 {
			if err := doors[0].call(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start).Round(time.Millisecond); took != 2*time.Second {
			t.Errorf("25 calls, 5 of them at once, took %v at 10 a second, want 2s", took)
		}
	})
}

// TestRateLimitHoldsRetriesBack shows that it is attempts that are limited, not calls.
func TestRateLimitHoldsRetriesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &canned{answer: always(503)}
		c := newClient(t, anyHost, rt, wrapper.WithRateLimit(1, 1), wrapper.WithRetry(wrapper.Retry{Attempts: 5, BaseDelay: -1}))
		wantKinds(t, doors[0].call(t.Context(), c), "Server")
		for i, wait := range rt.waits() {
			if wait.Round(time.Millisecond) != time.Second {
				t.Errorf("attempt %d followed after %v, want 1s", i+2, wait)
			}
		}
	})
}

// TestContextEndsDuringRateLimitWait shows that a call held back by the rate limit ends with its context, sends
// nothing, and gives its turn back.
func TestContextEndsDuringRateLimitWait(t *testing.T) {
	for _, d := range doors {
		for _, end := range endings[1:] {
			t.Run(d.name+"/"+end.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					rt := &canned{answer: func(int) *http.Response { return response(200, goodAbort[:1]+`"DATA":"x",`+goodAbort[1:]) }}
					c := newClient(t, anyHost, rt, wrapper.WithRateLimit(0.1, 1))
					if err := d.call(t.Context(), c); err != nil {
						t.Fatal(err)
					}
					ctx, cancel := end.in3s(t.Context())
					defer cancel()
					start := time.Now()
					wantKinds(t, d.call(ctx, c), end.kind)
					if took := time.Since(start); took != 3*time.Second || rt.count() != 1 {
						t.Errorf("the call took %v and made %d requests, want 3s and 1", took, rt.count())
					}
					// The next in line has the turn that was given back, ten seconds after the first.
					if err := d.call(t.Context(), c); err != nil {
						t.Fatal(err)
					}
					if took := time.Since(start).Round(time.Millisecond); took != 10*time.Second {
						t.Errorf("the next call left after %v, want 10s", took)
					}
				})
			})
		}
	}
}

// TestContextEndsDuringRateLimitWaitOfRetry shows that the last answer's kind comes along then.
func TestContextEndsDuringRateLimitWaitOfRetry(t *testing.T) {
	for _, d := range doors {
		for _, end := range endings[1:] {
			t.Run(d.name+"/"+end.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					rt := &canned{answer: always(429)}
					ctx, cancel := end.in3s(t.Context())
					defer cancel()
					start := time.Now()
					wantKinds(t, d.call(ctx, newClient(t, anyHost, rt, wrapper.WithRateLimit(0.1, 1))), "RateLimited "+end.kind)
					if took := time.Since(start); took != 3*time.Second || rt.count() != 1 {
						t.Errorf("the call took %v and made %d requests, want 3s and 1", took, rt.count())
					}
				})
			})
		}
	}
}

// TestRateLimitBeyondDeadline shows that a wait which cannot end in time is not begun, neither before the first
// attempt nor before a later one.
func TestRateLimitBeyondDeadline(t *testing.T) {
	for _, d := range doors {
		t.Run(d.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &canned{answer: always(429)}
				c := newClient(t, anyHost, rt, wrapper.WithRateLimit(0.1, 1))
				for i, want := range []string{"Deadline RateLimited", "Deadline"} {
					ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
					start := time.Now()
					err := d.call(ctx, c)
					cancel()
					wantKinds(t, err, want)
					if took := time.Since(start); took != 0 || rt.count() != 1 {
						t.Errorf("call %d took %v, %d requests so far; want none and 1", i+1, took, rt.count())
					}
				}
			})
		})
	}
}

// TestContextThatHasEnded shows that such a context sends nothing.
func TestContextThatHasEnded(t *testing.T) {
	for _, d := range doors {
		for _, limit := range []float64{-1, 10} {
			s := serve(t, (*exchange).good)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			wantKinds(t, d.call(ctx, newClient(t, s.url, newTransport(t), wrapper.WithRateLimit(limit, 0))), "Canceled")
			if n := s.connections.Load(); n != 0 {
				t.Errorf("%s: %d connections, want none", d.name, n)
			}
		}
	}
}
