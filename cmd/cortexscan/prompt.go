package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// interactive reports whether a person is there to ask.
func (s *session) interactive() bool { return s.stdinIsTerminal && s.stderrIsTerminal }

// ask asks the person one question, and returns the line that is typed.
func (s *session) ask(ctx context.Context, question string) (string, error) {
	s.out.notef("%s ", question)
	line, err := await(ctx, s.readLine, func() {})
	if err != nil {
		s.out.notef("\n") // what was typed has not ended the line
		return "", promptError(ctx, err)
	}
	return line, nil
}

// readLine takes one line and not a byte more: the next question has its own.
func (s *session) readLine() (string, error) {
	var line strings.Builder
	for one := make([]byte, 1); ; {
		n, err := s.stdin.Read(one)
		switch {
		case n == 1 && one[0] == '\n':
			return strings.TrimSpace(line.String()), nil
		case n == 1:
			line.WriteByte(one[0])
		case err != nil:
			return "", err
		}
	}
}

func promptError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: the input ended; nothing was sent", errInterrupted)
	}
	return fmt.Errorf("%w: the answer cannot be read: %w", errFailed, err)
}
