package repo_test

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

// A tag can move, so workflows must name the commit of each action, and the release in a comment.
func TestActionsArePinned(t *testing.T) {
	files, err := filepath.Glob(root + "/.github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatal("no workflows", err)
	}
	actions := 0
	for _, file := range files {
		for line := range strings.Lines(readFile(t, file)) {
			_, action, uses := strings.Cut(line, "uses: ")
			action = strings.TrimSpace(action)
			if !uses || strings.HasPrefix(action, "./") {
				continue
			}
			if actions++; !pinned.MatchString(action) {
				t.Errorf("%s uses %s: name the commit, and the release in a comment", filepath.Base(file), action)
			}
		}
	}
	if actions == 0 {
		t.Error("no action was found")
	}
}

func TestMakefileAndDependabotListEveryModule(t *testing.T) {
	var modules []string
	for _, path := range find(t, "go.mod") {
		modules = append(modules, filepath.ToSlash(filepath.Dir(path)))
	}
	slices.Sort(modules)
	for file, list := range map[string]*regexp.Regexp{
		"Makefile":               regexp.MustCompile(`(?m)^MODULES *= *(.*)$`),
		".github/dependabot.yml": regexp.MustCompile(`directories: \[(.*)\]`),
	} {
		m := list.FindStringSubmatch(readFile(t, root+"/"+file))
		if m == nil {
			t.Fatalf("%s has no list of modules", file)
		}
		listed := strings.Fields(strings.ReplaceAll(m[1], ",", " "))
		for i, folder := range listed {
			listed[i] = filepath.ToSlash(filepath.Clean("./" + folder))
		}
		slices.Sort(listed)
		if !slices.Equal(listed, modules) {
			t.Errorf("%s: got the modules %q, want %q", file, listed, modules)
		}
	}
}

func TestWrapperContainsNoPathsOfTheAPI(t *testing.T) {
	files := 0
	err := filepath.WalkDir(root+"/wrapper", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		for line := range strings.Lines(readFile(t, path)) {
			if code, _, _ := strings.Cut(line, "//"); strings.Contains(code, "public_api") {
				t.Errorf("%s contains a path of the API: %s", path, line)
			}
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatal(files, err)
	}
}
