package main

import (
	"net/http/httptest"
	"strings"
	"testing"
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
		{"the host", all, "HOST\n", exitDone, "EVERY"},
		{"the host in capitals", all, "hOST\n", exitDone, "EVERY"},
		{"yes for everything", all, "yes\n", exitInterrupted, "what you typed is not the tenant's host, HOST"},
		{"nothing for everything", all, "\n", exitInterrupted, "what you typed is not the tenant's host, HOST"},
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
			wantText(t, strings.Join(strings.Fields(trial.stderr.String()), " "), host.Replace(c.says), trial.host())
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
