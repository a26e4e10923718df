package main

import (
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

func TestAbortAsks(t *testing.T) {
	const one, all = "abort --hostname laptop-17", "abort --all"
	for _, c := range []struct {
		name, args, typed string
		exit              int
		says              string
	}{
		{"yes", one, "y\n", exitDone, "Continue? [y/N]"},
		{"yes in full", one, " YES \n", exitDone, "host name laptop-17"},
		{"no", one, "n\n", exitInterrupted, "not confirmed; nothing was sent"},
		{"just enter", one, "\n", exitInterrupted, "nothing was sent"},
		{"the terminal is closed", one, "", exitInterrupted, "nothing was sent"},
		{"half a line", one, "y", exitInterrupted, "nothing was sent"},
		{"the host", all, "HOST\n", exitDone, "EVERY scan"},
		{"the host in capitals", all, "hOST\n", exitDone, "EVERY scan"},
		{"yes for everything", all, "yes\n", exitInterrupted, "that is not the tenant's host, HOST"},
		{"nothing for everything", all, "\n", exitInterrupted, "that is not the tenant's host, HOST"},
		{"the tenant is another", one + " --confirm-tenant other.example", "y\n", exitUsage, "--confirm-tenant is not the tenant's host"},
		{"the tenant is the one", one + " --confirm-tenant HOST", "y\n", exitDone, "Continue?"},
		{"naming the tenant is no yes", one + " --confirm-tenant HOST", "n\n", exitInterrupted, "Continue?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			trial := newTrial(t)
			host := strings.NewReplacer("HOST", trial.host(), "hOST", strings.ToUpper(trial.host()))
			trial.sys.args = strings.Fields("cortexscan " + host.Replace(c.args))
			trial.atTerminal(host.Replace(c.typed))
			trial.run(t, t.Context(), c.exit)
			wantText(t, trial.stderr.String(), host.Replace(c.says), trial.host())
			if sent := len(trial.tenant.Calls()) > 0; sent != (c.exit == exitDone) {
				t.Errorf("sent: %v", sent)
			}
		})
	}
}

