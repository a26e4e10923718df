package repo_test

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestArchitectureNamesWhatThereIs: every file that ARCHITECTURE.md sends a reader to exists. A name without a folder is in
// the folder of the file that the line named before.
func TestArchitectureNamesWhatThereIs(t *testing.T) {
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	file := regexp.MustCompile("`([a-zA-Z0-9_./]+\\.(?:go|yaml|md)|[a-z]+/[a-z0-9_/]+)`")
	found := 0
	for line := range strings.Lines(string(text)) {
		folder := ""
		for _, m := range file.FindAllStringSubmatch(line, -1) {
			name := m[1]
			if !strings.Contains(name, "/") {
				name = path.Join(folder, name)
			}
			folder = path.Dir(name)
			found++
			if _, err := os.Stat("../../" + name); err != nil {
				t.Errorf("%s does not exist: %s", name, line)
			}
		}
	}
	if found < 30 {
		t.Errorf("read only %d names: has the page another form?", found)
	}
}
