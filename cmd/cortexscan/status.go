package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"github.com/urfave/cli/v3"
)

func statusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "read the status of a scan run, or wait for its end",
		UsageText: "cortexscan status RUN_ID [--wait] [OPTIONS]",
		Flags: append([]cli.Flag{
			&cli.StringSliceFlag{Name: "field",
				Usage: "ask for this `FIELD`; repeat it for more (default status, the only published one)"},
			&cli.BoolFlag{Name: "wait",
				Usage: "wait until the run is in none of the states of --while"},
			&cli.DurationFlag{Name: "every", Value: 5 * time.Second, OnlyOnce: true,
				Usage: "with --wait: ask every `TIME` (default 5s)", Validator: positive},
			&cli.StringSliceFlag{Name: "while",
				Usage: "with --wait: wait in this `STATE`; repeat it for more (default Pending and Running)"},
		}, connectionFlags()...),
		Description: `With --wait, a terminal shows one line that keeps up to date; elsewhere there is
a line for each change of state. The wait ends with the first state that is not
waited in, known or not: look at the state, the exit status does not tell.
Interrupted, the exit status is 4, and the last state is said.

With --output json: {"run_id", "state", "message"}, and with --wait also "polls"
and "elapsed_seconds", once, at the end. A state that cannot be told is "".

Examples:
  cortexscan status 789
  cortexscan status 789 --wait --every 30s
  cortexscan status 789 --wait --output json | jq -r .state`,
		Action: action(runStatus),
	}
}

func runStatus(ctx context.Context, s *session, cmd *cli.Command) error {
	w, err := readWaiting(cmd)
	if err != nil {
		return err
	}
	c, err := readConnection(s, cmd)
	if err != nil {
		return err
	}
	client, err := c.client(ctx, s)
	if err != nil {
		return err
	}
	if cmd.Bool("wait") {
		return waitForRun(ctx, s, client, w)
	}
	status, err := client.GetScanRunStatus(ctx, w.run, w.fields...)
	if errors.Is(err, context.Canceled) {
		return noted{err, "the status was not read"}
	}
	if err != nil {
		return err
	}
	p := progress{State: status.State(), Message: printable(status.DATA)}
	if s.json {
		s.io.PrintJSON(statusJSON{RunID: w.run, State: p.State, Message: p.Message})
		return nil
	}
	state := "not told"
	if p.State != "" {
		state = stateStyle(p.State).Paint(s.io.OutColor(), p.State)
	}
	s.io.Table([2]string{"run", strconv.FormatInt(w.run, 10)}, [2]string{"state", state}, [2]string{"message", p.Message})
	return nil
}

type statusJSON struct {
	RunID   int64    `json:"run_id"`
	State   string   `json:"state"`
	Message string   `json:"message"`
	Polls   int      `json:"polls,omitempty"`
	Elapsed *float64 `json:"elapsed_seconds,omitempty"`
}

// readWaiting reads the command line.
func readWaiting(cmd *cli.Command) (waiting, error) {
	w := waiting{every: cmd.Duration("every"), while: []string{"Pending", "Running"}}
	const example = "Example: cortexscan status 789. See cortexscan status --help."
	switch n := cmd.Args().Len(); {
	case n == 0:
		return w, usagef("the ID of a scan run is missing").hint(example)
	case n > 1:
		return w, usagef("unexpected argument %q", printable(cmd.Args().Get(1))).hint(example)
	}
	run, err := strconv.ParseInt(cmd.Args().First(), 10, 64)
	if err != nil {
		return w, usagef("the ID of a scan run is a whole number, not %q", printable(cmd.Args().First())).hint(example)
	}
	w.run = run
	if w.fields, err = listFlag(cmd, "field", true); err != nil {
		return w, err
	}
	for _, name := range []string{"every", "while"} {
		if cmd.IsSet(name) && !cmd.Bool("wait") {
			return w, usagef("--%s goes with --wait", name)
		}
	}
	if cmd.IsSet("while") {
		w.while, err = listFlag(cmd, "while", true)
	}
	return w, err
}

// waitForRun waits and shows how the wait goes.
func waitForRun(ctx context.Context, s *session, c statusReader, w waiting) error {
	watch := func(progress) {}
	end := func() {}
	switch {
	case s.json:
	case s.io.OutIsTerminal && !s.io.NoCursor:
		w.tick = time.Second
		line := &terminal.LiveLine{Streams: s.io}
		watch = func(p progress) {
			state := stateStyle(p.State).Paint(s.io.OutColor(), p.State)
			line.Show("scan run %d  %s  %s  %s", w.run, state, p.elapsed.Truncate(time.Second), count(p.polls, "poll"))
		}
		end = line.End
	default:
		watch = func(p progress) {
			if p.changed {
				s.io.Printf("%s  scan run %d  %s\n", s.now().UTC().Format(time.RFC3339), w.run, p.State)
			}
		}
	}
	p, err := w.wait(ctx, c, watch)
	end()
	if err != nil {
		return err
	}
	if s.json {
		elapsed := p.elapsed.Round(time.Millisecond).Seconds()
		s.io.PrintJSON(statusJSON{w.run, p.State, p.Message, p.polls, &elapsed})
	}
	return nil
}

// stateStyle gives a state a color where its meaning is known.
func stateStyle(state string) terminal.Style {
	switch strings.ToLower(state) {
	case "completed", "success", "done", "finished":
		return terminal.Green
	case "failed", "error", "aborted", "canceled", "cancelled":
		return terminal.Red
	}
	return terminal.Yellow
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
