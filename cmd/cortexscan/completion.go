package main

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

// completionScripts ask the program itself what can come next: see [completer].
//
//go:embed completion
var completionScripts embed.FS

var shells = []string{"bash", "zsh", "fish", "pwsh"}

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a completion script for a shell",
		UsageText: "cortexscan completion bash|zsh|fish|pwsh",
		Description: `Examples:
  source <(cortexscan completion bash)                      # in ~/.bashrc
  source <(cortexscan completion zsh)                       # in ~/.zshrc
  cortexscan completion fish > ~/.config/fish/completions/cortexscan.fish
  cortexscan completion pwsh | Out-String | Invoke-Expression     # in $PROFILE`,
		Action: action(runCompletion),
	}
}

func runCompletion(_ context.Context, s *session, cmd *cli.Command) error {
	shell := cmd.Args().First()
	switch {
	case cmd.Args().Len() > 1:
		return usagef("unexpected argument %q", printable(cmd.Args().Get(1)))
	case shell == "":
		return usagef("the shell is missing: bash, zsh, fish, or pwsh")
	case !slices.Contains(shells, shell):
		return usagef("unknown shell %q: use bash, zsh, fish, or pwsh", printable(shell))
	}
	script, err := completionScripts.ReadFile("completion/" + shell)
	if err != nil {
		return fmt.Errorf("%w: %w", errFailed, err)
	}
	s.io.Printf("%s", script)
	return nil
}

// completeCommand is the word by which the scripts call the program. The words of the command line follow, the last one
// as far as it is typed. It answers before any command is parsed, so that it can never execute one.
const completeCommand = "__complete"

// filesAnswer tells a script to complete the names of files.
const filesAnswer = ":files"

// complete prints one candidate a line, with a description after a tab.
func (s *session) complete(words []string) {
	if len(words) == 0 {
		return
	}
	c := newCompleter(words)
	candidates, files := c.candidates()
	if files {
		s.io.Printf("%s\n", filesAnswer)
		return
	}
	for _, candidate := range candidates {
		if strings.HasPrefix(candidate.value, c.current) {
			s.io.Printf("%s\t%s\n", candidate.value, candidate.description)
		}
	}
}
