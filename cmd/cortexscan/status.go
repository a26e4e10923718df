package main

import (
	"context"
	"errors"
	"strconv"
	"time"

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
	p := progress{State: status.State(), Message: clean(status.DATA)}
	if s.out.json {
		s.out.printJSON(statusJSON{RunID: w.run, State: p.State, Message: p.Message})
		return nil
	}
	state := "not told"
	if p.State != "" {
		state = stateStyle(p.State).paint(s.out.stdoutColor, p.State)
	}
	s.out.table([2]string{"run", strconv.FormatInt(w.run, 10)}, [2]string{"state", state}, [2]string{"message", p.Message})
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
		return w, usagef("unexpected argument %q", clean(cmd.Args().Get(1))).hint(example)
	}
	run, err := strconv.ParseInt(cmd.Args().First(), 10, 64)
	if err != nil {
		return w, usagef("the ID of a scan run is a whole number, not %q", clean(cmd.Args().First())).hint(example)
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
	case s.out.json:
	case s.stdoutIsTerminal && s.getenv("TERM") != "dumb":
		w.tick = time.Second
		line := &liveLine{out: s.out}
		watch = func(p progress) {
			state := stateStyle(p.State).paint(s.out.stdoutColor, p.State)
			line.show("scan run %d  %s  %s  %s", w.run, state, p.elapsed.Truncate(time.Second), count(p.polls, "poll"))
		}
		end = line.end
	default:
		watch = func(p progress) {
			if p.changed {
				s.out.printf("%s  scan run %d  %s\n", s.now().UTC().Format(time.RFC3339), w.run, p.State)
			}
		}
	}
	p, err := w.wait(ctx, c, watch)
	end()
	if err != nil {
		return err
	}
	if s.out.json {
		elapsed := p.elapsed.Round(time.Millisecond).Seconds()
		s.out.printJSON(statusJSON{w.run, p.State, p.Message, p.polls, &elapsed})
	}
	return nil
}

// liveLine is a line of the terminal that is written again and again.
type liveLine struct {
	out   *output
	begun bool
}

func (l *liveLine) show(format string, args ...any) {
	l.begun = true
	l.out.printf("\r\x1b[K"+format, args...)
}

// end leaves the line as it is, for the next one.
func (l *liveLine) end() {
	if l.begun {
		l.out.printf("\n")
	}
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
