package repo_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestGuaranteesNameTheirTests: each guarantee of SECURITY.md names tests, and they exist in the folder it says.
func TestGuaranteesNameTheirTests(t *testing.T) {
	text, err := os.ReadFile("../../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	folder := regexp.MustCompile("^`([a-z0-9/]+)` ")
	guarantees := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if len(cells) != 2 || !strings.HasPrefix(line, "| ") || cells[0] == "| guarantee" {
			continue
		}
		guarantees++
		for group := range strings.SplitSeq(strings.TrimSuffix(cells[1], " |"), "; ") {
			in := folder.FindStringSubmatch(group)
			if in == nil {
				t.Errorf("%s\n%q names no folder", cells[0], group)
				continue
			}
			source := testSource(t, "../../"+in[1])
			for name := range strings.SplitSeq(group[len(in[0]):], ", ") {
				if !strings.Contains(source, "\nfunc "+name+"(") {
					t.Errorf("%s\nnames %s, which is not in %s", cells[0], name, in[1])
				}
			}
		}
	}
	if guarantees < 20 {
		t.Errorf("read only %d guarantees: has the table another form?", guarantees)
	}
}

func testSource(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), "_test.go") {
			src, err := os.ReadFile(folder + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			all.Write(src)
		}
	}
	return all.String()
}
