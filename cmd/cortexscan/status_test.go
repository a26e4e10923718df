package main

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

var errNetwork = errors.New("the network is down")

// polls yields a state every 2.3 s, or errNetwork for "". If end is not nil, the last pair has the error end.
func polls(end error, states ...string) iter.Seq2[*gen.ScanRunStatus, error] {
	return func(yield func(*gen.ScanRunStatus, error) bool) {
		var last *gen.ScanRunStatus
		for i, state := range states {
			if i > 0 {
				<-time.After(2300 * time.Millisecond)
			}
			var err error
			if state == "" {
				err = errNetwork
			} else {
				last = &gen.ScanRunStatus{DATA: "Scan is in " + state + " state"}
			}
			if i == len(states)-1 && end != nil {
				err = end
			}
			if !yield(last, err) {
				return
			}
		}
	}
}

func watch(terminal, noCursor bool, statuses iter.Seq2[*gen.ScanRunStatus, error]) (c *trial, err error) {
	c = newOffline()
	if terminal {
		c.atTerminal()
	}
	c.sys.io.NoCursor = noCursor
	c.sys.now = time.Now
	err = watchRun(&session{c.sys, false}, call{run: 7, host: "acme.example"}, statuses)
	return c, err
}

func TestWaitOnATerminalUpdatesOneLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := watch(true, false, polls(nil, "Pending", "Running", "", "", "Running", "Completed"))
		if err != nil {
			t.Fatal(err)
		}
		text := c.stdout.String()
		if strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
			t.Errorf("got %q, want one line", text)
		}
		var shown []string
		for s := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\r\x1b[K\x1b[?7l") {
			shown = append(shown, strings.NewReplacer("\x1b[33m", "", "\x1b[32m", "", "\x1b[0m", "", "\x1b[?7h", "").Replace(s))
		}
		want := []string{"",
			"scan run 7  Pending  0s  1 poll", "scan run 7  Pending  1s  1 poll", "scan run 7  Pending  2s  1 poll",
			"scan run 7  Running  2s  2 polls", "scan run 7  Running  3s  2 polls", "scan run 7  Running  4s  2 polls",
			"scan run 7  Running  5s  2 polls  reconnecting", "scan run 7  Running  6s  2 polls  reconnecting",
			"scan run 7  Running  6s  2 polls  reconnecting", "scan run 7  Running  7s  2 polls  reconnecting",
			"scan run 7  Running  8s  2 polls  reconnecting", "scan run 7  Running  9s  2 polls  reconnecting",
			"scan run 7  Running  9s  3 polls", "scan run 7  Running  10s  3 polls", "scan run 7  Running  11s  3 polls",
			"scan run 7  Completed  11s  4 polls"}
		if strings.Join(shown, "|") != strings.Join(want, "|") {
			t.Errorf("got  %q\nwant %q", shown, want)
		}
	})
}

func TestWaitInAPipeOrOnADumbTerminalPrintsEachChange(t *testing.T) {
	for _, dumb := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, err := watch(dumb, dumb, polls(nil, "Pending", "", "", "Pending", "Running", "Completed"))
			if err != nil {
				t.Fatal(err)
			}
			const at = "2000-01-01T00:00:"
			want := at + "00Z  scan run 7  Pending\n" + at + "09Z  scan run 7  Running\n" + at + "11Z  scan run 7  Completed\n" +
				at + "03Z  scan run 7  reconnecting: the network is down\n" + at + "06Z  scan run 7  reconnected\n"
			if got := c.stdout.String() + c.stderr.String(); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestErrorOfAWaitContainsTheLastState(t *testing.T) {
	for _, c := range []struct {
		end    error
		states []string
		want   failure
	}{
		{errNetwork, []string{"Pending", "Running", ""}, failure{
			Exit: exitNetwork, Message: "acme.example cannot be reached", Note: "the last state of the scan run was Running", LastState: "Running"}},
		{context.Canceled, []string{"Running", ""}, failure{
			Exit: exitInterrupted, Message: "interrupted", Note: "the last state of the scan run was Running", LastState: "Running"}},
		{errNetwork, []string{""}, failure{Exit: exitNetwork, Message: "acme.example cannot be reached"}},
		{wrapper.ErrUnexpectedResponse, []string{"Running", "\x1b[31m"}, failure{
			Exit: exitRefused, Message: "the service's message does not name a state: Scan is in [31m state"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			trial, err := watch(true, false, polls(c.end, c.states...))
			f := describe(err)
			if f.Exit != c.want.Exit || f.Message != c.want.Message || f.Note != c.want.Note || f.LastState != c.want.LastState || f.Exit == exitInterrupted && !*f.Sent {
				t.Errorf("%q: got %+v, want %+v", c.states, f, c.want)
			}
			out := trial.stdout.String()
			if out != "" && !strings.HasSuffix(out, "\n") || strings.Contains(out, "reconnecting") {
				t.Errorf("%q: the output does not end with a newline, or contains reconnecting: %q", c.states, out)
			}
		})
	}
}

func TestStatesHaveColors(t *testing.T) {
	for state, want := range map[string]terminal.Style{"Completed": terminal.Green, "FAILED": terminal.Red, "whatever": terminal.Yellow} {
		if got := stateStyle(state); got != want {
			t.Errorf("%s: got %s, want %s", state, got, want)
		}
	}
}
