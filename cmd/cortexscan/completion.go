package main

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"
)

// completionScripts contains one script for each shell. The scripts call the program with completeCommand.
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
		Action: action(parseCompletion, runCompletion),
	}
}

type completionOptions struct{ shell string }

func parseCompletion(_ *session, cmd *cli.Command) (o completionOptions, err error) {
	o.shell = cmd.Args().First()
	switch {
	case cmd.Args().Len() > 1:
		return o, usagef("unexpected argument %q", printable(cmd.Args().Get(1))).hint("See cortexscan completion --help.")
	case o.shell == "":
		return o, usagef("no shell was given: use bash, zsh, fish or pwsh")
	case !slices.Contains(shells, o.shell):
		return o, usagef("unknown shell %q: use bash, zsh, fish or pwsh", printable(o.shell))
	}
	return o, nil
}

func runCompletion(_ context.Context, s *session, o completionOptions) error {
	script, err := completionScripts.ReadFile("completion/" + o.shell)
	if err != nil {
		return fmt.Errorf("%w: %w", errFailed, err)
	}
	s.io.Printf("%s", script)
	return nil
}

// completeCommand is the first argument that a completion script passes to the program. The words of the command line
// follow, and the last word may be incomplete. The program handles completeCommand before it parses the command line,
// so a completion never executes a command.
const completeCommand = "__complete"

// completeFiles is the output that makes a script complete file names.
const completeFiles = ":files"

// complete prints one candidate per line, each followed by a tab and a description.
func (s *session) complete(words []string) {
	if len(words) == 0 {
		return
	}
	c := newCompleter(words)
	candidates, files := c.candidates()
	if files {
		s.io.Printf("%s\n", completeFiles)
		return
	}
	for _, candidate := range candidates {
		if strings.HasPrefix(candidate, c.current) {
			s.io.Printf("%s\n", candidate)
		}
	}
}

// completer finds the candidates for the last word of a command line.
type completer struct {
	root    *cli.Command
	command *cli.Command // nil if no command was typed yet
	flag    string       // the flag whose value is being typed, or ""
	current string       // the word before the cursor
	prefix  string       // the part of current before the value, such as --flag=
}

func newCompleter(words []string) *completer {
	last := len(words) - 1
	c := &completer{root: newRoot(new(error)), current: strings.TrimSpace(words[last])}
	before := words[:last]
	for i, word := range before {
		if c.command == nil && !strings.HasPrefix(word, "-") && (i == 0 || !takesValue(c.root.Flags, before[i-1])) {
			c.command = c.root.Command(word)
		}
	}
	// Bash passes the = in --flag=value as a separate word.
	if c.current == "=" {
		c.current = ""
	} else if n := len(before); n > 0 && before[n-1] == "=" {
		before = before[:n-1]
	}
	switch name, _, joined := strings.Cut(c.current, "="); {
	case joined && strings.HasPrefix(name, "-"):
		c.flag, c.prefix = name, name+"="
	case len(before) > 0 && takesValue(c.flags(), before[len(before)-1]):
		c.flag = before[len(before)-1]
	}
	return c
}

// flags returns the flags that the command accepts, including the global flags.
func (c *completer) flags() []cli.Flag {
	if c.command == nil {
		return c.root.Flags
	}
	return slices.Concat(c.command.Flags, c.root.Flags[:1]) // --output, but not --version
}

// find returns the flag with this name, such as --url. It returns nil if no flag has this name.
func find(flags []cli.Flag, dashedName string) cli.Flag {
	for _, f := range flags {
		for _, name := range f.Names() {
			if dashed(name) == dashedName {
				return f
			}
		}
	}
	return nil
}

func takesValue(flags []cli.Flag, dashedName string) bool {
	f, ok := find(flags, dashedName).(cli.DocGenerationFlag)
	return ok && f.TakesValue()
}

// candidates returns the candidates for the current word, including those that do not match its beginning. A candidate is
// a value, a tab and a description, which may be empty. files reports whether the word is a file name.
func (c *completer) candidates() (list []string, files bool) {
	switch {
	case c.flag != "":
		return c.values()
	case strings.HasPrefix(c.current, "-"):
		for _, f := range c.flags() {
			_, usage := flagUsage(f)
			list = append(list, dashed(f.Names()[0])+"\t"+usage)
		}
		return append(list, "--help\tshow help"), false
	case c.command == nil || c.command.Name == "help":
		for _, cmd := range c.root.Commands {
			list = append(list, cmd.Name+"\t"+cmd.Usage)
		}
	case c.command.Name == "completion":
		for _, shell := range shells {
			list = append(list, shell+"\t")
		}
	case c.command.Name == "validate":
		return nil, true
	}
	return list, false
}

func (c *completer) values() (list []string, files bool) {
	f := find(c.flags(), c.flag)
	if f == nil {
		return nil, false
	}
	if s, ok := f.(*cli.StringFlag); ok && s.TakesFile {
		return nil, true
	}
	prefix := c.prefix
	var values []string
	switch name := f.Names()[0]; name {
	case "output":
		values = []string{"text", "json"}
	case "key-type":
		values = []string{"advanced", "standard"}
	default:
		for _, filter := range listFilters {
			if filter.flag == name {
				values = filter.documented
			}
		}
		if comma := strings.LastIndex(c.current, ","); comma >= 0 { // more than one value
			prefix = c.current[:comma+1]
		}
	}
	for _, v := range values {
		list = append(list, prefix+v+"\t")
	}
	return list, false
}
