package envelope

import (
	"strings"
	"testing"
)

// TestPagesAreBounded: of a page, and of plain text, only the beginning is looked at.
func TestPagesAreBounded(t *testing.T) {
	filled := func(before string, size int) string { return before + strings.Repeat(" ", size-len(before)) }
	const title = "<title>m</title"
	for body, want := range map[string]string{
		filled("<p>", maxPage-len(title)) + title + ">":   "m",
		filled("<p>", maxPage-len(title)+1) + title + ">": "",
		filled("\u200b\n", maxPage-1) + "m":               "m",
		filled("\u200b\n", maxPage) + "m":                 "",
		filled("m\n", maxPage-1) + "\x00.":                "",
		filled("m\n", maxPage) + "\x00.":                  "m",
	} {
		if got := Parse([]byte(body), keep).Message; got != want {
			t.Errorf("%.10q, %d bytes: %q, want %q", body, len(body), got, want)
		}
	}
}
