package terminal

import (
	"context"
	"strings"
)

// Ask prints a question to standard error and returns the trimmed line that the user types. It returns ctx's error
// if ctx ends first, and io.EOF if the input ends before the end of the line.
func (s *IOStreams) Ask(ctx context.Context, question string) (string, error) {
	s.Notef("%s ", question)
	line, err := Await(ctx, s.readLine, func() {})
	if err != nil {
		s.Notef("\n") // the cursor is still after the question
		return "", err
	}
	return line, nil
}

// readLine reads one line. It does not read ahead, because the next line may be for another question.
func (s *IOStreams) readLine() (string, error) {
	var line strings.Builder
	for one := make([]byte, 1); ; {
		n, err := s.In.Read(one)
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
