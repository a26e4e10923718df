package main

import (
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// environment is what the program has of the world around it.
type environment struct {
	args           []string // the program's name first
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time

	// Which of the three are a terminal, that is, which have a person at their other end.
	stdinIsTerminal, stdoutIsTerminal, stderrIsTerminal bool

	// readSecret reads a line from the terminal without showing it.
	readSecret func(context.Context) (string, error)
}

func systemEnvironment() environment {
	return environment{
		args:             os.Args,
		stdin:            os.Stdin,
		stdout:           os.Stdout,
		stderr:           os.Stderr,
		getenv:           os.Getenv,
		now:              time.Now,
		stdinIsTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		stdoutIsTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		stderrIsTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		readSecret:       readSecret,
	}
}

// readSecret gives the terminal its echo back also where the person interrupts.
func readSecret(ctx context.Context) (string, error) {
	fd := int(os.Stdin.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	return await(ctx, func() (string, error) {
		secret, err := term.ReadPassword(fd)
		return string(secret), err
	}, func() { _ = term.Restore(fd, before) })
}

// await is read's result, or the end of ctx. A read from a terminal cannot be called off, so the goroutine is
// left behind; the program ends soon after.
func await[T any](ctx context.Context, read func() (T, error), interrupted func()) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		interrupted()
		var none T
		return none, ctx.Err()
	}
}
