package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// script answers one state after the other; the last one stays, and "" is an error.
type script []string

var errScript = errors.New("the network is down")

func (s *script) GetScanRunStatus(context.Context, int64, ...string) (*gen.ScanRunStatus, error) {
	state := (*s)[0]
	if len(*s) > 1 {
		*s = (*s)[1:]
	}
	if state == "" {
		return nil, errScript
	}
	return &gen.ScanRunStatus{DATA: "Scan is in " + state + " state"}, nil
}

func watchScript(ctx context.Context, states ...string) (c *trial, err error) {
	c = newOffline()
	c.atTerminal()
	c.sys.now = time.Now
	w := waiting{run: 7, every: 2500 * time.Millisecond, while: []string{"pending", "Running"}}
	answers := script(states)
	err = waitForRun(ctx, &session{c.sys, false}, &answers, w)
	return c, err
}

func TestWaitAtATerminalIsOneLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := watchScript(t.Context(), "Pending", "Running", "Running", "Completed")
		if err != nil {
			t.Fatal(err)
		}
		text := c.stdout.String()
		if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
			t.Errorf("not one line: %q", text)
		}
		var shown []string
		for s := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\r\x1b[K") {
			shown = append(shown, strings.NewReplacer("\x1b[33m", "", "\x1b[32m", "", "\x1b[0m", "").Replace(s))
		}
		want := []string{"",
			"scan run 7  Pending  0s  1 poll", "scan run 7  Pending  1s  1 poll", "scan run 7  Pending  2s  1 poll",
			"scan run 7  Running  2s  2 polls", "scan run 7  Running  3s  2 polls", "scan run 7  Running  4s  2 polls",
			"scan run 7  Running  5s  3 polls", "scan run 7  Running  6s  3 polls", "scan run 7  Running  7s  3 polls",
			"scan run 7  Completed  7s  4 polls"}
		if strings.Join(shown, "|") != strings.Join(want, "|") {
			t.Errorf("got  %q\nwant %q", shown, want)
		}
	})
}

func TestWaitSaysTheLastState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := watchScript(t.Context(), "Pending", "Running", "")
		if !errors.Is(err, errScript) {
			t.Fatal(err)
		}
		if f := describe(err); f.Note != "scan run 7 was last seen in state Running" || f.Exit != exitNetwork {
			t.Errorf("got %+v", f)
		}
		if !strings.HasSuffix(c.stdout.String(), "\n") {
			t.Error("the line is not ended before the error is printed")
		}
	})
}

func TestWaitInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		start := time.Now()
		_, err := watchScript(ctx, "Running")
		f := describe(err)
		if f.Exit != exitInterrupted || f.Message != "interrupted" || f.Note != "scan run 7 was last seen in state Running" {
			t.Errorf("got %+v", f)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("it ended after %v", took)
		}
	})
}

func TestWaitEndsWithAMessageWithoutState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := watchScript(t.Context(), "Running", "\x1b[31m")
		if !errors.Is(err, wrapper.ErrUnexpectedResponse) || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("got %q", err)
		}
	})
}

func TestWaitOnADumbTerminalIsPlainLines(t *testing.T) {
	c := newTrial(t, "status", "789", "--wait", "--every", "1ms")
	c.atTerminal()
	c.settings["TERM"] = "dumb"
	c.run(t, t.Context(), exitDone)
	want := "2026-11-22T21:00:00Z  scan run 789  Pending\n2026-11-22T21:00:00Z  scan run 789  Running\n2026-11-22T21:00:00Z  scan run 789  Completed\n"
	if c.stdout.String() != want {
		t.Errorf("got %q", c.stdout.String())
	}
}
