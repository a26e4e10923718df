package main

import (
	"context"
	"slices"
	"testing"

	"github.com/urfave/cli/v3"
)

func TestListFlag(t *testing.T) {
	const blank, comma = "--x has a blank value: is a variable unset?", "--x has a value that begins or ends with a comma: is a variable unset?"
	for _, c := range []struct {
		args   []string
		commas bool
		want   []string
		err    string
	}{
		{nil, true, nil, ""},
		{[]string{"--x", "a, b", "--x", "c"}, true, []string{"a", "b", "c"}, ""},
		{[]string{"--x", "a, b", "--x", "c"}, false, []string{"a, b", "c"}, ""},
		{[]string{"--x", "a,"}, true, nil, blank},
		{[]string{"--x", ""}, true, nil, blank},
		{[]string{"--x", "a", "--x", "\u3164"}, false, nil, blank},
		{[]string{"--x", "a,"}, false, nil, comma},
		{[]string{"--x", " ,a"}, false, nil, comma},
		{[]string{"--x", "--yes"}, true, nil, `--x has the value "--yes", which looks like a flag: is a variable unset?`},
	} {
		var got []string
		var err error
		cmd := &cli.Command{Name: "test", DisableSliceFlagSeparator: true, Flags: []cli.Flag{&cli.StringSliceFlag{Name: "x"}},
			Action: func(_ context.Context, cmd *cli.Command) error {
				got, err = listFlag(cmd, "x", c.commas)
				return nil
			}}
		if err := cmd.Run(t.Context(), append([]string{"test"}, c.args...)); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, c.want) || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%q, commas %v: got %q, %v", c.args, c.commas, got, err)
		}
	}
}
