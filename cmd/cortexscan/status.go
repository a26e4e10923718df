package main

import (
	"context"
	"errors"
	"iter"
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

func statusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "show the status of a scan run, or wait until it finishes",
		UsageText: "cortexscan status RUN_ID [OPTIONS]\ncortexscan status RUN_ID --wait [--until STATE...] [OPTIONS]",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "wait", Aliases: []string{"w"}, Category: waitCategory,
				Usage: "wait until the scan run finishes"},
			&cli.StringSliceFlag{Name: "until", Category: waitCategory,
				Usage: "wait for this `STATE`, and exit with status 7 if the run ends in another state; can be repeated"},
			&cli.StringSliceFlag{Name: "while", Category: waitCategory,
				Usage: "keep waiting while the run is in this `STATE`; can be repeated (default Pending and Running)"},
			&cli.DurationFlag{Name: "every", Value: 5 * time.Second, OnlyOnce: true, Category: waitCategory,
				Usage: "the `TIME` between two polls (default 5s)", Validator: positive},
			&cli.DurationFlag{Name: "patience", Value: 5 * time.Minute, OnlyOnce: true, Category: waitCategory,
				Usage: "if polls fail, keep trying for this `TIME` after the last successful poll; with 0s, stop at the first failure (default 5m)", Validator: notBelowZero},
			&cli.StringSliceFlag{Name: "field",
				Usage: "request this `FIELD`; can be repeated (default status, the only documented field)"},
		}, connectionFlags()...),
		Description: `With --wait, the program polls: it requests the status every five seconds, or as
often as --every specifies. On a terminal, it updates one line. Otherwise, it
prints one line for each state change.

Without --until, the wait ends at the first state that is not in --while, and
the exit status is 0. With --until, the exit status is 0 if the wait ends at a
state in --until. It is 7 if the wait ends at any other state that is not in
--while. A STATE is not case-sensitive.

If the first poll fails, the wait ends immediately. --patience applies only to
later polls.

With --output json: {"run_id", "state", "message"}. The state is "" if the
message does not name a state. With --wait, the object also contains "polls" and
"elapsed_seconds", and is printed once, at the end.

Examples:
  cortexscan status 789
  cortexscan status 789 --wait --every 30s
  cortexscan status 789 --wait --until Completed && echo finished
  cortexscan status 789 --wait --output json | jq -r .state`,
		Action: action(parseStatus, runStatus),
	}
}

const waitCategory = "Waiting"

type statusOptions struct {
	*connection
	run    int64
	fields []string
	wait   bool
	watch  wrapper.WaitOptions
}

func runStatus(ctx context.Context, s *session, o statusOptions) error {
	client, err := o.client(ctx, s)
	if err != nil {
		return err
	}
	call := call{run: o.run, host: hostOf(o.url), until: o.watch.Until}
	if o.wait {
		return watchRun(s, call, client.WatchScanRun(ctx, o.run, o.watch))
	}
	status, err := client.GetScanRunStatus(ctx, o.run, o.fields...)
	if err != nil {
		return &callError{call: call, err: err}
	}
	result := statusJSON{RunID: o.run, State: status.State(), Message: printable(status.DATA)}
	if s.json {
		s.io.PrintJSON(result)
		return nil
	}
	state := "unknown"
	if result.State != "" {
		state = stateStyle(result.State).Paint(s.io.OutColor(), result.State)
	}
	s.io.Table([2]string{"run", strconv.FormatInt(o.run, 10)}, [2]string{"state", state}, [2]string{"message", result.Message})
	return nil
}

func parseStatus(s *session, cmd *cli.Command) (o statusOptions, err error) {
	if o.run, err = parseRunID(cmd.Args().Slice()); err != nil {
		return o, err
	}
	if o.fields, err = listFlag(cmd, "field", true); err != nil {
		return o, err
	}
	o.wait = cmd.Bool("wait")
	for _, name := range []string{"every", "while", "until", "patience"} {
		if cmd.IsSet(name) && !o.wait {
			return o, usagef("--%s needs --wait", name)
		}
	}
	if o.wait && o.fields != nil {
		return o, usagef("--field cannot be used with --wait")
	}
	o.watch.Every, o.watch.Patience = cmd.Duration("every"), cmd.Duration("patience")
	if o.watch.Patience == 0 {
		o.watch.Patience = -1 // for the wrapper, 0 means the default
	}
	if o.watch.While, err = listFlag(cmd, "while", true); err != nil {
		return o, err
	}
	if o.watch.Until, err = listFlag(cmd, "until", true); err != nil {
		return o, err
	}
	for _, state := range o.watch.While {
		for _, other := range o.watch.Until {
			if strings.EqualFold(state, other) {
				return o, usagef("the state %s is in both --while and --until: remove it from one of them", printable(state))
			}
		}
	}
	o.connection, err = parseConnection(s, cmd)
	return o, err
}

