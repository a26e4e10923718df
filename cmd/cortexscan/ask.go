package main

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// askPerson asks a question at the terminal. Its errors say that nothing was sent.
func (s *session) askPerson(ctx context.Context, question string) (string, error) {
	answer, err := s.io.Ask(ctx, question)
	return answer, promptError(ctx, err)
}

func promptError(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w: the input ended; nothing was sent", errInterrupted)
	}
	return fmt.Errorf("%w: the answer cannot be read: %w", errFailed, err)
}
