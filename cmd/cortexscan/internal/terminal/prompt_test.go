package terminal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestAnswerIsOneTrimmedLine(t *testing.T) {
	for in, want := range map[string]string{" yes \r\nno\n": "yes, <nil>: Continue? ", "half": ", EOF: Continue? \n"} {
		s, _, errOut := fake()
		s.In = strings.NewReader(in)
		answer, err := s.Ask(t.Context(), "Continue?")
		if got := fmt.Sprintf("%s, %v: %s", answer, err, errOut); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestSecretsAreReadWithoutEcho(t *testing.T) {
	s, _, errOut := fake()
	restored := false
	s.Restore = func() { restored = true }
	s.ReadPassword = func() (string, error) { return "secret", nil }
	if got, err := s.AskSecret(t.Context(), "API key:"); got != "secret" || err != nil || restored {
		t.Errorf("got %q, %v, restored %v", got, err, restored)
	}
	if got := errOut.String(); got != "API key: \n" {
		t.Errorf("got the output %q", got)
	}

	ctx, cancel := context.WithCancel(t.Context())
	never := make(chan struct{})
	defer close(never)
	s.ReadPassword = func() (string, error) { cancel(); <-never; return "", nil }
	if _, err := s.AskSecret(ctx, "API key:"); !errors.Is(err, context.Canceled) || !restored {
		t.Errorf("got %v, restored %v", err, restored)
	}
}
