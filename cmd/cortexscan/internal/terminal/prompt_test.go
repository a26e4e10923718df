package terminal

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestEachQuestionReadsOneLine(t *testing.T) {
	s, _, errOut := fake()
	s.In = strings.NewReader(" yes \r\nno\nhalf")
	for _, want := range []string{"yes", "no"} {
		if got, err := s.Ask(t.Context(), "Continue?"); got != want || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if _, err := s.Ask(t.Context(), "Continue?"); !errors.Is(err, io.EOF) {
		t.Errorf("half a line: got %v, want io.EOF", err)
	}
	if got := errOut.String(); got != "Continue? Continue? Continue? \n" {
		t.Errorf("got the questions %q", got)
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
