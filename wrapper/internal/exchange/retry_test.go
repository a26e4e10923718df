package exchange

import (
	"math"
	"testing"
	"time"
)

// TestBackoffDoesNotOverflow, at attempts that no test of the public door has the centuries for.
func TestBackoffDoesNotOverflow(t *testing.T) {
	for _, r := range []Retry{
		{Attempts: 3, BaseDelay: 500 * time.Millisecond, MaxDelay: 30 * time.Second},
		{BaseDelay: 1, MaxDelay: math.MaxInt64},
		{BaseDelay: 500 * time.Millisecond, MaxDelay: math.MaxInt64},
		{BaseDelay: math.MaxInt64, MaxDelay: math.MaxInt64},
		{BaseDelay: math.MaxInt64/2 + 1, MaxDelay: math.MaxInt64},
		{BaseDelay: 3, MaxDelay: 4},
		{BaseDelay: 0, MaxDelay: math.MaxInt64},
		{BaseDelay: 1, MaxDelay: 0},
	} {
		for _, attempt := range []int{1, 2, 30, 31, 32, 33, 61, 62, 63, 64, 65, 66, 1000, math.MaxInt} {
			for range 100 {
				if d := r.backoff(attempt); d < 0 || d > r.MaxDelay {
					t.Fatalf("%+v, attempt %d: %v", r, attempt, d)
				}
			}
		}
	}
}

// TestBackoffDoubles to its bound and stays there: of many draws one comes close to it.
func TestBackoffDoubles(t *testing.T) {
	r := Retry{BaseDelay: 1000, MaxDelay: math.MaxInt64}
	longest := func(r Retry, attempt int) (d time.Duration) {
		for range 300 {
			d = max(d, r.backoff(attempt))
		}
		return d
	}
	for attempt := 1; attempt <= 53; attempt++ {
		bound := time.Duration(1000) << (attempt - 1)
		if d := longest(r, attempt); d > bound || d < bound-bound/8 {
			t.Errorf("attempt %d: at most %d of %d", attempt, d, bound)
		}
	}
	for attempt := 55; attempt <= 70; attempt++ {
		if d := longest(r, attempt); d < math.MaxInt64-math.MaxInt64/8 {
			t.Errorf("attempt %d: at most %d", attempt, d)
		}
	}
	// The bounds themselves can be drawn.
	small := Retry{BaseDelay: 1, MaxDelay: 1}
	if longest(small, 1) != 1 || longest(Retry{BaseDelay: 1, MaxDelay: 2}, 2) != 2 {
		t.Error("the bound is never reached")
	}
}
