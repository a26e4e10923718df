package repo_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// documents returns the Markdown files by their paths from the root.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"*.md", "*/*.md", "*/*/*.md"} {
		paths, err := filepath.Glob(filepath.Join("../..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			texts[filepath.ToSlash(strings.TrimPrefix(filepath.Clean(path), filepath.Clean("../..")+string(filepath.Separator)))] = string(text)
		}
	}
	return texts
}

var (
	target  = regexp.MustCompile(`(?m)^([a-z-]+):`)
	command = regexp.MustCompile("(?m)(?:`|^\\$ )make ([a-z-]+)")
	link    = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	release = regexp.MustCompile(`(?m)^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$`)
)

// TestDocumentsNameWhatThereIs: the targets of make and the files that documents speak of.
func TestDocumentsNameWhatThereIs(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	targets := map[string]bool{}
	for _, m := range target.FindAllStringSubmatch(string(makefile), -1) {
		targets[m[1]] = true
	}
	texts := documents(t)
	if len(texts) < 4 {
		t.Fatalf("found only %v", slices.Sorted(maps.Keys(texts)))
	}
	for name, text := range texts {
		for _, m := range command.FindAllStringSubmatch(text, -1) {
			if !targets[m[1]] {
				t.Errorf("%s speaks of make %s, which the Makefile does not have", name, m[1])
			}
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join("../..", filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", name, m[1])
			}
		}
	}
}

// TestReleaseNotes: the text of a release is the changelog's section of its version, and another tag is refused.
func TestReleaseNotes(t *testing.T) {
	notes := func(tag string) (string, error) {
		cmd := exec.Command("sh", ".ci/release-notes", tag)
		cmd.Dir = "../.."
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	_, section, _ := strings.Cut(readFile(t, "../../CHANGELOG.md"), "\n## ["+wrapper.Version+"]")
	_, section, _ = strings.Cut(section, "\n")
	section, _, _ = strings.Cut(section, "\n## ")
	if got, err := notes("v" + wrapper.Version); err != nil || strings.TrimSpace(got) != strings.TrimSpace(section) || len(section) < 100 {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := notes("v0.0.1"); err == nil || !strings.Contains(got, "wrapper.Version is "+wrapper.Version) {
		t.Errorf("a tag of another version: %q, %v", got, err)
	}
}

// TestDependenciesHaveReasons: CONTRIBUTING.md names every module that a go.mod here requires for its own sake, and no other.
func TestDependenciesHaveReasons(t *testing.T) {
	_, section, found := strings.Cut(readFile(t, "../../CONTRIBUTING.md"), "\n## Dependencies\n")
	section, _, _ = strings.Cut(section, "\n## ")
	table := map[string]bool{}
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, " | "); found && len(cells) == 3 {
			for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[0], -1) {
				table[m[1]] = false
			}
		}
	}
	direct := regexp.MustCompile(`(?m)^\s*(?:require )?([a-z][\w./-]*\.[\w./-]+) v[\w.+-]+$`)
	main := strings.TrimSpace(goTool(t, "../..", "list", "-m"))
	for _, folder := range goModules(t) {
		text := readFile(t, filepath.Join("../..", folder, "go.mod"))
		tools := regexp.MustCompile(`(?m)^tool (\S+?)/cmd/`).FindAllStringSubmatch(text, -1)
		for _, m := range append(direct.FindAllStringSubmatch(text, -1), tools...) {
			if m[1] == main {
				continue
			}
			if _, named := table[m[1]]; !named {
				t.Errorf("%s/go.mod requires %s: give its reason in CONTRIBUTING.md", folder, m[1])
			}
			table[m[1]] = true
		}
	}
	for name, required := range table {
		if !required {
			t.Errorf("CONTRIBUTING.md gives a reason for %s, which no go.mod requires", name)
		}
	}
}

// TestPicture: the README's picture shows what the demonstration prints today. Ports and times differ.
func TestPicture(t *testing.T) {
	drawn := filepath.Join(t.TempDir(), "demo.svg")
	cmd := exec.Command("sh", ".ci/picture", drawn)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	number := regexp.MustCompile(`:\d+\.|\d+\.\d&#160;s`)
	now, before := number.ReplaceAllString(readFile(t, drawn), "N"), number.ReplaceAllString(readFile(t, "../../.github/demo.svg"), "N")
	if now != before {
		t.Error("the picture is out of date: run sh .ci/picture")
	}
	if !strings.Contains(now, "ErrNoEndpoints") {
		t.Errorf("the picture lacks the third step:\n%s", now)
	}
}

// TestVersion: the newest release of the changelog is the version that programs show.
func TestVersion(t *testing.T) {
	newest := release.FindStringSubmatch(documents(t)["CHANGELOG.md"])
	if newest == nil || newest[1] != wrapper.Version {
		t.Errorf("the changelog's newest release is %q, and wrapper.Version %s", newest, wrapper.Version)
	}
}
