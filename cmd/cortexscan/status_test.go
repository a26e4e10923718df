package main

import (
	"math"
	"testing"
)

func TestRunID(t *testing.T) {
	const notPositive = `the ID of a scan run is a positive whole number, not `
	for _, c := range []struct {
		args []string
		want int64
		err  string
	}{
		{[]string{"1"}, 1, ""},
		{[]string{"9223372036854775807"}, math.MaxInt64, ""},
		{[]string{"9223372036854775808"}, 0, "the ID of a scan run is at most 9223372036854775807"},
		{[]string{"-9223372036854775809"}, 0, notPositive + `"-9223372036854775809"`},
		{[]string{"0"}, 0, notPositive + `"0"`},
		{[]string{"-5"}, 0, notPositive + `"-5"`},
		{[]string{"abc\u202e"}, 0, notPositive + `"abc"`},
		{[]string{"1.5"}, 0, notPositive + `"1.5"`},
		{[]string{""}, 0, notPositive + `""`},
		{nil, 0, "the ID of a scan run is missing"},
		{[]string{"1", "2"}, 0, `unexpected argument "2"`},
	} {
		got, err := parseRunID(c.args)
		if got != c.want && c.err == "" || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%q: got %d, %v", c.args, got, err)
		}
	}
}
