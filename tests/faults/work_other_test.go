//go:build !unix

package faults_test

import "time"

var started = time.Now()

// work is, where the processor's time cannot be had, the clock's.
func work() time.Duration { return time.Since(started) }
