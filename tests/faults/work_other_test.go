//go:build !unix

package faults_test

import "time"

var started = time.Now()

// work returns the wall time, on systems where Go can't tell the processor time.
func work() time.Duration { return time.Since(started) }
