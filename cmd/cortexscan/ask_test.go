package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

func TestInterruptedAtAPrompt(t *testing.T) {
	for _, args := range []string{"abort --hostname laptop-17", "abort --all", "validate -"} {
		t.Run(args, func(t *testing.T) {
			c := newTrial(t, strings.Fields(args)...)
			c.atTerminal()
			ctx, cancel := context.WithCancel(t.Context())
			stdin, never := io.Pipe()
			t.Cleanup(func() { never.Close() })
			c.sys.io.In = readerFunc(func(p []byte) (int, error) { cancel(); return stdin.Read(p) })
			c.run(t, ctx, exitInterrupted)
			wantText(t, c.stderr.String(), "interrupted before anything was sent")
			if args == "validate -" {
				wantText(t, c.stderr.String(), "Paste a recording, then press Ctrl-")
			}
			if len(c.tenant.Calls()) > 0 {
				t.Error("it was sent")
			}
		})
	}
}

func TestKeyIsAskedForAndNotShown(t *testing.T) {
	c := newTrial(t, "status", "790")
	c.atTerminal()
	c.settings[wrapper.EnvKey] = ""
	c.sys.io.ReadPassword = func() (string, error) { return testKey, nil }
	c.run(t, t.Context(), exitDone)
	wantText(t, c.stderr.String(), "API key with the ID 17 (what you type is not shown): ")
	if strings.Contains(c.stdout.String()+c.stderr.String(), testKey) {
		t.Error("the key is shown")
	}

	c = newTrial(t, "status", "790")
	c.atTerminal()
	c.settings[wrapper.EnvKey] = ""
	ctx, cancel := context.WithCancel(t.Context())
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	restored := false
	c.sys.io.Restore = func() { restored = true }
	c.sys.io.ReadPassword = func() (string, error) { cancel(); <-never; return "", nil }
	c.run(t, ctx, exitInterrupted)
	if !restored {
		t.Error("the terminal does not get its echo back")
	}
}
