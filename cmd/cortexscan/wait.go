package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// statusReader is the part of the client that a wait needs.
type statusReader interface {
	GetScanRunStatus(ctx context.Context, runID int64, fields ...string) (*gen.ScanRunStatus, error)
}

// waiting follows a scan run until its state is another than those to wait in. It is wrapper's WaitScanRun with
// somebody watching.
type waiting struct {
	run    int64
	fields []string
	every  time.Duration
	while  []string
	// tick is how often the watcher hears of the time between two polls; 0 is never.
	tick time.Duration
}

// progress is what a wait knows so far.
type progress struct {
	State   string
	Message string
	polls   int
	elapsed time.Duration
	changed bool // the state is another than at the poll before
}

// wait polls and tells watch of every poll and tick. With an error comes what was known last.
func (w waiting) wait(ctx context.Context, c statusReader, watch func(progress)) (progress, error) {
	start := time.Now()
	var p progress
	for {
		status, err := c.GetScanRunStatus(ctx, w.run, w.fields...)
		p.elapsed = time.Since(start)
		if err != nil {
			return p, w.lastSeen(p, err)
		}
		state := status.State()
		p.changed = p.polls == 0 || state != p.State
		p.polls++
		p.State, p.Message = state, printable(status.DATA)
		if state == "" {
			return p, fmt.Errorf("scan run %d: %w: its status names no state: %s", w.run, wrapper.ErrUnexpectedResponse, p.Message)
		}
		watch(p)
		if !slices.ContainsFunc(w.while, func(s string) bool { return strings.EqualFold(s, state) }) {
			return p, nil
		}
		p.changed = false
		if err := w.pause(ctx, start, &p, watch); err != nil {
			return p, w.lastSeen(p, err)
		}
	}
}

// pause waits for the next poll.
func (w waiting) pause(ctx context.Context, start time.Time, p *progress, watch func(progress)) error {
	next := time.NewTimer(w.every)
	defer next.Stop()
	var tick <-chan time.Time
	if w.tick > 0 {
		t := time.NewTicker(w.tick)
		defer t.Stop()
		tick = t.C
	}
	for {
		select {
		case <-next.C:
			return nil
		case <-tick:
			p.elapsed = time.Since(start)
			watch(*p)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (w waiting) lastSeen(p progress, err error) error {
	switch {
	case p.polls == 0 && errors.Is(err, context.Canceled):
		return noted{err, "the status was not read"}
	case p.polls == 0:
		return err
	}
	return noted{err, fmt.Sprintf("scan run %d was last seen in state %s", w.run, p.State)}
}
