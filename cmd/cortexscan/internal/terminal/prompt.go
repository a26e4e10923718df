package terminal

import (
	"bufio"
	"context"
	"strings"
)

// Ask prints a question to standard error and returns the trimmed line that the user types. It returns ctx's error
// if ctx ends first, and io.EOF if the input ends before the end of the line. It may read more than one line, so only
// one question can be asked.
func (s *IOStreams) Ask(ctx context.Context, question string) (string, error) {
	s.Notef("%s ", question)
	line, err := Await(ctx, func() (string, error) { return bufio.NewReader(s.In).ReadString('\n') }, func() {})
	if err != nil {
		s.Notef("\n") // the cursor is still after the question
		return "", err
	}
	return strings.TrimSpace(line), nil
}

// AskSecret prints a question to standard error and returns the line that the user types, without echoing
// it. If ctx ends, AskSecret restores the terminal.
func (s *IOStreams) AskSecret(ctx context.Context, question string) (string, error) {
	s.Notef("%s ", question)
	defer s.Notef("\n")
	return Await(ctx, s.ReadPassword, s.Restore)
}

// Await returns the result of read. If ctx ends first, Await calls interrupted and returns ctx's error. A
// blocked read cannot be canceled, so its goroutine keeps running. Use Await only if the program ends soon after ctx
// ends.
func Await[T any](ctx context.Context, read func() (T, error), interrupted func()) (T, error) {
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
