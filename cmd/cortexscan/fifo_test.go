//go:build unix

package main

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a FIFO blocks until a program writes to it. The first Ctrl-C ends that.
func TestInterruptEndsReadingAFIFO(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	for _, args := range [][]string{{"validate", fifo}, {"status", "790", "--key-file", fifo}} {
		c := newTrial(t, args...)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c.run(t, ctx, exitInterrupted)
		wantText(t, c.stderr.String(), "interrupted before anything was sent")
	}
}
