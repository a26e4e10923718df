// Package faults_test holds the client against a hostile network: connections that break at every point, answers
// of every shape, waits that end early, and load. It goes through the public API alone, over real sockets or,
// where time matters, over pipes inside testing/synctest.
package faults_test

import (
	"io"
	"log"
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails the package if any of its tests leaves a goroutine behind.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // where net/http tells of what these tests do to it
	goleak.VerifyTestMain(m)
}
