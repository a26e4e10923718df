package recording

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "MARKER")
	if err := os.WriteFile(file, []byte("GET / HTTP/1.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if content, err := ReadFile(file); err != nil || string(content) != "GET / HTTP/1.1\n" {
		t.Errorf("got %q, %v", content, err)
	}
	var e *Error
	if _, err := ReadFile(dir); !errors.As(err, &e) || e.Reason != "a directory, not a recording" || e.Hint == "" {
		t.Errorf("a directory: %v", err)
	}
	if _, err := ReadFile(filepath.Join(file, "none")); !errors.As(err, &e) || strings.Contains(err.Error(), "MARKER") {
		t.Errorf("not there: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

func TestReadIsBounded(t *testing.T) {
	if _, err := read(zeros{}, 1<<20); err == nil || err.Error() != "larger than 1 MiB" {
		t.Errorf("got %v", err)
	}
	if content, err := read(io.LimitReader(zeros{}, 1<<20), 1<<20); err != nil || len(content) != 1<<20 {
		t.Errorf("at the limit: %v", err)
	}
	if _, err := Read(broken{}); err == nil || err.Error() != "cannot be read: input/output error" {
		t.Errorf("got %v", err)
	}
}
