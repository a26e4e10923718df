package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
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
		{"an answer that does not match the contract", wrapper.ErrInvalidResponse, "invalid_response", 1},
		{"too large", wrapper.ErrResponseTooLarge, "response_too_large", 1},
		{"our own failure", errFailed, "failed", 1},
		{"usage error", usagef("no"), "usage", 2},
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
		{"result not written", &resultLost{"22", errors.New("disk full")}, "result_not_written", 5},
		{"no endpoint matched", errors.Join(wrapper.ErrServer, wrapper.ErrNoEndpoints), "no_endpoints", 6},
		{"another state", wrapper.ErrUnexpectedState, "unexpected_state", 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := fmt.Errorf("some call: %w", c.err)
			kind, got := kindOf(err)
			if kind != c.kind || got != c.want {
				t.Errorf("%s, exit status %d; want %s, %d", kind, got, c.kind, c.want)
			}
			if f := describe(&callError{err: err}); f.Exit != c.want || f.Kind != c.kind {
				t.Errorf("of a call: %+v", f)
			}
		})
	}
}

// The page for scripts and the help list every exit status, the page every kind beside its status.
func TestExitStatusIsDocumented(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{} // by the status
	for line := range strings.Lines(string(page)) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			rows[strings.TrimSpace(cells[1])] = cells[3]
		}
	}
	documented := func(name string, exit int) {
		t.Helper()
		if !strings.Contains(rows[strconv.Itoa(exit)], "`"+name+"`") {
			t.Errorf("README.md: %s is not in the row of exit status %d", name, exit)
		}
		if !strings.Contains(about, fmt.Sprintf("\n  %d  ", exit)) {
			t.Errorf("the help does not list exit status %d", exit)
		}
	}
	for _, k := range kinds {
		if !errors.Is(k.err, errProblems) { // whose error is the result itself
			documented(k.name, k.exit)
		}
	}
	documented("network", exitNetwork)
}
