package agreement_test

import (
	"os"
	"strings"
	"testing"
)

// sections are the headings of README.md's last part.
func sections(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if name, is := strings.CutPrefix(line, "### "); is {
			names[strings.TrimSpace(name)] = true
		}
	}
	return names
}
