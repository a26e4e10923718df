//go:build !unix

package faults_test

import "time"

var started = time.Now()

// work returns the wall time, because Go does not report the processor time on this system.
func work() time.Duration { return time.Since(started) }
