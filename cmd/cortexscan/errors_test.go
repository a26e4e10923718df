package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestExitStatusesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // by exit status
	for line := range strings.Lines(string(page)) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			rows[strings.TrimSpace(cells[1])] = cells[3]
		}
	}
	exits := map[string]int{"network": exitNetwork} // by kind
	for _, k := range kinds {
		if !errors.Is(k.err, errProblems) { // errProblems is never printed
			exits[k.name] = k.exit
		}
	}
	for name, exit := range exits {
		if !strings.Contains(rows[fmt.Sprint(exit)], "`"+name+"`") || !strings.Contains(about, fmt.Sprintf("\n  %d  ", exit)) {
			t.Errorf("README.md does not list the kind %s for exit status %d, or the help does not list this exit status", name, exit)
		}
	}
}

func TestErrorsAreOnePrintableLine(t *testing.T) {
	for _, err := range []error{errors.New("bad\x1b[31m\u202e\nnews"), usagef("bad\x1b[31m\u202e\nnews")} {
		if f := describe(err); f.Message != "bad[31m news" {
			t.Errorf("got %q, want one printable line", f.Message)
		}
	}
}

func TestErrorsAreWrappedAndColoredOnATerminal(t *testing.T) {
	c := newTrial(t, "status", "790", "--key-type", "standard")
	c.atTerminal()
	c.run(t, t.Context(), exitRefused)
	for line := range strings.Lines(c.stderr.String()) {
		if len(line) > 90 { // including color codes
			t.Errorf("got a line of %d bytes, want at most 90: %q", len(line), line)
		}
	}
	wantText(t, c.stderr.String(), "\x1b[31merror:\x1b[0m the service rejected the API key", "\n       ")
}

func TestUnwritableOutputIsAnError(t *testing.T) {
	ended, stop := context.WithCancel(t.Context())
	stop() // makes the sandbox end immediately
	for args, ctx := range map[string]context.Context{"spec": t.Context(), "validate": t.Context(), "sandbox --listen 0": ended} {
		c := newOffline(strings.Fields(args)...)
		c.sys.io.In = strings.NewReader("POST /public_api/v1/endpoints/abort_scan HTTP/1.1\n\n{}")
		c.sys.io.Out = writerFunc(func([]byte) (int, error) { return 0, errors.New("no space left on device") })
		c.run(t, ctx, exitRefused)
		wantText(t, c.stderr.String(), "error: the output cannot be written to standard output: no space left on device")
		if strings.Contains(c.stderr.String(), "has stopped") {
			t.Errorf("%s: the sandbox started although its settings were not printed", args)
		}
	}
}
