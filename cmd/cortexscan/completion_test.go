package main

import (
	"strings"
	"testing"
)

func TestCandidatesForCompletion(t *testing.T) {
	const none, files = "", ":files"
	for _, c := range []struct {
		name  string
		words []string
		want  string // the candidates, separated by spaces
	}{
		{"a command", []string{"st"}, "status"},
		{"all commands", []string{""}, "status abort validate spec sandbox demo completion version"},
		{"a shell", []string{"completion", "z"}, "zsh"},
		{"a flag", []string{"abort", "--conf"}, "--confirm-tenant"},
		{"a flag of the root command", []string{"spec", "--v"}, none},
		{"a documented value", []string{"abort", "--platform", "wi"}, "windows"},
		{"after =", []string{"abort", "--isolation=u"}, "--isolation=unisolated"},
		{"after = as bash passes it", []string{"abort", "--isolation", "=", "u"}, "unisolated"},
		{"at = as bash passes it", []string{"abort", "--isolation", "="}, "isolated unisolated"},
		{"after a comma", []string{"abort", "--platform", "windows,l"}, "windows,linux"},
		{"the type of a key", []string{"status", "--key-type", ""}, "advanced standard"},
		{"after a flag without a value", []string{"validate", "--strict", ""}, files},
		{"a file", []string{"validate", "re"}, files},
		{"a file with names", []string{"abort", "--hostname-file", ""}, files},
		{"an empty word as PowerShell passes it", []string{"abort", "--isolation", " "}, "isolated unisolated"},
		{"no word", nil, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			trial := newOffline(append([]string{completeCommand}, c.words...)...)
			trial.run(t, t.Context(), exitDone)
			var got []string
			for line := range strings.Lines(trial.stdout.String()) {
				value, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
				got = append(got, value)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if trial.stderr.Len() > 0 || strings.Contains(trial.stdout.String(), "`") {
				t.Errorf("got output %q, want no backquote; got errors %q, want none", &trial.stdout, &trial.stderr)
			}
		})
	}
}
