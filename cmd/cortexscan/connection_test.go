package main

import (
	"strings"
	"testing"
)

func TestKeyIsNeverPrinted(t *testing.T) {
	for _, args := range []string{
		"status 790 --verbose", "status 999 --verbose", "status 790 --key-type standard --verbose -o json",
		"abort --all --dry-run", "abort --all --dry-run --key-type standard -o json", "abort --hostname laptop-17 --yes --verbose",
		"abort --hostname nobody --yes -o json", "status 790 --url http://127.0.0.1:1 --retries 0", "--help", "status --nonsense",
	} {
		c := newTrial(t, strings.Fields(args)...)
		run(t.Context(), c.sys)
		if strings.Contains(c.stdout.String()+c.stderr.String(), testKey) {
			t.Errorf("%s: the output contains the key", args)
		}
	}
}

func TestHostIsTakenFromTheURLSetting(t *testing.T) {
	for setting, want := range map[string]string{
		"acme.example": "acme.example", "https://acme.example/gateway": "acme.example", "https://acme\u202e.example": "acme.example",
	} {
		if got := hostOf(setting); got != want {
			t.Errorf("%s: got %s, want %s", setting, got, want)
		}
	}
}
