package exchange

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

// A Retry-After that is longer than MaxDelay ends the call.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the clock starts at midnight UTC on January 1, 2000
		date := func(in time.Duration) string { return time.Now().Add(in).UTC().Format(http.TimeFormat) }
		for _, tt := range []struct {
			name   string
			values []string
			want   time.Duration
		}{
			{"none", nil, 0}, {"blank", []string{"  "}, 0},
			{"seconds, with space", []string{" 7\t"}, 7 * time.Second}, {"a fraction", []string{"1.25"}, 1250 * time.Millisecond},
			{"MaxDelay", []string{"6e+1"}, time.Minute}, {"just over MaxDelay", []string{"60.001"}, 60001 * time.Millisecond},
			{"a date", []string{date(20 * time.Second)}, 20 * time.Second}, {"a past date", []string{date(-time.Hour)}, 0},
			{"a date in RFC 850 format", []string{"Saturday, 01-Jan-00 00:00:09 GMT"}, 9 * time.Second},
			{"the last date", []string{"Fri, 31 Dec 9999 23:59:59 GMT"}, math.MaxInt64},
			{"the longest duration", []string{"9223372036"}, 9223372036 * time.Second}, {"just over the longest duration", []string{"9223372037"}, math.MaxInt64},
			{"too large for a float", []string{"1e999"}, math.MaxInt64},
			{"negative", []string{"-5"}, 0}, {"negative, too large for a float", []string{"-1e999"}, 0}, {"not a number", []string{"NaN"}, 0}, {"infinite", []string{"Inf"}, 0},
			{"letters of a number", []string{"e"}, 0}, {"a unit", []string{"7s"}, 0}, {"several", []string{"7", "9"}, 0}, {"a list", []string{"7, 9"}, 0},
		} {
			h := http.Header{"Retry-After": tt.values}
			if got := RetryAfter(h, time.Now()); got != tt.want {
				t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
			}
			res := &Result{Attempts: 1, Response: &http.Response{StatusCode: 429, Header: h}}
			for maxDelay, tooLong := range map[time.Duration]bool{time.Minute: tt.want > time.Minute, math.MaxInt64: tt.want == math.MaxInt64} {
				delay, retry := (&Client{Attempts: 2, MaxDelay: maxDelay}).next(true, res)
				if retry == tooLong || retry && delay != tt.want {
					t.Errorf("%s, MaxDelay %v: got retry %v after %v", tt.name, maxDelay, retry, delay)
				}
			}
		}
	})
}

// The delay is Retry-After or the random delay, whichever is longer.
func TestLongerDelayWins(t *testing.T) {
	c, delays := &Client{Attempts: 2, BaseDelay: 10 * time.Second, MaxDelay: 10 * time.Second}, []time.Duration{}
	for range 200 {
		delay, _ := c.next(true, &Result{Attempts: 1, Response: &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"5"}}}})
		delays = append(delays, delay)
	}
	if shortest, longest := slices.Min(delays), slices.Max(delays); shortest != 5*time.Second || longest <= 5*time.Second || longest > 10*time.Second {
		t.Errorf("got delays from %v to %v, want 5s to 10s", shortest, longest)
	}
}

// A delay is random, with an upper bound that doubles from BaseDelay to MaxDelay.
// 300 draws miss the lowest or the highest eighth about once in 10^17 runs.
func TestBackoff(t *testing.T) {
	for _, tt := range []struct {
		base, most time.Duration
		bounds     map[int]time.Duration // by the number of attempts so far
	}{
		{500, 3000, map[int]time.Duration{1: 500, 2: 1000, 3: 2000, 4: 3000, 5: 3000, 64: 3000, 65: 3000, math.MaxInt: 3000}},
		{1000, math.MaxInt64, map[int]time.Duration{1: 1000, 2: 2000, 53: 1000 << 52, 54: 1000 << 53, 55: math.MaxInt64, 63: math.MaxInt64, 64: math.MaxInt64, 65: math.MaxInt64}},
		{2, 5, map[int]time.Duration{1: 2, 2: 4, 3: 5}},
		{1, 4, map[int]time.Duration{1: 1, 2: 2, 3: 4, 4: 4}}, // a delay can be equal to the bound
		{0, math.MaxInt64, map[int]time.Duration{1: 0, 30: 0, 63: 0, 64: 0, 1000: 0}},
		{1, 0, map[int]time.Duration{1: 0, 2: 0}},
	} {
		r := &Client{BaseDelay: tt.base, MaxDelay: tt.most}
		for attempt, bound := range tt.bounds {
			shortest, longest := time.Duration(math.MaxInt64), time.Duration(math.MinInt64)
			for range 300 {
				d := r.backoff(attempt)
				shortest, longest = min(shortest, d), max(longest, d)
			}
			if shortest < 0 || longest > bound || shortest > bound/8 || longest < bound-bound/8 {
				t.Errorf("%+v, attempt %d: got delays from %v to %v, want nearly all of 0 to %v", r, attempt, shortest, longest, bound)
			}
		}
	}
}

// A wait does not use up a turn if it is canceled or would outlast the deadline.
func TestWaitRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter := rate.NewLimiter(0.1, 1) // the second turn comes after ten seconds
		limiter.Reserve()
		canceled, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		tooShort, cancel := context.WithTimeout(t.Context(), 9*time.Second)
		defer cancel()
		for _, tt := range []struct {
			name string
			ctx  context.Context
			took time.Duration
			want string
		}{
			{"canceled", canceled, 3 * time.Second, "context canceled"},
			{"canceled before", canceled, 0, "context canceled"},
			{"longer than its deadline", tooShort, 0, "the wait for the rate limit, 7s, would outlast the deadline: context deadline exceeded"},
			{"the next turn", t.Context(), 7 * time.Second, "<nil>"},
		} {
			start := time.Now()
			err := waitRateLimit(tt.ctx, limiter)
			if took := time.Since(start).Round(time.Millisecond); took != tt.took || fmt.Sprint(err) != tt.want {
				t.Errorf("%s: got %v after %v, want %s after %v", tt.name, err, took, tt.want, tt.took)
			}
		}
	})
}
