package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

// commands are all there are, in the order in which the help lists them.
func commands() []*cli.Command {
	return []*cli.Command{
		statusCommand(),
		abortCommand(),
		validateCommand(),
		specCommand(),
		sandboxCommand(),
		demoCommand(),
	}
}

const about = `Settings are flags or variables; a flag wins. The key is never a flag, because
other users of the machine could read it in the list of processes.

  CORTEXCLOUD_API_URL       the tenant's host or URL   (--url)
  CORTEXCLOUD_API_KEY_ID    the key's ID               (--key-id)
  CORTEXCLOUD_API_KEY_TYPE  advanced or standard       (--key-type)
  CORTEXCLOUD_API_KEY       the key
  CORTEXCLOUD_API_KEY_FILE  a file that holds the key  (--key-file)

Without a key, and on a terminal, the program asks for it.

Exit status:
  0  done
  1  the service said no, or answered what it should not
  2  wrong use, or an invalid request; nothing was sent
  3  no answer, and nothing was changed: network, address, or timeout
  4  interrupted or not confirmed; nothing was changed
  5  sent, but whether it was carried out is unknown: look before sending again
  6  nothing matched

Examples:
  cortexscan demo
  cortexscan status 789 --wait
  cortexscan abort --hostname laptop-17 --hostname laptop-18
  cortexscan validate recording.har`

// run is the program: it returns the exit status.
func run(ctx context.Context, sys system) int {
	s := &session{sys, wantsJSON(sys.args)}
	err := runCommand(ctx, s)
	if err == nil && s.io.WriteError() != nil {
		err = fmt.Errorf("%w: standard output cannot be written: %w", errFailed, s.io.WriteError())
	}
	if err == nil {
		return exitDone
	}
	return s.report(err)
}

func runCommand(ctx context.Context, s *session) error {
	if err := refuseEmptyValues(s.args); err != nil {
		return err
	}
	var notFound error
	root := newRoot(&notFound)
	root.Writer, root.ErrWriter, root.Reader = s.io.OutWriter(), s.io.ErrOut, s.io.In
	err := root.Run(context.WithValue(ctx, sessionKey{}, s), s.args)
	return errors.Join(err, notFound)
}

// newRoot makes the tree of commands. A command that is not in it goes to notFound.
func newRoot(notFound *error) *cli.Command {
	// The library knows no other way to hear of one.
	onUnknown := func(_ context.Context, cmd *cli.Command, name string) { *notFound = unknownCommand(cmd, name) }
	root := &cli.Command{
		Name:                  "cortexscan",
		Usage:                 "scan runs and endpoint scans of a Cortex tenant",
		Version:               version(),
		UsageText:             "cortexscan COMMAND [OPTIONS] [ARGUMENTS]",
		Description:           about,
		Commands:              commands(),
		EnableShellCompletion: true,
		ConfigureShellCompletionCommand: func(c *cli.Command) {
			c.Hidden = false
			c.Usage = "print a completion script for bash, zsh, fish or pwsh"
			c.UsageText = "cortexscan completion bash|zsh|fish|pwsh"
			c.Description = completionHelp
			prepare(c, onUnknown)
		},
		Flags: []cli.Flag{&cli.StringFlag{
			Name: "output", Aliases: []string{"o"}, Value: "text", OnlyOnce: true,
			Usage:     "write `FORMAT`: text or json",
			Validator: oneOf("text", "json"),
		}},
		Action: func(_ context.Context, cmd *cli.Command) error {
			if name := cmd.Args().First(); name != "" {
				return unknownCommand(cmd, name)
			}
			return cli.ShowRootCommandHelp(cmd)
		},
		// Errors are printed in one place, and end the program in another.
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
	}
	prepare(root, onUnknown)
	for _, c := range root.Commands {
		// "abort help" would take a word out of the arguments.
		c.HideHelpCommand = true
		prepare(c, onUnknown)
	}
	return root
}

const completionHelp = `Examples:
  source <(cortexscan completion bash)                      # in ~/.bashrc
  source <(cortexscan completion zsh)                       # in ~/.zshrc
  cortexscan completion fish > ~/.config/fish/completions/cortexscan.fish`

// prepare gives a command and those below it what all have in common.
func prepare(c *cli.Command, onUnknown cli.CommandNotFoundFunc) {
	c.CommandNotFound = onUnknown
	c.OnUsageError = func(_ context.Context, cmd *cli.Command, err error, _ bool) error { return flagError(cmd, err) }
	// A comma may be part of a name: what is split is decided flag by flag.
	c.DisableSliceFlagSeparator = true
	for _, sub := range c.Commands {
		prepare(sub, onUnknown)
	}
}

