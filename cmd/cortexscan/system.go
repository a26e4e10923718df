package main

import (
	"context"
	"os"
	"strconv"
	"time"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"example.com/cortexscan/internal/text"
	"github.com/urfave/cli/v3"
)

// system is what the program uses of the system that it runs on.
type system struct {
	args   []string // the program's name first
	getenv func(string) string
	now    func() time.Time
	io     *terminal.IOStreams
}

func realSystem() system {
	return system{args: os.Args, getenv: os.Getenv, now: time.Now, io: terminal.System(os.Getenv)}
}

// session is one run of the program.
type session struct {
	system
	json bool // the results and errors are JSON
}

type sessionKey struct{}

// action makes a command's Action of a function that takes the session.
func action(f func(context.Context, *session, *cli.Command) error) cli.ActionFunc {
	return func(ctx context.Context, cmd *cli.Command) error {
		s, _ := ctx.Value(sessionKey{}).(*session)
		return f(ctx, s, cmd)
	}
}

const maxText = 1 << 10

// printable makes one bounded line of text from outside, safe to print on a terminal.
func printable(s string) string { return text.Printable(s, maxText) }

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