// parseRunID parses the ID of a scan run, which must be the only argument.
func parseRunID(args []string) (int64, error) {
	const example = "Example: cortexscan status 789. See cortexscan status --help."
	switch {
	case len(args) == 0:
		return 0, usagef("the ID of a scan run is missing").hint(example)
	case len(args) > 1:
		return 0, usagef("unexpected argument %q", printable(args[1])).hint(example)
	}
	run, err := strconv.ParseInt(strings.TrimSpace(args[0]), 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) && run > 0:
		return 0, usagef("the ID of a scan run must be at most %d", int64(math.MaxInt64))
	case err != nil || run <= 0:
		return 0, usagef("the ID of a scan run must be a positive whole number, not %q", printable(args[0])).hint(example)
	}
	return run, nil
}

type progress struct {
	state, message string
	polls          int // number of successful polls
	elapsed        time.Duration
	failing        error // the last poll's error; nil if the poll succeeded
}

func watchRun(s *session, c call, statuses iter.Seq2[*gen.ScanRunStatus, error]) error {
	p, err := follow(statuses, &display{session: s, call: c})
	var failed *callError
	if err != nil {
		failed = &callError{call: c, err: err, lastState: p.state, polled: p.polls > 0}
		if errors.Is(err, wrapper.ErrUnexpectedResponse) && p.polls > 0 && p.state == "" {
			failed.message = "the service's message does not name a state: " + p.message
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

// follow reads all statuses, and returns the last progress and the error that ended the wait. It shows a poll's error
// only if the wait continues, because the caller reports the last error.
func follow(statuses iter.Seq2[*gen.ScanRunStatus, error], d *display) (p progress, err error) {
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
			failsAgain := p.failing != nil && poll.err != nil
			p.failing = poll.err
			if poll.err == nil || endsInState(poll.err) {
				p.polls++
				p.state, p.message = poll.status.State(), printable(poll.status.DATA)
			}
			if p.polls > 0 && p.state != "" && (poll.err == nil || failsAgain || endsInState(poll.err)) {
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

// endsInState reports whether the poll returned a status that ends the wait without success.
func endsInState(err error) bool {
	var response *wrapper.APIError
	return errors.Is(err, wrapper.ErrUnexpectedState) || errors.Is(err, wrapper.ErrUnexpectedResponse) && !errors.As(err, &response)
}

// display shows the progress of a wait: nothing with --output json, one line that is updated on a terminal, and
// otherwise one line for each state change, for logs and pipes.
type display struct {
	*session
	call
	begun   bool   // whether a line was updated
	last    string // the last state that was printed
	failing bool
}

// show is called after a poll, and every second.
func (d *display) show(p progress) {
	failing := p.failing != nil && !endsInState(p.failing)
	switch {
	case d.json:
	case d.io.OutIsTerminal && !d.io.NoCursor:
		d.update(p, failing)
	default:
		d.print(p, failing)
	}
}

// update replaces the line. On a narrow terminal, it truncates the line, because it cannot rewrite two lines.
func (d *display) update(p progress, failing bool) {
	reconnecting := ""
	if failing {
		reconnecting = "  " + terminal.Yellow.Paint(d.io.OutColor(), "reconnecting")
	}
	state := stateStyle(p.state).Paint(d.io.OutColor(), p.state)
	const clear, noWrap, wrap = "\r\x1b[K", "\x1b[?7l", "\x1b[?7h"
	d.io.Printf("%sscan run %d  %s  %s  %s%s%s", clear+noWrap, d.run, state, p.elapsed.Truncate(time.Second), terminal.Count(p.polls, "poll"), reconnecting, wrap)
	d.begun = true
}

// print reports failed polls on standard error.
func (d *display) print(p progress, failing bool) {
	now := d.now().UTC().Format(time.RFC3339)
	switch {
	case failing && !d.failing:
		d.io.Notef("%s  scan run %d  reconnecting: %s\n", now, d.run, cause(p.failing))
	case d.failing && !failing:
		d.io.Notef("%s  scan run %d  reconnected\n", now, d.run)
	}
	d.failing = failing
	if p.state != d.last {
		d.last = p.state
		d.io.Printf("%s  scan run %d  %s\n", now, d.run, p.state)
	}
}

func (d *display) end() {
	if d.begun {
		d.io.Printf("\n")
	}
}

type statusJSON struct {
	RunID   int64    `json:"run_id"`
	State   string   `json:"state"`
	Message string   `json:"message"`
	Polls   int      `json:"polls,omitempty"`
	Elapsed *float64 `json:"elapsed_seconds,omitempty"`
}

func stateStyle(state string) terminal.Style {
	switch strings.ToLower(state) {
	case "completed", "success", "done", "finished":
		return terminal.Green
	case "failed", "error", "aborted", "canceled":
		return terminal.Red
	}
	return terminal.Yellow
}