func TestTenantWithAndWithoutPrefix(t *testing.T) {
	for host, want := range map[string]bool{
		"api-acme.example": true, "acme.example": true, " ACME.example ": true,
		"": false, "api-": false, "api-api-acme.example": false, "acme.example.org": false, "acme": false,
	} {
		p := &plan{request: httptest.NewRequest("GET", "https://api-acme.example/x", nil)}
		if got := p.isTenant(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}

func TestInterruptedAtAPrompt(t *testing.T) {
	for _, args := range []string{"abort --hostname laptop-17", "abort --all", "validate -"} {
		t.Run(args, func(t *testing.T) {
			c := newTrial(t, strings.Fields(args)...)
			c.atTerminal()
			ctx, cancel := context.WithCancel(t.Context())
			stdin, never := io.Pipe()
			t.Cleanup(func() { never.Close() })
			c.sys.io.In = readerFunc(func(p []byte) (int, error) { cancel(); return stdin.Read(p) })
			c.run(t, ctx, exitInterrupted)
			wantText(t, c.stderr.String(), "interrupted before anything was sent")
			if len(c.tenant.Calls()) > 0 {
				t.Error("it was sent")
			}
		})
	}
}

// A person who interrupts while the service is slow learns whether the request was sent.
func TestInterruptedWhileWaitingForTheAnswer(t *testing.T) {
	for _, c := range []struct {
		args string
		exit int
		says []string
	}{
		{"abort --hostname laptop-17 --yes", exitUnknown, []string{"interrupted after the abort was sent: whether scans were canceled is unknown", "Action Center"}},
		{"status 790", exitInterrupted, []string{"interrupted: the status was not read"}},
		{"status 790 --wait", exitInterrupted, []string{"interrupted: the status was not read"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			trial := newTrial(t, strings.Fields(c.args)...)
			trial.tenant.Fail(sandbox.Failure{Times: 1, Delay: time.Hour})
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				for len(trial.tenant.Calls()) == 0 {
					<-time.After(time.Millisecond)
				}
				cancel()
			}()
			trial.run(t, ctx, c.exit)
			wantText(t, trial.stderr.String(), c.says...)
		})
	}
}

// After a 429 the service has refused, and the wait for the next attempt is the time to think better of it.
func TestInterruptedBetweenAttempts(t *testing.T) {
	c := newTrial(t, "abort", "--hostname", "laptop-17", "--yes")
	c.tenant.Fail(sandbox.Failure{Times: 1, Status: 429, Header: map[string][]string{"Retry-After": {"20"}}})
	ctx, cancel := context.WithCancel(t.Context())
	c.sys.args = append(c.sys.args, "--verbose")
	c.sys.io.ErrOut = writerFunc(func(p []byte) (int, error) { // the log says when the wait begins
		if strings.Contains(string(p), "retry") {
			cancel()
		}
		return c.stderr.Write(p)
	})
	c.run(t, ctx, exitInterrupted)
	wantText(t, c.stderr.String(), "interrupted after the service answered 429; nothing was canceled")
}

func TestKeyIsAskedForAndNotShown(t *testing.T) {
	c := newTrial(t, "status", "790")
	c.atTerminal()
	c.settings[wrapper.EnvKey] = ""
	c.sys.io.ReadPassword = func() (string, error) { return testKey, nil }
	c.run(t, t.Context(), exitDone)
	wantText(t, c.stderr.String(), "API key 17 (not shown): ")
	if strings.Contains(c.stdout.String()+c.stderr.String(), testKey) {
		t.Error("the key is shown")
	}

	c = newTrial(t, "status", "790")
	c.atTerminal()
	c.settings[wrapper.EnvKey] = ""
	ctx, cancel := context.WithCancel(t.Context())
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	restored := false
	c.sys.io.Restore = func() { restored = true }
	c.sys.io.ReadPassword = func() (string, error) { cancel(); <-never; return "", nil }
	c.run(t, ctx, exitInterrupted)
	if !restored {
		t.Error("the terminal does not get its echo back")
	}

	c = newTrial(t, "status", "790") // nobody to ask
	c.settings[wrapper.EnvKey] = ""
	c.run(t, t.Context(), exitUsage)
}

func TestColoursOnlyOnATerminal(t *testing.T) {
	for _, c := range []struct {
		name     string
		terminal bool
		settings [2]string
		want     bool
	}{
		{"terminal", true, [2]string{}, true},
		{"pipe", false, [2]string{}, false},
		{"NO_COLOR", true, [2]string{"NO_COLOR", "1"}, false},
		{"dumb", true, [2]string{"TERM", "dumb"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, args := range []string{"status 790", "status 999"} {
				trial := newTrial(t, strings.Fields(args)...)
				trial.settings["WT_SESSION"] = "1" // Windows, where it has colours
				trial.settings[c.settings[0]] = c.settings[1]
				if c.terminal {
					trial.atTerminal()
				}
				if args == "status 999" {
					trial.run(t, t.Context(), exitRefused)
				} else {
					trial.run(t, t.Context(), exitDone)
				}
				if got := strings.Contains(trial.stdout.String()+trial.stderr.String(), "\x1b["); got != c.want {
					t.Errorf("%s: colours: %v", args, got)
				}
			}
		})
	}
}

// The key reaches the wire and nothing else.
func TestKeyIsNeverPrinted(t *testing.T) {
	for _, args := range []string{
		"status 790 --verbose", "status 999 --verbose", "status 790 --key-type standard --verbose -o json",
		"abort --all --dry-run", "abort --all --dry-run --key-type standard -o json", "abort --hostname laptop-17 --yes --verbose",
		"abort --hostname nobody --yes -o json", "status 790 --url http://127.0.0.1:1 --retries 0", "--help", "status --nonsense",
	} {
		c := newTrial(t, strings.Fields(args)...)
		run(t.Context(), c.sys)
		if strings.Contains(c.stdout.String()+c.stderr.String(), testKey) {
			t.Errorf("%s prints the key", args)
		}
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