type sessionKey struct{}

// action makes a command's Action of a function that takes the session.
func action(f func(context.Context, *session, *cli.Command) error) cli.ActionFunc {
	return func(ctx context.Context, cmd *cli.Command) error {
		s, _ := ctx.Value(sessionKey{}).(*session)
		return f(ctx, s, cmd)
	}
}

// wantsJSON reads the output's format ahead of the parser, whose own errors have to come in it.
func wantsJSON(args []string) bool {
	for i, arg := range args {
		if arg == "--" {
			return false
		}
		if !strings.HasPrefix(arg, "-") {
			continue
		}
		name, value, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		if (name == "output" || name == "o") && value == "json" {
			return true
		}
	}
	return false
}

// refuseEmptyValues refuses --flag= with nothing behind it. The parser would take it for true where the flag is
// a yes or no: --all=$UNSET is not to mean everything.
func refuseEmptyValues(args []string) error {
	for _, arg := range args[min(1, len(args)):] {
		if arg == "--" {
			return nil
		}
		if name, value, ok := strings.Cut(arg, "="); ok && strings.HasPrefix(name, "-") && text.IsBlank(value) {
			return usagef("%s has no value: is a variable unset?", name)
		}
	}
	return nil
}

// noArguments refuses words that belong to no flag: often the value of a flag whose own value was an unset variable.
func noArguments(cmd *cli.Command) error {
	if cmd.Args().Present() {
		return usagef("unexpected argument %q", cmd.Args().First()).hint("See cortexscan %s --help.", cmd.Name)
	}
	return nil
}

func oneOf(words ...string) func(string) error {
	return func(v string) error {
		if slices.Contains(words, v) {
			return nil
		}
		return errors.New("want " + strings.Join(words, " or "))
	}
}

func unknownCommand(cmd *cli.Command, name string) error {
	e := usagef("there is no command %q", name)
	if s := cli.SuggestCommand(cmd.VisibleCommands(), name); isNear(s, name) {
		return e.hint("Did you mean %q? See cortexscan --help.", s)
	}
	return e.hint("See cortexscan --help.")
}

// isNear keeps the library from suggesting what has nothing to do with what was typed: it always finds something.
func isNear(suggestion, typed string) bool {
	return suggestion != "" && typed != "" && suggestion[0] == typed[0]
}

// flagError words an error of the parser.
func flagError(cmd *cli.Command, err error) error {
	help := "See " + cmd.FullName() + " --help."
	if name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
		if cmd.Root() == cmd && cmd.Args().Present() { // the flag belongs to a command that is mistyped
			return unknownCommand(cmd, cmd.Args().First())
		}
		e := usagef("there is no flag %s", dashed(name))
		if strings.Contains(name, "key") {
			return e.hint("The key is never a flag: set %s or %s, or use --key-file. %s", wrapper.EnvKey, wrapper.EnvKeyFile, help)
		}
		flags := append(cmd.VisibleFlags(), cmd.VisiblePersistentFlags()...)
		if s := cli.SuggestFlag(flags, name, false); isNear(strings.TrimLeft(s, "-"), name) {
			return e.hint("Did you mean %s? %s", s, help)
		}
		return e.hint("%s", help)
	}
	if name, ok := strings.CutPrefix(err.Error(), "flag needs an argument: "); ok {
		return usagef("%s needs a value", name).hint("%s", help)
	}
	text := err.Error()
	if before, _, ok := strings.Cut(text, "strconv."); ok { // the parser does not wrap it
		text = before + "want a whole number"
	}
	text = strings.Replace(text, "time: missing unit in duration", "want a time with its unit, such as 5s, not", 1)
	text = strings.Replace(text, "time: invalid duration", "want a time such as 5s or 2m, not", 1)
	if before, after, ok := strings.Cut(text, " for flag -"); ok {
		name, _, _ := strings.Cut(after, ":")
		text = before + " for " + dashed(name) + after[len(name):]
		if strings.Contains(after, "can't duplicate") {
			text = dashed(name) + " is given more than once"
		}
	}
	return usagef("%s", text).hint("%s", help)
}

// dashed is a flag's name as it is typed.
func dashed(name string) string { return strings.Repeat("-", min(len(name), 2)) + name }

// version names the module's version and the commit that the binary was built from.
func version() string {
	commit, modified := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = s.Value[:min(len(s.Value), 12)]
			case s.Key == "vcs.modified" && s.Value == "true":
				modified = ", modified"
			}
		}
	}
	return fmt.Sprintf("%s (commit %s%s, %s)", wrapper.Version, commit, modified, runtime.Version())
}
