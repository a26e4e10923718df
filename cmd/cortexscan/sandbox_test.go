package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
)

// startSandbox runs the command until the test ends, and returns its JSON output.
func startSandbox(t *testing.T, args ...string) (printed sandboxOutput) {
	t.Helper()
	c := newOffline(append([]string{"sandbox", "--listen", "0", "--output", "json"}, args...)...)
	from, to := io.Pipe()
	c.sys.io.Out = to
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() { ended <- run(ctx, c.sys) }()
	t.Cleanup(func() {
		stop()
		if exit := <-ended; exit != exitDone {
			t.Errorf("exit status %d", exit)
		}
		wantText(t, c.stderr.String(), "The sandbox has stopped.")
	})
	if err := json.NewDecoder(from).Decode(&printed); err != nil {
		t.Fatal(err)
	}
	return printed
}

type sandboxOutput struct {
	Environment map[string]string
	Pages       map[string]string
}

func TestOtherCommandsWorkWithTheSandbox(t *testing.T) {
	printed := startSandbox(t, "--key-type", "standard")
	for _, c := range []struct {
		args string
		exit int
		want string
	}{
		{"status 5", exitRefused, "Run ID not found"},
		{"abort --platform windows --yes", exitDone, "endpoints  2"},
	} {
		trial := newOffline(strings.Fields(c.args)...)
		trial.settings = printed.Environment
		trial.run(t, t.Context(), c.exit)
		wantText(t, trial.stdout.String()+trial.stderr.String(), c.want)
	}
	wantText(t, page(t, printed.Pages["live"]), "2 requests, none with problems", "aborted", "id=5")
	wantText(t, page(t, printed.Pages["docs"]), `id="reference"`)
	if page(t, printed.Pages["contract"]) != string(api.Document()) {
		t.Error("the page has a different spec")
	}
	if startSandbox(t).Environment[wrapper.EnvKey] == printed.Environment[wrapper.EnvKey] {
		t.Error("two sandboxes have the same key")
	}
}

func page(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status, err)
	}
	return string(body)
}

func TestPublicSandboxWarns(t *testing.T) {
	trial := newOffline("sandbox", "--public", "--listen", "0.0.0.0:0")
	trial.settings[wrapper.EnvKeyFile] = "/run/secrets/key"
	ended, stop := context.WithCancel(t.Context())
	stop() // it prints its settings, and ends
	trial.run(t, ended, exitDone)
	wantText(t, trial.stderr.String(), "Other machines can reach the sandbox, without encryption.")
	wantText(t, trial.stdout.String(), wrapper.EnvURL, "http://127.0.0.1:", wrapper.EnvKeyFile)
}
