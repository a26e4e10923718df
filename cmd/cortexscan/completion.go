package main

import (
	"context"
	"embed"
	"fmt"
	"slices"

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
