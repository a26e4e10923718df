package main

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
	"github.com/urfave/cli/v3"
)

// tree returns the root command and its subcommands. Running --help completes their setup.
func tree(t *testing.T) []*cli.Command {
	t.Helper()
	root := newRoot(new(error))
	root.Writer = writerFunc(func(p []byte) (int, error) { return len(p), nil })
	if err := root.Run(context.Background(), []string{"cortexscan", "--help"}); err != nil {
		t.Fatal(err)
	}
	return append([]*cli.Command{root}, root.Commands...)
}

func TestHelpFitsATerminal(t *testing.T) {
	for _, cmd := range tree(t) {
		for _, width := range []int{80, 40} {
			for line := range strings.Lines(helpText(cmd, min(width, terminal.DefaultWidth))) {
				n := utf8.RuneCountInString(strings.TrimRight(line, "\n"))
				if n > width && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%s: got a line wider than %d columns: %q", cmd.Name, width, line)
				}
			}
		}
	}
}

func TestHelpNamesOnlyExistingFlags(t *testing.T) {
	commands := tree(t)
	known := map[string]bool{}
	for _, cmd := range commands {
		for _, f := range cmd.VisibleFlags() {
			for _, name := range f.Names() {
				known["--"+name] = true
			}
		}
	}
	for _, cmd := range commands {
		for _, flag := range regexp.MustCompile(`--[a-z][a-z-]*`).FindAllString(cmd.Description, -1) {
			if !known[flag] {
				t.Errorf("%s: the description mentions %s, which is not a flag", cmd.Name, flag)
			}
		}
	}
}
