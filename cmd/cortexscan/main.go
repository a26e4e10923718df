// Command cortexscan shows the status of scan runs and cancels endpoint scans of a Cortex tenant, validates recorded
// requests against the spec, and runs an in-memory tenant for trying these commands.
//
//	cortexscan demo
//	cortexscan status 789 --wait
//	cortexscan abort --hostname laptop-17 --dry-run
//	cortexscan validate recording.har
//
// "cortexscan --help" lists the commands, the settings and the exit statuses.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/internal/text"
	"github.com/urfave/cli/v3"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal ends the program gracefully. A second signal kills the program.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, system{args: os.Args, getenv: os.Getenv, now: time.Now, io: terminal.System(os.Getenv)}))
}

func run(ctx context.Context, sys system) int {
	s := &session{sys, wantsJSON(sys.args)}
	if len(sys.args) > 1 && sys.args[1] == completeCommand {
		s.complete(sys.args[2:])
		return exitDone
	}
	err := runCommand(ctx, s)
	if (err == nil || errors.Is(err, errProblems)) && s.io.WriteError() != nil {
		err = fmt.Errorf("%w: the output cannot be written to standard output: %w", errFailed, s.io.WriteError())
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
	root.Metadata = map[string]any{widthKey: s.io.Width()}
	root.Writer, root.ErrWriter, root.Reader = s.io.OutWriter(), s.io.ErrOut, s.io.In
	err := root.Run(context.WithValue(ctx, sessionKey{}, s), s.args)
	return errors.Join(err, notFound)
}

// system gives the program access to the operating system. Tests construct their own.
type system struct {
	args   []string // the first is the name of the program
	getenv func(string) string
	now    func() time.Time
	io     *terminal.IOStreams
}

// session is one run of the program.
type session struct {
	system
	json bool // whether to print results and errors as JSON
}

type sessionKey struct{}

// action returns the Action of a command. The Action calls parse to read the options from the command line, and then
// run to execute the command.
func action[O any](parse func(*session, *cli.Command) (O, error), run func(context.Context, *session, O) error) cli.ActionFunc {
	return func(ctx context.Context, cmd *cli.Command) error {
		s, _ := ctx.Value(sessionKey{}).(*session)
		o, err := parse(s, cmd)
		if err != nil {
			return err
		}
		return run(ctx, s, o)
	}
}

// none is the options type of a command without options.
type none struct{}

func parseNone(_ *session, cmd *cli.Command) (none, error) { return none{}, noArguments(cmd) }

const maxText = 1 << 10 // maximum bytes of an external string to print

// printable returns an external string as one line of bounded length that is safe to print on a terminal.
func printable(s string) string { return text.Printable(s, maxText) }
