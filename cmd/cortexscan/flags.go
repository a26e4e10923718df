package main

import (
	"strings"

	"example.com/cortexscan/internal/text"
	"github.com/urfave/cli/v3"
)

// stringFlag returns the value of a flag that is set.
func stringFlag(cmd *cli.Command, name string) (string, error) {
	value := strings.TrimSpace(cmd.String(name))
	return value, checkValue(name, value)
}

// checkValue refuses what an unset variable of the shell makes of a flag's value: nothing, or, where it stands
// without quotes, the flag that follows.
func checkValue(flag, value string) error {
	if text.IsBlank(value) {
		return usagef("--%s has a blank value: is a variable unset?", flag)
	}
	if strings.HasPrefix(value, "-") {
		return usagef("--%s has the value %q, which looks like a flag: is a variable unset?", flag, printable(value))
	}
	return nil
}

// listFlag returns the values of a flag that may be repeated. Where commas separate, each part is a value;
// where a name may contain them, each flag is one.
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
