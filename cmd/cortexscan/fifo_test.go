//go:build unix

package main

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
)

// Opening a FIFO blocks until a program writes to it.
func TestInterruptEndsReadingAFIFO(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	c := newTrial(t, "status", "790", "--key-file", fifo)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.run(t, ctx, exitInterrupted)
	wantText(t, c.stderr.String(), "interrupted before anything was sent")
}
