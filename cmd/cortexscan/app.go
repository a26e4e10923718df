package main

import (
	"context"
	"errors"
	"fmt"
)

// run is the program: it returns the exit status.
func run(ctx context.Context, sys system) int {
	s := &session{sys, wantsJSON(sys.args)}
	if len(sys.args) > 1 && sys.args[1] == completeCommand {
		s.complete(sys.args[2:])
		return exitDone
	}
	err := runCommand(ctx, s)
	if (err == nil || errors.Is(err, errProblems)) && s.io.WriteError() != nil {
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
