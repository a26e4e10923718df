package main

import (
	"context"
	"strings"
	"testing"
)

func TestInterruptedDemoDoesNotClaimSuccess(t *testing.T) {
	c := newTrial(t, "demo")
	ctx, cancel := context.WithCancel(t.Context())
	c.sys.io.Out = writerFunc(func(p []byte) (int, error) {
		if strings.Contains(string(p), "Running") {
			cancel()
		}
		return c.stdout.Write(p)
	})
	c.run(t, ctx, exitInterrupted)
	if strings.Contains(c.stdout.String(), "as expected") {
		t.Error("it reports success")
	}
}
