//go:build !unix

package bench

import "time"

var started = time.Now()

// cpuTime is, where the processor's time cannot be had, the clock's.
func cpuTime() time.Duration { return time.Since(started) }
