package terminal

import "testing"

func TestWrapIndentsAddedLines(t *testing.T) {
	for _, c := range []struct {
		indent int
		want   string
	}{
		{0, "größe one\nlongerthanthewidth\ntwo"},
		{3, "größe\n   one\nlongerthanthewidth\n   two"},
		{8, "größe\n  one\nlongerthanthewidth\n  two"}, // the indent is more than half the width
	} {
		if got := Wrap("größe one longerthanthewidth two", c.indent, 10); got != c.want {
			t.Errorf("indent %d: got %q, want %q", c.indent, got, c.want)
		}
	}
}

func TestFitNeverBreaksInsideAWord(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"short\n  and   short\n", 20, "short\n  and   short\n"},
		{"Type the tenant's host to continue: ", 20, "Type the tenant's\n  host to continue: "},
		{"  --flag NAME   what it does\n", 16, "  --flag NAME\n    what it does\n"},
		{"\x1b[31mred\x1b[0m 1234567890 1\n", 16, "\x1b[31mred\x1b[0m 1234567890 1\n"},
		{"a wordthatistoolong b", 10, "a\nwordthatistoolong\n  b"},
		{"a ninechars b", 10, "a\n ninechars\n  b"},
		{"", 10, ""},
	} {
		if got := Fit(c.text, c.width); got != c.want {
			t.Errorf("%q: got %q, want %q", c.text, got, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	for want, got := range map[string]string{
		"1 entry": Count(1, "entry"), "2 entries": Count(2, "entry"), "0 problems": Count(0, "problem"),
		"11 IP addresses": Count(11, "IP address"), "2 aliases": Count(2, "alias"),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
