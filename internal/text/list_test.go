package text

import (
	"strings"
	"testing"
)

func TestLists(t *testing.T) {
	for phrases, want := range map[string]string{
		"":                        "",
		"a":                       "a",
		"a b":                     "a or b",
		"a b c":                   "a, b or c",
		"a b c d e f g h i j":     "a, b, c, d, e, f, g, h, i or j",
		"a b c d e f g h i j k l": "a, b, c, d, e, f, g, h, i, j and 2 more",
	} {
		if got := List(strings.Fields(phrases), " or "); got != want {
			t.Errorf("%q: got %q, want %q", phrases, got, want)
		}
	}
}
