package main

import (
	"context"
	"runtime"
	"runtime/debug"

	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

// commands returns all commands, in the order in which the help lists them.
func commands() []*cli.Command {
	return []*cli.Command{
		statusCommand(),
		abortCommand(),
		validateCommand(),
		specCommand(),
		sandboxCommand(),
		demoCommand(),
		completionCommand(),
		versionCommand(),
	}
}

const about = `Settings are flags or environment variables. If both are set, the flag takes
precedence. There is no flag for the API key, because other users of the machine
can see flags in the process list.

  CORTEXCLOUD_API_URL       the tenant's host or URL          (--url)
  CORTEXCLOUD_API_KEY_ID    the ID of the API key             (--key-id)
  CORTEXCLOUD_API_KEY_TYPE  advanced (default) or standard    (--key-type)
  CORTEXCLOUD_API_KEY       the API key
  CORTEXCLOUD_API_KEY_FILE  a file with the API key           (--key-file)

If the API key is not set, the program asks for it on a terminal.

Exit status:
  0  success
  1  the service refused the request or sent an unexpected response, or the
     program failed
  2  a usage error, or an invalid request or recording; nothing was sent
  3  no response (network, address or timeout); nothing was changed
  4  interrupted or not confirmed; nothing was changed
  5  an abort was sent, but its result is unknown or could not be printed:
     check the Action Center before you send the abort again
  6  no endpoint matched; nothing was canceled
  7  the scan run ended in a state that is not in --until

Examples:
  cortexscan demo
  cortexscan status 789 --wait --until Completed
  cortexscan abort --hostname laptop-17 --hostname laptop-18
  cortexscan validate recording.har`

// newRoot returns the root command. The library's function for an unknown command cannot return an error, so it sets
// notFound.
func newRoot(notFound *error) *cli.Command {
	onUnknown := func(_ context.Context, cmd *cli.Command, name string) {
		if cmd.Root() != cmd { // for "status 789 --help", the library looks up the command 789
			cli.HelpPrinter(cmd.Root().Writer, "", cmd)
			return
		}
		*notFound = unknownCommand(cmd, name)
	}
	root := &cli.Command{
		Name:        "cortexscan",
		Usage:       "show scan runs and cancel endpoint scans of a Cortex tenant",
		UsageText:   "cortexscan COMMAND [ARGUMENTS] [OPTIONS]",
		Description: about,
		Commands:    commands(),
		Flags: []cli.Flag{
			&cli.StringFlag{
				Name: "output", Aliases: []string{"o"}, Value: "text", OnlyOnce: true,
				Usage:     "the output `FORMAT`: text or json (default text)",
				Validator: oneOf("text", "json"),
			},
			// After a command, -v means --verbose.
			&cli.BoolFlag{Name: "version", Aliases: []string{"v"}, Local: true, Usage: "print the version"},
		},
		HideVersion: true,
		Before: func(ctx context.Context, cmd *cli.Command) (context.Context, error) {
			if name := cmd.Args().First(); cmd.Bool("version") && name != "" {
				return ctx, usagef("--version and -v cannot be used with a command").
					hint("To log every attempt, use cortexscan %s --verbose.", printable(name))
			}
			return ctx, nil
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			switch {
			case cmd.Args().Present():
				return unknownCommand(cmd, cmd.Args().First())
			case cmd.Bool("version"):
				return action(parseNone, runVersion)(ctx, cmd)
			}
			return cli.ShowRootCommandHelp(cmd)
		},
		// By default, the library prints errors and exits. In this program, report prints the errors.
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
	}
	prepare(root, onUnknown)
	for _, c := range root.Commands {
		// With a help command, "abort help" would show help instead of an error.
		c.HideHelpCommand = true
		prepare(c, onUnknown)
	}
	return root
}

// prepare sets the fields that have the same value in all commands.
func prepare(c *cli.Command, onUnknown cli.CommandNotFoundFunc) {
	c.CommandNotFound = onUnknown
	c.OnUsageError = func(_ context.Context, cmd *cli.Command, err error, _ bool) error { return flagError(cmd, err) }
	// A comma may be part of a name. For flags without names, listFlag splits the values.
	c.DisableSliceFlagSeparator = true
}

func versionCommand() *cli.Command {
	return &cli.Command{
		Name:        "version",
		Usage:       "print the version",
		UsageText:   "cortexscan version",
		Description: `With --output json: {"version", "commit", "go"}.`,
		Action:      action(parseNone, runVersion),
	}
}

type versionJSON struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
}

func runVersion(_ context.Context, s *session, _ none) error {
	v := versionJSON{wrapper.Version, commit(), runtime.Version()}
	if s.json {
		s.io.PrintJSON(v)
		return nil
	}
	s.io.Printf("cortexscan version %s (commit %s, %s)\n", v.Version, v.Commit, v.Go)
	return nil
}

// commit returns the commit of the build, or "unknown" if the build did not record it.
func commit() string {
	id, modified := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				id = s.Value[:min(len(s.Value), 12)]
			case s.Key == "vcs.modified" && s.Value == "true":
				modified = ", modified"
			}
		}
	}
	return id + modified
}
