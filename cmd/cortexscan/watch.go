package main

import (
	"errors"
	"iter"
	"strings"
	"time"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// progress is what a wait knows so far.
type progress struct {
	state, message string
	polls          int // that succeeded
	elapsed        time.Duration
	failing        error // the error of the last poll, nil if it succeeded
}

// display shows how a wait goes.
type display interface {
	show(progress) // a poll has succeeded, or a second has passed
	end()
}

// watchRun follows a scan run until its wait ends, and shows how it goes.
func watchRun(s *session, c call, statuses iter.Seq2[*gen.ScanRunStatus, error]) error {
	p, err := follow(statuses, newDisplay(s, c))
	var failed *callError
	if err != nil {
		failed = &callError{call: c, err: err, lastState: p.state}
		if errors.Is(err, wrapper.ErrUnexpectedResponse) && p.polls > 0 && p.state == "" {
			failed.message = "the message of the service names no state: " + p.message
		}
	}
	if s.json && (err == nil || errors.Is(err, wrapper.ErrUnexpectedState)) {
		elapsed := p.elapsed.Round(time.Millisecond).Seconds()
		s.io.PrintJSON(statusJSON{c.run, p.state, p.message, p.polls, &elapsed})
	}
	if failed != nil {
		return failed
	}
	return nil
}

// follow returns what is known when the statuses end, and the error that ended them. An error before that is a poll
// that failed, and is shown from the next second on: until then it may be the end.
func follow(statuses iter.Seq2[*gen.ScanRunStatus, error], d display) (p progress, err error) {
	type poll struct {
		status *gen.ScanRunStatus
		err    error
	}
	polls := make(chan poll)
	go func() {
		defer close(polls)
		for status, err := range statuses {
			polls <- poll{status, err}
		}
	}()
	defer d.end()
	start := time.Now()
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case poll, more := <-polls:
			p.elapsed = time.Since(start)
			if !more {
				return p, p.failing
			}
			repeated := p.failing != nil && poll.err != nil
			p.failing = poll.err
			if poll.err == nil || endsInState(poll.err) {
				p.polls++
				p.state, p.message = poll.status.State(), printable(poll.status.DATA)
			}
			if p.polls > 0 && p.state != "" && (poll.err == nil || repeated || endsInState(poll.err)) {
				d.show(p)
			}
		case <-second.C:
			p.elapsed = time.Since(start)
			if p.polls > 0 {
				d.show(p)
			}
		}
	}
}

// endsInState reports whether the poll has read a status, which ends the wait without success.
func endsInState(err error) bool {
	var answer *wrapper.APIError
	return errors.Is(err, wrapper.ErrUnexpectedState) || errors.Is(err, wrapper.ErrUnexpectedResponse) && !errors.As(err, &answer)
}

func newDisplay(s *session, c call) display {
	switch {
	case s.json:
		return noDisplay{}
	case s.io.OutIsTerminal && !s.io.NoCursor:
		return &liveDisplay{s: s, call: c, line: &terminal.LiveLine{Streams: s.io}}
	}
	return &lineDisplay{s: s, call: c}
}

type noDisplay struct{}

func (noDisplay) show(progress) {}
func (noDisplay) end()          {}

// liveDisplay is one line that is kept up to date.
type liveDisplay struct {
	s    *session
	call call
	line *terminal.LiveLine
}

func (d *liveDisplay) show(p progress) {
	reconnecting := ""
	if p.failing != nil && !endsInState(p.failing) {
		reconnecting = "  " + terminal.Yellow.Paint(d.s.io.OutColor(), "reconnecting")
	}
	state := stateStyle(p.state).Paint(d.s.io.OutColor(), p.state)
	d.line.Show("scan run %d  %s  %s  %s%s", d.call.run, state, p.elapsed.Truncate(time.Second), count(p.polls, "poll"), reconnecting)
}

func (d *liveDisplay) end() { d.line.End() }

// lineDisplay is one line for each change of state, for logs and pipes. Trouble goes to standard error.
type lineDisplay struct {
	s       *session
	call    call
	last    string
	failing bool
}

func (d *lineDisplay) show(p progress) {
	now := d.s.now().UTC().Format(time.RFC3339)
	failing := p.failing != nil && !endsInState(p.failing)
	switch {
	case failing && !d.failing:
		d.s.io.Notef("%s  scan run %d  reconnecting: %s\n", now, d.call.run, cause(p.failing))
	case d.failing && !failing:
		d.s.io.Notef("%s  scan run %d  connected again\n", now, d.call.run)
	}
	d.failing = failing
	if p.state != d.last {
		d.last = p.state
		d.s.io.Printf("%s  scan run %d  %s\n", now, d.call.run, p.state)
	}
}

func (*lineDisplay) end() {}

type statusJSON struct {
	RunID   int64    `json:"run_id"`
	State   string   `json:"state"`
	Message string   `json:"message"`
	Polls   int      `json:"polls,omitempty"`
	Elapsed *float64 `json:"elapsed_seconds,omitempty"`
}

// stateStyle gives a state a color where its meaning is known.
func stateStyle(state string) terminal.Style {
	switch strings.ToLower(state) {
	case "completed", "success", "done", "finished":
		return terminal.Green
	case "failed", "error", "aborted", "canceled":
		return terminal.Red
	}
	return terminal.Yellow
}
