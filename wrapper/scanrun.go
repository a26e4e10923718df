package wrapper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/wrapper/internal/exchange"
)

var defaultFields = []string{"status"}

// GetScanRunStatus returns the status of a network scan run. The fields select what the response contains. The
// default is "status", the only value that the service documents. If the run does not exist, the error is an
// [ErrNotFound].
func (c *Client) GetScanRunStatus(ctx context.Context, runID int64, fields ...string) (*gen.ScanRunStatus, error) {
	const operation = "get scan run status"
	if len(fields) == 0 {
		fields = defaultFields
	}
	if slices.ContainsFunc(fields, text.IsBlank) {
		return nil, &invalidRequestError{operation, errors.New(`a field is blank: pass a field such as "status", or none`)}
	}
	r, err := gen.NewGetScanRunStatusRequest("/", &gen.GetScanRunStatusParams{
		ID: runID, Fields: fields, UserAgent: c.pipeline.userAgent,
	})
	if err != nil {
		return nil, &invalidRequestError{operation, err}
	}
	return fetch(ctx, c.pipeline, r, nil, func(v *gen.ScanRunStatus, body []byte) string {
		// The field is required, but may be empty. Some responses name the field "data"; encoding/json ignores case.
		var reply struct{ DATA *string }
		if v.DATA == "" && (json.Unmarshal(body, &reply) != nil || reply.DATA == nil) {
			return "field DATA"
		}
		return ""
	})
}

// WaitOptions describes how to wait for a scan run. States are not case-sensitive, and space around
// them is ignored.
type WaitOptions struct {
	// Every is the pause between polls. Default 5 s; negative: none.
	Every time.Duration
	// While lists the states in which to keep waiting. Default Pending and Running, except those in Until.
	While []string
	// Until lists the states to wait for. Default: any state that is not in While. If Until is not empty, a state that is in
	// neither list is an [ErrUnexpectedState].
	Until []string
	// Patience limits how long polls may keep failing for temporary reasons (no response, 429, 502, 503, 504). The
	// time is counted from the last successful poll. Patience should be longer than Every. A Retry-After that exceeds
	// the remaining time ends the wait. Default 5 min; negative: the first failure ends the wait. A failure before
	// the first successful poll always ends the wait, so that a wrong host or key is reported at once.
	Patience time.Duration
}

// WaitScanRun polls the status of a scan run until its state ends the wait (see [WaitOptions]), and returns that
// status. It has no time limit: use ctx to set one. A response whose message contains no state ends the wait with an
// [ErrUnexpectedResponse]. If a status was read before an error, WaitScanRun returns both.
func (c *Client) WaitScanRun(ctx context.Context, runID int64, o WaitOptions) (status *gen.ScanRunStatus, err error) {
	for status, err = range c.WatchScanRun(ctx, runID, o) { // the last pair is the result
	}
	return status, err
}

// WatchScanRun waits like WaitScanRun, and yields the result of every poll: a status, or an error that names the run. The
// sequence ends with the status or the error that ends the wait. WatchScanRun yields an error together with the last status that
// was read, or nil.
func (c *Client) WatchScanRun(ctx context.Context, runID int64, o WaitOptions) iter.Seq2[*gen.ScanRunStatus, error] {
	return func(yield func(*gen.ScanRunStatus, error) bool) {
		w, err := c.newWait(o)
		if err != nil {
			yield(nil, &invalidRequestError{fmt.Sprintf("wait for scan run %d", runID), err})
			return
		}
		named := func(err error) error {
			if err != nil {
				err = fmt.Errorf("wait for scan run %d: %w", runID, err)
			}
			return err
		}
		for {
			status, err := c.GetScanRunStatus(ctx, runID)
			var pause time.Duration
			var done bool
			if err != nil {
				pause, done = w.failed(ctx, err)
			} else {
				pause, done, err = w.succeeded(status)
			}
			if !yield(w.last, named(err)) || done {
				return
			}
			if err := exchange.Sleep(ctx, pause, "the next poll"); err != nil {
				yield(w.last, named(err))
				return
			}
		}
	}
}

type wait struct {
	every, patience, baseDelay time.Duration
	while, until               []string

	last *gen.ScanRunStatus // the last status
	read time.Time          // when the last status was read
}

func (c *Client) newWait(o WaitOptions) (*wait, error) {
	w := &wait{
		every:     orDefault(o.Every, 5*time.Second, 0),
		patience:  orDefault(o.Patience, 5*time.Minute, 0),
		baseDelay: c.pipeline.exchange.BaseDelay,
		while:     o.While,
		until:     o.Until,
	}
	if len(w.while) == 0 {
		w.while = slices.DeleteFunc([]string{"Pending", "Running"}, func(s string) bool { return contains(w.until, s) })
	}
	for _, s := range slices.Concat(w.while, w.until) {
		if text.IsBlank(s) {
			return nil, errors.New("a state is blank: is a variable unset?")
		}
		if contains(w.while, s) && contains(w.until, s) {
			return nil, fmt.Errorf("the state %s is in both While and Until", text.Printable(s, maxFieldText))
		}
	}
	return w, nil
}

func contains(states []string, state string) bool {
	return slices.ContainsFunc(states, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(state)) })
}

// succeeded returns the pause before the next poll, or done if the wait ends. A status that ends the wait without
// success is an error.
func (w *wait) succeeded(status *gen.ScanRunStatus) (pause time.Duration, done bool, err error) {
	w.last, w.read = status, time.Now()
	switch state := status.State(); {
	case text.IsBlank(state):
		err = fmt.Errorf("%w: the message does not name a state", ErrUnexpectedResponse)
	case contains(w.while, state):
		return w.every, false, nil
	case len(w.until) > 0 && !contains(w.until, state):
		err = fmt.Errorf("%w: the run is %s, which is in neither Until nor While", ErrUnexpectedState, text.Printable(state, maxFieldText))
	}
	return 0, true, err
}

// failed returns the pause before the next poll, or done if the wait ends. A temporary failure ends the wait only
// after patience runs out.
func (w *wait) failed(ctx context.Context, err error) (pause time.Duration, done bool) {
	var asked time.Duration
	var temporary bool
	if lost, ok := errors.AsType[*TransportError](err); ok {
		temporary = !lost.permanent
	} else if e, ok := errors.AsType[*APIError](err); ok {
		asked = e.RetryAfter
		switch e.StatusCode {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			temporary = true
		}
	}
	left := w.patience - time.Since(w.read)
	done = !temporary || w.last == nil || ctx.Err() != nil || left <= 0 || asked > left
	return max(w.every, w.baseDelay, asked), done
}
