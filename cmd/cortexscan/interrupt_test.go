package main

import (
	"context"
	"io"
	"os/exec"
	"strings"
	"testing"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

// The test cancels the context when the program writes the value of at. If at is "", it cancels the context before the
// program starts.
func TestInterruptStopsPromptsAndCalls(t *testing.T) {
	t.Chdir(t.TempDir()) // for the FIFO
	const nothingSent = "interrupted before anything was sent"
	for _, c := range []struct{ args, at, want string }{
		{"abort --hostname laptop-17", "Continue?", nothingSent},
		{"abort --all", "to continue:", nothingSent},
		{"abort --hostname-file - --yes", "press Ctrl-", nothingSent},
		{"validate -", "Paste a recording, then press Ctrl-", nothingSent},
		{"status 790 --key-file fifo", "", nothingSent},
		{"status 790 --key-id 18", "(input is hidden):", "the terminal is restored"},
		{"abort --hostname laptop-17 --yes --verbose", "retry", "interrupted after a response with HTTP status 429; nothing was canceled"},
		{"demo", "Running", "interrupted"},
	} {
		t.Run(c.args, func(t *testing.T) {
			trial := newTrial(t, strings.Fields(c.args)...)
			trial.atTerminal()
			trial.tenant.Fail(sandbox.Failure{Status: 429, Header: map[string][]string{"Retry-After": {"20"}}})
			ctx, cancel := context.WithCancel(t.Context())
			stdin, never := io.Pipe()
			t.Cleanup(func() { never.Close() })
			trial.sys.io.In = stdin
			output := writerFunc(func(p []byte) (int, error) {
				if strings.Contains(string(p), c.at) {
					cancel()
				}
				return trial.stderr.Write(p)
			})
			trial.sys.io.Out, trial.sys.io.ErrOut = output, output
			trial.sys.io.ReadPassword = func() (string, error) { _, err := stdin.Read(nil); return "", err }
			trial.sys.io.Restore = func() { trial.stderr.WriteString("the terminal is restored") }
			switch c.at {
			case "(input is hidden):":
				trial.settings[wrapper.EnvKey] = ""
			case "":
				if err := exec.Command("mkfifo", "fifo").Run(); err != nil {
					t.Skip(err)
				}
				cancel() // opening the FIFO blocks until another process opens it for writing
			}
			trial.run(t, ctx, exitInterrupted)
			wantText(t, trial.stderr.String(), c.want)
			if strings.Contains(trial.stderr.String(), "as expected") {
				t.Error("the demo reports success")
			}
			if sent := len(trial.tenant.Calls()) > 0; sent != strings.Contains(c.want, "429") {
				t.Errorf("sent a request: got %v, want %v", sent, !sent)
			}
		})
	}
}
