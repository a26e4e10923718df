package faults_test

import (
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

// TestBackoff holds every wait within its bound, which doubles from BaseDelay to MaxDelay and overflows nowhere,
// and shows that waits are spread over the whole of it: full jitter.
func TestBackoff(t *testing.T) {
	for _, tt := range []struct {
		name      string
		retry     wrapper.Retry
		attempts  int
		base, max time.Duration
	}{
		{"the default", wrapper.Retry{}, 3, 500 * time.Millisecond, 30 * time.Second},
		{"the default, 100 attempts", wrapper.Retry{Attempts: 100}, 100, 500 * time.Millisecond, 30 * time.Second},
		{"an hour to a day", wrapper.Retry{Attempts: 100, BaseDelay: time.Hour, MaxDelay: 24 * time.Hour}, 100, time.Hour, 24 * time.Hour},
		{"from a nanosecond", wrapper.Retry{Attempts: 100, BaseDelay: 1, MaxDelay: time.Hour}, 100, 1, time.Hour},
		{"no bound", wrapper.Retry{Attempts: 55, BaseDelay: 1, MaxDelay: -1}, 55, 1, math.MaxInt64},
		{"a bound that is no power of two", wrapper.Retry{Attempts: 100, BaseDelay: 7, MaxDelay: 1000003}, 100, 7, 1000003},
		{"the base above the default bound", wrapper.Retry{Attempts: 80, BaseDelay: time.Hour}, 80, time.Hour, time.Hour},
		{"no wait", wrapper.Retry{Attempts: 100, BaseDelay: -1}, 100, 0, 0},
		{"no wait, no bound", wrapper.Retry{Attempts: 100, BaseDelay: -1, MaxDelay: -1}, 100, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &canned{answer: always(503)}
				c := newClient(t, anyHost, rt, wrapper.WithRetry(tt.retry))
				start := time.Now()
				err := doors[0].call(t.Context(), c)
				wantKinds(t, err, "Server")
				if n := apiError(t, err).Attempts; n != tt.attempts || rt.count() != n {
					t.Fatalf("%d attempts, %d requests, want %d", n, rt.count(), tt.attempts)
				}
				var sum time.Duration
				for i, wait := range rt.waits() {
					sum += wait
					if bound := doubled(tt.base, i, tt.max); wait < 0 || wait > bound {
						t.Errorf("wait %d is %v, its bound %v", i+1, wait, bound)
					}
				}
				if took := time.Since(start); took != sum {
					t.Errorf("the call took %v, its waits %v: it waited after the last attempt", took, sum)
				}
			})
		})
	}
}

// doubled is base, doubled n times, at most max.
func doubled(base time.Duration, n int, max time.Duration) time.Duration {
	for range n {
		if base > max/2 {
			return max
		}
		base *= 2
	}
	return min(base, max)
}

// TestFullJitter samples two thousand waits below one bound. That a fair spread fails this is less likely than
// one in 10^50.
func TestFullJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const bound = time.Minute
		rt := &canned{answer: always(503)}
		c := newClient(t, anyHost, rt, wrapper.WithRetry(wrapper.Retry{Attempts: 2001, BaseDelay: bound, MaxDelay: bound}))
		wantKinds(t, doors[0].call(t.Context(), c), "Server")
		waits := rt.waits()
		slices.Sort(waits)
		if n := len(slices.Compact(slices.Clone(waits))); n < 1990 {
			t.Errorf("only %d different waits out of %d", n, len(waits))
		}
		for i, quarter := range []time.Duration{bound / 4, bound / 2, 3 * bound / 4} {
			below, _ := slices.BinarySearch(waits, quarter)
			if want := (i + 1) * 500; below < want-250 || below > want+250 {
				t.Errorf("%d of 2000 waits are below %v, want about %d", below, quarter, want)
			}
		}
		if waits[0] < 0 || waits[len(waits)-1] > bound {
			t.Errorf("waits from %v to %v, beyond 0 to %v", waits[0], waits[len(waits)-1], bound)
		}
	})
}
