package wrapper

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/cortexscan/gen"
)

var statusAlone = []string{"status"}

// GetScanRunStatus reads the status of a network scan run. The fields say what the answer is to cover; without
// any it is "status", the only value that the service publishes. A run that does not exist is an [ErrNotFound].
func (c *Client) GetScanRunStatus(ctx context.Context, runID int64, fields ...string) (*gen.ScanRunStatus, error) {
	status, _, err := c.scanRunStatus(ctx, runID, fields)
	return status, err
}

// scanRunStatus also returns the header of the request as it was sent.
func (c *Client) scanRunStatus(ctx context.Context, runID int64, fields []string) (status *gen.ScanRunStatus, signed http.Header, err error) {
	const operation = "get scan run status"
	if len(fields) == 0 {
		fields = statusAlone
	}
	if slices.ContainsFunc(fields, isBlank) {
		return nil, nil, refused(operation, `a field is blank: name one, such as "status", or none`)
	}
	r, err := gen.NewGetScanRunStatusRequest("/", &gen.GetScanRunStatusParams{
		ID: runID, Fields: fields, UserAgent: c.pipeline.userAgent,
	})
	if err != nil {
		return nil, nil, &refusedError{operation, err}
	}
	status, err = fetch(ctx, c, r, func(v *gen.ScanRunStatus, a *answer) string {
		signed = a.signed
		if v.DATA == "" && member(a.body, "DATA") == nil { // it may be there and empty
			return "member DATA"
		}
		return ""
	})
	return status, signed, err
}

// WaitOptions say how to wait for a scan run.
type WaitOptions struct {
	// Every is the pause between two polls. Default 5 s; negative is none.
	Every time.Duration
	// While are the states in which the wait goes on, in upper or lower case. Default Pending and Running.
	While []string
}

// WaitScanRun polls the status of a scan run until its state is none of o.While, whether or not that state is
// known to anybody, and returns the status that ended the wait. It has no limit of its own: bound it with ctx.
//
// A poll that fails, after the retries that any call has, ends the wait. So does a message that names no state,
// with an [ErrUnexpectedResponse]: nobody should read "done" into it. With either error, and with that of an
// ended ctx, comes the last status that was read, if there is one.
func (c *Client) WaitScanRun(ctx context.Context, runID int64, o WaitOptions) (*gen.ScanRunStatus, error) {
	every := orDefault(o.Every, 5*time.Second, 0)
	while := o.While
	if while == nil {
		while = []string{"Pending", "Running"}
	}
	var last *gen.ScanRunStatus
	for {
		status, signed, err := c.scanRunStatus(ctx, runID, nil)
		if err != nil {
			return last, err
		}
		last = status
		state := State(status)
		if state == "" {
			return last, fmt.Errorf("wait for scan run %d: %w: its status names no state: %s",
				runID, ErrUnexpectedResponse, clean(secretsOf(signed).hideText(status.DATA), maxMessageText))
		}
		if !slices.ContainsFunc(while, func(s string) bool { return strings.EqualFold(s, state) }) {
			return last, nil
		}
		if err := sleep(ctx, every); err != nil {
			return last, fmt.Errorf("wait for scan run %d, last seen in state %s: %w", runID, secretsOf(signed).hideText(state), err)
		}
	}
}

const maxStateText = 64

// State returns the state that a status names: "Running" out of "Scan is in Running state". It is "" where the
// message has not that form. Only Running is published; treat every state as possible.
func State(s *gen.ScanRunStatus) string {
	if s == nil {
		return ""
	}
	rest, ok := strings.CutPrefix(strings.TrimSpace(s.DATA), "Scan is in ")
	if !ok {
		return ""
	}
	state, ok := strings.CutSuffix(rest, " state")
	// What could not be printed as it is, is no state.
	if !ok || isBlank(state) || len(state) > maxStateText || clean(state, maxStateText) != state {
		return ""
	}
	return state
}
