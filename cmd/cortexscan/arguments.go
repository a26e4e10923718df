package main

import (
	"errors"
	"slices"
	"strings"

	"example.com/cortexscan/internal/text"
	"github.com/urfave/cli/v3"
)

// wantsJSON reads the output format before the parser does, whose own errors have to be in that format.
func wantsJSON(args []string) bool {
	for i, arg := range args {
		if arg == "--" {
			return false
		}
		if !strings.HasPrefix(arg, "-") {
			continue
		}
		name, value, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		if (name == "output" || name == "o") && value == "json" {
			return true
		}
	}
	return false
}

// refuseEmptyValues refuses --flag= without a value. For a flag that takes none the parser would read it as true, and
// --all=$UNSET must not mean everything.
func refuseEmptyValues(args []string) error {
	for _, arg := range args[min(1, len(args)):] {
		if arg == "--" {
			return nil
		}
		if name, value, ok := strings.Cut(arg, "="); ok && strings.HasPrefix(name, "-") && text.IsBlank(value) {
			return usagef("%s has no value: is a variable unset?", name)
		}
	}
	return nil
}

// noArguments refuses words that belong to no flag: often they are words of a value that was not quoted.
func noArguments(cmd *cli.Command) error {
	if cmd.Args().Present() {
		return usagef("unexpected argument %q", cmd.Args().First()).hint("See cortexscan %s --help.", cmd.Name)
	}
	return nil
}

func oneOf(words ...string) func(string) error {
	return func(v string) error {
		if slices.Contains(words, v) {
			return nil
		}
		return errors.New("want " + strings.Join(words, " or "))
	}
}
