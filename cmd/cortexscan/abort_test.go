package main

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

func TestAbortAsksForConfirmation(t *testing.T) {
	const one, all = "abort --hostname laptop-17", "abort --all"
	for _, c := range []struct {
		name, args, typed string
		exit              int
		want              string
	}{
		{"yes", one, "y\n", exitDone, "Continue? [y/N]"},
		{"the whole word yes", one, " YES \n", exitDone, "host name laptop-17"},
		{"no", one, "n\n", exitInterrupted, "not confirmed; nothing was sent"},
		{"another word that begins with y", one, "yet\n", exitInterrupted, "nothing was sent"},
		{"only the Enter key", one, "\n", exitInterrupted, "nothing was sent"},
		{"the terminal is closed before the line ends", one, "y", exitInterrupted, "nothing was sent"},
		{"the host", all, "HOST\n", exitDone, "This cancels \x1b[31mEVERY\x1b[0m scan"},
		{"the host in capitals", all, "hOST\n", exitDone, "EVERY"},
		{"the host for filters that exclude nothing", "abort --platform windows,linux,macos,android", "HOST\n", exitDone, "because the filters do not exclude any endpoint"},
		{"yes instead of the host", all, "yes\n", exitInterrupted, "what you typed is not the tenant's host (HOST)"},
		{"--confirm-tenant with the host", one + " --confirm-tenant HOST", "y\n", exitDone, "Continue?"},
		{"--confirm-tenant does not replace the answer", one + " --confirm-tenant HOST", "n\n", exitInterrupted, "Continue?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			trial := newTrial(t)
			host := strings.NewReplacer("HOST", trial.host(), "hOST", strings.ToUpper(trial.host()))
			trial.sys.args = strings.Fields("cortexscan " + host.Replace(c.args))
			trial.atTerminal(host.Replace(c.typed))
			trial.run(t, t.Context(), c.exit)
			wantText(t, strings.Join(strings.Fields(trial.stderr.String()), " "), host.Replace(c.want), trial.host())
			if sent := len(trial.tenant.Calls()) > 0; sent != (c.exit == exitDone) {
				t.Errorf("sent a request: got %v, want %v", sent, !sent)
			}
		})
	}
}

func TestTenantHostMatchesWithOrWithoutThePrefix(t *testing.T) {
	for host, want := range map[string]bool{
		"api-acme.example": true, "acme.example": true, " ACME.example ": true,
		"": false, "api-": false, "api-api-acme.example": false, "acme.example.org": false, "acme": false,
	} {
		p := &plan{request: httptest.NewRequest("GET", "https://api-acme.example/x", nil)}
		if got := p.isTenant(host); got != want {
			t.Errorf("%q: got %v, want %v", host, got, want)
		}
	}
}

func TestKeyIsReadFromTheTerminal(t *testing.T) {
	for _, c := range []struct {
		err  error
		exit int
		want string
	}{
		{nil, exitDone, "API key with the ID 17 (input is hidden): \n"},
		{io.EOF, exitInterrupted, " no API key was entered; nothing was sent\n"},
	} {
		trial := newTrial(t, "status", "790")
		trial.atTerminal()
		trial.settings[wrapper.EnvKey] = ""
		trial.sys.io.ReadPassword = func() (string, error) { return testKey, c.err }
		trial.run(t, t.Context(), c.exit)
		wantText(t, trial.stderr.String(), c.want)
		if strings.Contains(trial.stdout.String()+trial.stderr.String(), testKey) {
			t.Error("the output contains the key")
		}
	}
}
