package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

func TestExitStatus(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	for _, c := range []struct {
		name string
		err  error
		kind string
		want int
	}{
		{"bad request", wrapper.ErrBadRequest, "bad_request", 1},
		{"wrong key", wrapper.ErrUnauthorized, "unauthorized", 1},
		{"no license", wrapper.ErrNoLicense, "no_license", 1},
		{"no permission", wrapper.ErrForbidden, "forbidden", 1},
		{"no such run", wrapper.ErrNotFound, "not_found", 1},
		{"rate limit", wrapper.ErrRateLimited, "rate_limited", 1},
		{"server error", wrapper.ErrServer, "server_error", 1},
		{"another answer", wrapper.ErrUnexpectedResponse, "unexpected_response", 1},
		{"an answer refused by the contract", wrapper.ErrInvalidResponse, "invalid_response", 1},
		{"too large", wrapper.ErrResponseTooLarge, "response_too_large", 1},
		{"our own failure", errFailed, "failed", 1},
		{"wrong use", usagef("no"), "usage", 2},
		{"a recording with problems", errProblems, "problems", 2},
		{"refused before it was sent", wrapper.ErrInvalidRequest, "invalid_request", 2},
		{"no connection", refused, "network", 3},
		{"no answer in time", context.DeadlineExceeded, "timeout", 3},
		{"interrupted", context.Canceled, "interrupted", 4},
		{"interrupted while rate limited", errors.Join(wrapper.ErrRateLimited, context.Canceled), "interrupted", 4},
		{"not confirmed", errInterrupted, "not_confirmed", 4},
		{"interrupted after sending", errors.Join(wrapper.ErrOutcomeUnknown, context.Canceled), "outcome_unknown", 5},
		{"gateway timeout of an abort", errors.Join(wrapper.ErrServer, wrapper.ErrOutcomeUnknown), "outcome_unknown", 5},
		{"lost after sending", errors.Join(refused, wrapper.ErrOutcomeUnknown), "outcome_unknown", 5},
		{"nothing matched", errors.Join(wrapper.ErrServer, wrapper.ErrNoEndpoints), "no_endpoints", 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := fmt.Errorf("some call: %w", c.err)
			kind, got := kindOf(err)
			if kind != c.kind || got != c.want {
				t.Errorf("%s, exit status %d; want %s, %d", kind, got, c.kind, c.want)
			}
			if f := describe(noted{err, "something"}); f.Exit != c.want || f.Kind != c.kind {
				t.Errorf("with a note: %+v", f)
			}
		})
	}
}

func TestErrorsAreCleanLines(t *testing.T) {
	f := describe(noted{errors.New("bad\x1b[31m\u202e\nnews"), "the\u2028note"})
	if f.Message != "bad[31m news" || f.Note != "the note" {
		t.Errorf("got %q and %q", f.Message, f.Note)
	}
}

func TestErrorIsBrokenBetweenWordsOnlyOnATerminal(t *testing.T) {
	c := newTrial(t, "status", "790", "--key-type", "standard")
	c.run(t, t.Context(), exitRefused)
	if n := strings.Count(c.stderr.String(), "\n"); n != 2 {
		t.Errorf("%d lines, want one for the error and one for the hint", n)
	}
	c = newTrial(t, "status", "790", "--key-type", "standard")
	c.atTerminal()
	c.run(t, t.Context(), exitRefused)
	for line := range strings.Lines(c.stderr.String()) {
		if len(line) > 90 { // with the codes of a colour
			t.Errorf("too wide: %q", line)
		}
	}
	wantText(t, c.stderr.String(), "\x1b[31merror:\x1b[0m GET ", "\n       ")
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOutputThatCannotBeWritten(t *testing.T) {
	c := newTrial(t, "spec")
	c.sys.io.Out = fullDisk{}
	c.run(t, t.Context(), exitRefused)
	wantText(t, c.stderr.String(), "standard output cannot be written", "no space left on device")
}
