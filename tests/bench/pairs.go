package bench

import (
	"cmp"
	"slices"
	"sync/atomic"
	"time"
)

// Batch makes n calls and returns how long they took.
type Batch func(n int) (time.Duration, error)

// Repeated makes a Batch of calls one after the other. In memory it takes the processor's time, which a busy
// machine does not change much; over loopback, where a call is mostly waiting, the clock's.
func Repeated(call func() error, m Medium) Batch {
	clock := cpuTime
	if m == Loopback {
		clock = func() time.Duration { return time.Since(epoch) }
	}
	return func(n int) (time.Duration, error) {
		start := clock()
		for range n {
			if err := call(); err != nil {
				return 0, err
			}
		}
		return clock() - start, nil
	}
}

var epoch = time.Now()

// Ratio is how long b takes in comparison with a, and what the figure rests on.
type Ratio struct {
	Median    float64
	Low, High float64 // quartiles
	Rounds    int
	A         time.Duration // a call of a, median: for orientation
}

// Effort says how long to measure.
type Effort struct {
	Batch time.Duration // about how long a batch takes
	Total time.Duration // of all rounds
	Least int           // rounds, whatever Total says
}

// Compare measures a and b in turns, A B B A, many times, so that whatever else the machine does meets both
// alike, and takes the median of the rounds' ratios.
func Compare(a, b Batch, e Effort) (Ratio, error) {
	n, err := calls(a, e.Batch)
	if err != nil {
		return Ratio{}, err
	}
	var ratios []float64
	var times []time.Duration
	for end := time.Now().Add(e.Total); len(ratios) < e.Least || time.Now().Before(end); {
		var took [4]time.Duration
		for i, batch := range []Batch{a, b, b, a} {
			if took[i], err = batch(n); err != nil {
				return Ratio{}, err
			}
		}
		ratios = append(ratios, float64(took[1]+took[2])/float64(took[0]+took[3]))
		times = append(times, (took[0]+took[3])/time.Duration(2*n))
	}
	slices.Sort(ratios)
	slices.Sort(times)
	k := len(ratios)
	return Ratio{ratios[k/2], ratios[k/4], ratios[3*k/4], k, times[k/2]}, nil
}

// Parallel makes a Batch of calls by so many goroutines at once.
func Parallel(call func() error, goroutines int) Batch {
	return func(n int) (time.Duration, error) {
		var begun atomic.Int64
		failed := make(chan error, goroutines)
		start := time.Now()
		for range goroutines {
			go func() {
				var err error
				for err == nil && begun.Add(1) <= int64(n) {
					err = call()
				}
				failed <- err
			}()
		}
		var err error
		for range goroutines {
			err = cmp.Or(err, <-failed)
		}
		return time.Since(start), err
	}
}

// leastCalls are in a batch, however long one takes: whether garbage is collected during a call is a matter of
// chance, and should not be one of the batch.
const leastCalls = 8

// calls finds how many calls fill a batch.
func calls(a Batch, want time.Duration) (int, error) {
	for n := 1; ; n *= 2 {
		quickest := want
		for range 3 { // one may have been interrupted
			took, err := a(n)
			if err != nil {
				return 0, err
			}
			quickest = min(quickest, took)
		}
		if quickest >= want/2 {
			return max(leastCalls, int(float64(n)*float64(want)/float64(quickest))), nil
		}
	}
}
