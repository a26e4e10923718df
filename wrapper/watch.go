package wrapper

import (
	"context"
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

// WaitOptions say how to wait for a scan run. States are compared without regard to case, and to space around them.
type WaitOptions struct {
	// Every is the pause between two polls. Default 5 s; negative: none.
	Every time.Duration
	// While are the states in which to keep waiting. Default Pending and Running, except those in Until.
	While []string
	// Until are the states to wait for. A run that gets into a state that is in neither list is an [ErrUnexpectedState].
	// Default: any state that is not in While.
	Until []string
	// Patience is how long polls may keep failing for temporary reasons (no answer, 429, 502, 503, 504), counted from the last one
	// that succeeded: make it longer than Every. A Retry-After that asks for longer ends the wait. Default 5 min; negative: not at
	// all. Until the first poll has succeeded there is no patience: a wrong host or key ends the wait at once.
	Patience time.Duration
}

// WaitScanRun polls the status of a scan run until its state ends the wait (see [WaitOptions]), and returns that status.
// It has no time limit of its own: bound it with ctx. A message that names no state ends the wait with an
// [ErrUnexpectedResponse]. With every error comes the last status that was read, if there is one.
func (c *Client) WaitScanRun(ctx context.Context, runID int64, o WaitOptions) (status *gen.ScanRunStatus, err error) {
	for status, err = range c.WatchScanRun(ctx, runID, o) { // the last pair is the result
	}
	return status, err
}

// WatchScanRun is WaitScanRun step by step: it yields every status as it is read, and an error for every poll that failed.
// The sequence ends with the status or the error that ends the wait. Beside an error stands the last status that was
// read, nil if there is none.
func (c *Client) WatchScanRun(ctx context.Context, runID int64, o WaitOptions) iter.Seq2[*gen.ScanRunStatus, error] {
	return func(yield func(*gen.ScanRunStatus, error) bool) {
		w, err := c.newWait(o)
		if err != nil {
			yield(nil, &invalidRequestError{fmt.Sprintf("wait for scan run %d", runID), err})
			return
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
			if !yield(w.last, waitFailed(runID, err)) || done {
				return
			}
			if err := exchange.Sleep(ctx, pause, "the next poll"); err != nil {
				yield(w.last, waitFailed(runID, err))
				return
			}
		}
	}
}

// waitError names the scan run that a wait was for.
type waitError struct {
	runID int64
	cause error
}

// waitFailed returns nil for nil.
func waitFailed(runID int64, err error) error {
	if err == nil {
		return nil
	}
	return &waitError{runID, err}
}

func (e *waitError) Error() string {
	return text.Printable(fmt.Sprintf("wait for scan run %d: %v", e.runID, e.cause), exchange.MaxErrorText)
}

func (e *waitError) Unwrap() error { return e.cause }

// wait is one wait under way.
type wait struct {
	every, patience, baseDelay time.Duration
	while, until               []string

	last *gen.ScanRunStatus // that was read
	read time.Time          // when
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

// succeeded takes the status that a poll has read, and says after which pause the next one is due, or that the wait is
// done. A status that ends the wait without success is an error.
func (w *wait) succeeded(status *gen.ScanRunStatus) (pause time.Duration, done bool, err error) {
	w.last, w.read = status, time.Now()
	switch state := status.State(); {
	case state == "":
		err = fmt.Errorf("%w: the message names no state", ErrUnexpectedResponse)
	case contains(w.while, state):
		return w.every, false, nil
	case len(w.until) > 0 && !contains(w.until, state):
		err = fmt.Errorf("%w: the run is %s, which is neither in Until nor in While", ErrUnexpectedState, text.Printable(state, maxFieldText))
	}
	return 0, true, err
}

// failed takes the error of a poll, and says after which pause the next one is due, or that the wait is done.
func (w *wait) failed(ctx context.Context, err error) (pause time.Duration, done bool) {
	asked := retryAfter(err)
	left := w.patience - time.Since(w.read)
	done = w.last == nil || ctx.Err() != nil || left <= 0 || asked > left || !passes(err)
	return max(w.every, w.baseDelay, asked), done
}

// passes reports whether a poll failed for a reason that may pass by itself.
func passes(err error) bool {
	var lost *TransportError
	if errors.As(err, &lost) {
		return !lost.permanent
	}
	var answered *APIError
	if errors.As(err, &answered) {
		switch answered.StatusCode {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
	}
	return false
}

// retryAfter returns how long the service asked to wait.
func retryAfter(err error) time.Duration {
	var answered *APIError
	if errors.As(err, &answered) {
		return answered.RetryAfter
	}
	return 0
}
