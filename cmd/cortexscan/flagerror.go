package main

import (
	"strconv"
	"strings"

	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

func unknownCommand(cmd *cli.Command, name string) error {
	e := usagef("unknown command %q", name)
	if s := cli.SuggestCommand(cmd.VisibleCommands(), name); isNear(s, name) {
		return e.hint("Did you mean %q? See cortexscan --help.", s)
	}
	return e.hint("See cortexscan --help.")
}

// isNear filters the suggestions of the library, which suggests something for every word.
func isNear(suggestion, typed string) bool {
	return suggestion != "" && typed != "" && suggestion[0] == typed[0]
}

// flagError rewrites an error of the parser.
func flagError(cmd *cli.Command, err error) error {
	help := "See " + cmd.FullName() + " --help."
	if name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
		if cmd.Root() == cmd && cmd.Args().Present() { // the flag belongs to a command that is mistyped
			return unknownCommand(cmd, cmd.Args().First())
		}
		if _, err := strconv.ParseFloat(name, 64); err == nil && cmd.Name == "status" {
			_, err := readRunID([]string{"-" + name})
			return err
		}
		e := usagef("unknown flag %s", dashed(name))
		if strings.Contains(name, "key") {
			return e.hint("The key is never a flag: set %s or %s, or use --key-file. %s", wrapper.EnvKey, wrapper.EnvKeyFile, help)
		}
		flags := append(cmd.VisibleFlags(), cmd.VisiblePersistentFlags()...)
		if s := cli.SuggestFlag(flags, name, false); isNear(strings.TrimLeft(s, "-"), name) {
			return e.hint("Did you mean %s? %s", s, help)
		}
		return e.hint("%s", help)
	}
	if name, ok := strings.CutPrefix(err.Error(), "flag needs an argument: "); ok {
		return usagef("%s needs a value", name).hint("%s", help)
	}
	text := err.Error()
	for _, plumbing := range []struct{ text, words string }{ // the parser does not wrap them
		{"strconv.ParseBool", "want true or false"},
		{"parse error", "want true or false"},
		{"time: missing unit", "want a time with its unit, such as 5s"},
		{"time: ", "want a time such as 5s or 2m"},
	} {
		if before, _, ok := strings.Cut(text, plumbing.text); ok {
			text = before + plumbing.words
		}
	}
	if before, after, ok := strings.Cut(text, "strconv."); ok {
		text = before + "want a whole number"
		if strings.HasSuffix(after, strconv.ErrRange.Error()) {
			text = before + "the number is too large"
		}
	}
	if before, after, ok := strings.Cut(text, " for flag -"); ok {
		name, _, _ := strings.Cut(after, ":")
		text = before + " for " + dashed(name) + after[len(name):]
		if strings.Contains(after, "can't duplicate") {
			text = dashed(name) + " is given more than once"
		}
	}
	return usagef("%s", text).hint("%s", help)
}
