package main

import (
	"context"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

func statusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "read the status of a scan run, or wait until it finishes",
		UsageText: "cortexscan status RUN_ID [OPTIONS]\ncortexscan status RUN_ID --wait [--until STATE...] [OPTIONS]",
		Flags: append([]cli.Flag{
			&cli.BoolFlag{Name: "wait", Aliases: []string{"w"}, Category: waitCategory,
				Usage: "keep reading the status until the run finishes"},
			&cli.StringSliceFlag{Name: "until", Category: waitCategory,
				Usage: "wait for this `STATE`, and exit with 7 if the run ends in another; repeat it for more"},
			&cli.StringSliceFlag{Name: "while", Category: waitCategory,
				Usage: "keep waiting while in this `STATE`; repeat it for more (default Pending and Running)"},
			&cli.DurationFlag{Name: "every", Value: 5 * time.Second, OnlyOnce: true, Category: waitCategory,
				Usage: "the `TIME` between two polls (default 5s)", Validator: positive},
			&cli.DurationFlag{Name: "patience", Value: 5 * time.Minute, OnlyOnce: true, Category: waitCategory,
				Usage: "how much `TIME` to keep trying while polls fail, such as without a network; 0s: none (default 5m)", Validator: notBelowZero},
			&cli.StringSliceFlag{Name: "field",
				Usage: "request this `FIELD`; repeat it for more (default status, the only documented one)"},
		}, connectionFlags()...),
		Description: `With --wait, a terminal shows one line that is kept up to date; elsewhere there
is one line for each change of state. Without --until the wait ends with the
first state that is not in --while, whatever it is: the exit status does not say
which. With --until the exit status is 0 for one of its states, and 7 for any
other that is not in --while. States are not case-sensitive.

With --output json: {"run_id", "state", "message"}, and with --wait also "polls"
and "elapsed_seconds", once, at the end. The state is "" if it is unknown.

Examples:
  cortexscan status 789
  cortexscan status 789 --wait --every 30s
  cortexscan status 789 --wait --until Completed && echo finished
  cortexscan status 789 --wait --output json | jq -r .state`,
		Action: action(runStatus),
	}
}

const waitCategory = "Waiting"

// statusOptions are what the command line asks for.
type statusOptions struct {
	run    int64
	fields []string
	wait   bool
	watch  wrapper.WaitOptions
}

func runStatus(ctx context.Context, s *session, cmd *cli.Command) error {
	o, err := readStatusOptions(cmd)
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
	call := call{run: o.run, host: hostOf(c.url), until: o.watch.Until}
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

func readStatusOptions(cmd *cli.Command) (o statusOptions, err error) {
	if o.run, err = readRunID(cmd.Args().Slice()); err != nil {
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
		o.watch.Patience = -1 // to the wrapper 0 is its default
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
				return o, usagef("the state %s is in both --while and --until", printable(state))
			}
		}
	}
	return o, nil
}

// readRunID reads the one argument of the command.
func readRunID(args []string) (int64, error) {
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
		return 0, usagef("the ID of a scan run is at most %d", int64(math.MaxInt64))
	case err != nil || run <= 0:
		return 0, usagef("the ID of a scan run is a positive whole number, not %q", printable(args[0])).hint(example)
	}
	return run, nil
}
