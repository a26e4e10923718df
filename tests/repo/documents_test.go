// Package repo_test checks what no linter can: that the documents name things that exist, that releases and workflows are
// consistent, and that the scripts that change the repository work.
package repo_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

const root = "../.."

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// find returns the files whose names match a pattern, up to two folders deep, as paths from the root.
func find(t *testing.T, pattern string) []string {
	t.Helper()
	var found []string
	for _, folder := range []string{"", "*/", "*/*/"} {
		paths, err := filepath.Glob(root + "/" + folder + pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			found = append(found, strings.TrimPrefix(filepath.ToSlash(path), root+"/"))
		}
	}
	return found
}

var (
	target  = regexp.MustCompile(`(?m)^([a-z-]+):`)
	command = regexp.MustCompile("(?m)(?:`|^\\$ )make ([a-z-]+)")
	link    = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
)

func TestDocumentedTargetsAndLinkedFilesExist(t *testing.T) {
	targets := map[string]bool{}
	for _, m := range target.FindAllStringSubmatch(readFile(t, root+"/Makefile"), -1) {
		targets[m[1]] = true
	}
	commands, links := 0, 0
	for _, name := range find(t, "*.md") {
		content := readFile(t, root+"/"+name)
		for _, m := range command.FindAllStringSubmatch(content, -1) {
			if commands++; !targets[m[1]] {
				t.Errorf("%s mentions make %s, which is not in the Makefile", name, m[1])
			}
		}
		for _, m := range link.FindAllStringSubmatch(content, -1) {
			links++
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", name, m[1])
			}
		}
	}
	if commands < 10 || links < 10 {
		t.Errorf("found only %d commands and %d links: did the format of the documents change?", commands, links)
	}
}

// A name without a folder is in the folder of the previous name in the line.
func TestFilesNamedInArchitectureExist(t *testing.T) {
	file := regexp.MustCompile("`([a-zA-Z0-9_./]+\\.(?:go|yaml|md)|[a-z]+/[a-z0-9_/]+)`")
	found := 0
	for line := range strings.Lines(readFile(t, root+"/ARCHITECTURE.md")) {
		folder := ""
		for _, m := range file.FindAllStringSubmatch(line, -1) {
			name := m[1]
			if !strings.Contains(name, "/") {
				name = path.Join(folder, name)
			}
			folder = path.Dir(name)
			found++
			if _, err := os.Stat(filepath.Join(root, name)); err != nil {
				t.Errorf("%s does not exist: %s", name, line)
			}
		}
	}
	if found < 10 {
		t.Errorf("found only %d names: did the format of the page change?", found)
	}
}

// In SECURITY.md, each guarantee names the folders and tests that prove the guarantee.
func TestGuaranteesNameExistingTests(t *testing.T) {
	row := regexp.MustCompile(`(?m)^\| (.*) \| (.*) \|$`)
	folder := regexp.MustCompile("^`([a-z0-9/]+)` ")
	guarantees := 0
	for _, cells := range row.FindAllStringSubmatch(readFile(t, root+"/SECURITY.md"), -1) {
		if cells[1] == "guarantee" {
			continue
		}
		guarantees++
		for group := range strings.SplitSeq(cells[2], "; ") {
			in := folder.FindStringSubmatch(group)
			if in == nil {
				t.Errorf("%s\n%q does not name a folder", cells[1], group)
				continue
			}
			var source strings.Builder
			for _, file := range find(t, in[1]+"/*_test.go") {
				source.WriteString(readFile(t, root+"/"+file))
			}
			for name := range strings.SplitSeq(group[len(in[0]):], ", ") {
				if !strings.Contains(source.String(), "\nfunc "+name+"(") {
					t.Errorf("%s\nnames %s, which is not in %s", cells[1], name, in[1])
				}
			}
		}
	}
	if guarantees < 20 {
		t.Errorf("found only %d guarantees: did the format of the table change?", guarantees)
	}
}

func TestReleaseNotesAreTheSectionOfTheVersion(t *testing.T) {
	notes := func(tag string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "sh", ".ci/release-notes", tag)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	_, section, _ := strings.Cut(readFile(t, root+"/CHANGELOG.md"), "\n## ["+wrapper.Version+"]")
	_, section, _ = strings.Cut(section, "\n")
	section, _, _ = strings.Cut(section, "\n## ")
	if got, err := notes("v" + wrapper.Version); err != nil || strings.TrimSpace(got) != strings.TrimSpace(section) || len(section) < 100 {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := notes("v0.0.1"); err == nil || !strings.Contains(got, "wrapper.Version is "+wrapper.Version) {
		t.Errorf("a tag of another version: got %q, %v", got, err)
	}
}
