package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/wrapper"
	"github.com/urfave/cli/v3"
)

// usageError reports an invalid command line. Nothing was sent.
type usageError struct{ message, advice string }

func usagef(format string, args ...any) *usageError {
	return &usageError{message: fmt.Sprintf(format, args...)}
}

func (e *usageError) hint(format string, args ...any) *usageError {
	e.advice = fmt.Sprintf(format, args...)
	return e
}

func (e *usageError) Error() string { return e.message }
func (e *usageError) Unwrap() error { return errUsage }

// dashed returns a flag's name with its dashes.
func dashed(name string) string { return strings.Repeat("-", min(len(name), 2)) + name }

// wantsJSON reports whether args contain --output json. It does not wait for the parser, because the parser's errors
// are also printed as JSON.
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

// refuseEmptyValues returns an error for a flag with an empty value, such as --flag=. The parser would treat
// --all=$UNSET as --all.
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

// noArguments returns an error if there are arguments besides flags and their values. Such arguments are often part
// of a value that should have been quoted.
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
		return errors.New("expected " + strings.Join(words, " or "))
	}
}

// stringFlag returns the value of a flag. It returns "" only if the flag is not set and has no default.
func stringFlag(cmd *cli.Command, name string) (string, error) {
	value := strings.TrimSpace(cmd.String(name))
	if value == "" && !cmd.IsSet(name) {
		return "", nil
	}
	return value, checkValue(name, value)
}

// fileFlag returns the value of a flag that names a file. The value "-" means standard input.
func fileFlag(cmd *cli.Command, name string) (string, error) {
	if value := strings.TrimSpace(cmd.String(name)); value == "-" {
		return value, nil
	}
	return stringFlag(cmd, name)
}

// checkValue returns an error for a value that probably comes from an unset shell variable: a blank value or, if the
// variable was not quoted, the next flag.
func checkValue(flag, value string) error {
	if text.IsBlank(value) {
		return usagef("--%s has a blank value: is a variable unset?", flag)
	}
	if strings.HasPrefix(value, "-") {
		return usagef("--%s has the value %q, which looks like a flag: is a variable unset?", flag, printable(value))
	}
	return nil
}

// listFlag returns the values of a flag that can be repeated. If commas is true, it also splits each value at its
// commas.
func listFlag(cmd *cli.Command, name string, commas bool) ([]string, error) {
	var values []string
	for _, value := range cmd.StringSlice(name) {
		parts := []string{value}
		if commas {
			parts = strings.Split(value, ",")
		} else if trimmed := strings.TrimSpace(value); strings.HasPrefix(trimmed, ",") || strings.HasSuffix(trimmed, ",") {
			return nil, usagef("--%s has a value that begins or ends with a comma: is a variable unset?", name)
		}
		for _, part := range parts {
			if commas {
				part = strings.TrimSpace(part)
			}
			if err := checkValue(name, part); err != nil {
				return nil, err
			}
			values = append(values, part)
		}
	}
	return values, nil
}

const timeForms = "expected a timestamp (2026-11-22T21:00:00Z), a date (2026-11-22, midnight local time) or a duration before now (90m, 24h, 7d)"

// parseTime parses an RFC 3339 time, a date (midnight in the same time zone as now) or a duration before now.
func parseTime(text string, now time.Time) (time.Time, error) {
	text = strings.TrimSpace(text)
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, now.Location()); err == nil {
		return t, nil
	}
	ago, err := parseAgo(text)
	if err != nil {
		return time.Time{}, err
	}
	return now.Add(-ago), nil
}

// parseAgo parses a duration like [time.ParseDuration] and also accepts days, such as 7d or 1d12h. It returns an
// error if the duration is zero or negative.
func parseAgo(text string) (time.Duration, error) {
	var days time.Duration
	rest := text
	if number, after, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseUint(number, 10, 32)
		if err != nil || n > math.MaxInt64/uint64(24*time.Hour) {
			return 0, errors.New(timeForms)
		}
		days, rest = time.Duration(n)*24*time.Hour, after
	}
	var d time.Duration
	if rest != "" {
		var err error
		if d, err = time.ParseDuration(rest); err != nil {
			return 0, errors.New(timeForms)
		}
	}
	if d < 0 || days+d <= 0 {
		return 0, errors.New(timeForms)
	}
	return days + d, nil
}

func unknownCommand(cmd *cli.Command, name string) error {
	e := usagef("unknown command %q", name)
	var names []string
	for _, c := range cmd.VisibleCommands() {
		names = append(names, c.Name)
	}
	if s := text.Nearest(name, names); s != "" {
		return e.hint("Did you mean %q? See cortexscan --help.", s)
	}
	return e.hint("See cortexscan --help.")
}

// flagError rewrites an error from the parser in plain words. It recognizes the parser's errors by their text,
// because they have no types.
func flagError(cmd *cli.Command, err error) error {
	help := "See " + cmd.FullName() + " --help."
	if name, ok := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); ok {
		if cmd.Root() == cmd && cmd.Args().Present() { // the command has a typo
			return unknownCommand(cmd, cmd.Args().First())
		}
		if _, err := strconv.ParseFloat(name, 64); err == nil && cmd.Name == "status" {
			_, err := parseRunID([]string{"-" + name})
			return err
		}
		e := usagef("unknown flag %s", dashed(name))
		if strings.Contains(name, "key") {
			return e.hint("There is no flag for the API key: set %s or %s, or use --key-file. %s", wrapper.EnvKey, wrapper.EnvKeyFile, help)
		}
		var names []string
		for _, f := range append(cmd.VisibleFlags(), cmd.VisiblePersistentFlags()...) {
			names = append(names, f.Names()[0])
		}
		if s := text.Nearest(name, names); s != "" {
			return e.hint("Did you mean %s? %s", dashed(s), help)
		}
		return e.hint("%s", help)
	}
	if name, ok := strings.CutPrefix(err.Error(), "flag needs an argument: "); ok {
		return usagef("%s needs a value", name).hint("%s", help)
	}
	message := err.Error()
	for _, internal := range []struct{ text, words string }{
		{"strconv.ParseBool", "expected true or false"},
		{"parse error", "expected true or false"},
		{"time: missing unit", "expected a time with its unit, such as 5s"},
		{"time: ", "expected a time such as 5s or 2m"},
	} {
		if before, _, ok := strings.Cut(message, internal.text); ok {
			message = before + internal.words
		}
	}
	if before, after, ok := strings.Cut(message, "strconv."); ok {
		message = before + "expected a whole number"
		if strings.HasSuffix(after, strconv.ErrRange.Error()) {
			message = before + "the number is too large"
		}
	}
	if before, after, ok := strings.Cut(message, " for flag -"); ok {
		name, _, _ := strings.Cut(after, ":")
		message = before + " for " + dashed(name) + after[len(name):]
		if strings.Contains(after, "can't duplicate") {
			message = dashed(name) + " is given more than once"
		}
	}
	return usagef("%s", message).hint("%s", help)
}
