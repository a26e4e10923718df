package main

import "example.com/cortexscan/tests/bench"

// target is what a figure has to reach: a ratio to hand at most, or at least where more is better.
type target struct {
	limit   float64
	atLeast bool
}

func (t target) missedBy(figure float64) bool {
	return t.limit > 0 && (t.atLeast && figure < t.limit || !t.atLeast && figure > t.limit)
}

func atMost(limit float64) target { return target{limit: limit} }

type cell struct{ row, who string }

// The targets leave room for simple code: a network hides a difference of microseconds, and readers of the code do not
// forget what was done to gain them.
var (
	targets = map[cell]target{
		{"status, memory", bench.Ours}:               atMost(1.35),
		{"status, loopback", bench.Ours}:             atMost(1.15),
		{"status, memory", bench.Validated}:          atMost(1.8),
		{"status, loopback", bench.Validated}:        atMost(1.20),
		{"abort 100 ids, memory", bench.Ours}:        atMost(1.3),
		{"abort 100 ids, loopback", bench.Ours}:      atMost(1.10),
		{"abort 100 ids, memory", bench.Validated}:   atMost(5),
		{"abort 100 ids, loopback", bench.Validated}: atMost(1.8),
		{"error 1 KB, memory", bench.Ours}:           atMost(2.2),
		{"error 1 KB, loopback", bench.Ours}:         atMost(1.4),
		{"error 1 MB, memory", bench.Ours}:           atMost(1.0),
		{"goroutines: 64, throughput", bench.Ours}:   {limit: 0.95, atLeast: true},
		{"status, allocations", bench.Ours}:          atMost(68),
	}
	// columns are the contestants that are measured against hand.
	columns = []string{bench.Bare, bench.Stock, bench.Resty, bench.Standard, bench.Ours, bench.Validated}
)
