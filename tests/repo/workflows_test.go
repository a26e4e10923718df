package repo_test

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

// TestActionsArePinned: a workflow runs the commit that was looked at, and says which release it is. A tag can move.
func TestActionsArePinned(t *testing.T) {
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatal("no workflows", err)
	}
	actions := 0
	for _, file := range files {
		for line := range strings.Lines(readFile(t, file)) {
			_, action, is := strings.Cut(line, "uses: ")
			action = strings.TrimSpace(action)
			if !is || strings.HasPrefix(action, "./") {
				continue
			}
			if actions++; !pinned.MatchString(action) {
				t.Errorf("%s uses %s: name the commit, and the version in a comment", filepath.Base(file), action)
			}
		}
	}
	if actions == 0 {
		t.Error("no action was found: the test looks at nothing")
	}
}

// TestEveryModuleIsKeptUpToDate: dependabot and make vulnerabilities look at each module of the repository.
func TestEveryModuleIsKeptUpToDate(t *testing.T) {
	modules := goModules(t)
	var config struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directories []string
		}
	}
	if err := yaml.Unmarshal([]byte(readFile(t, "../../.github/dependabot.yml")), &config); err != nil {
		t.Fatal(err)
	}
	var updated []string
	for _, u := range config.Updates {
		if u.Ecosystem == "gomod" {
			for _, folder := range u.Directories {
				updated = append(updated, filepath.ToSlash(filepath.Clean("."+folder)))
			}
		}
	}
	slices.Sort(updated)
	if !slices.Equal(updated, modules) {
		t.Errorf("dependabot.yml looks at %q, and the modules are %q", updated, modules)
	}

	line := regexp.MustCompile(`(?m)^MODULES *= *(.*)$`).FindStringSubmatch(readFile(t, "../../Makefile"))
	if line == nil {
		t.Fatal("the Makefile names no MODULES")
	}
	checked := strings.Fields(line[1])
	slices.Sort(checked)
	if !slices.Equal(checked, modules) {
		t.Errorf("the Makefile's MODULES are %q, and the modules are %q", checked, modules)
	}
}

// goModules returns the folders of the repository's modules, sorted, from its root.
func goModules(t *testing.T) []string {
	t.Helper()
	var modules []string
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.Name() == "go.mod" {
			folder, err := filepath.Rel("../..", filepath.Dir(path))
			modules = append(modules, filepath.ToSlash(folder))
			return err
		}
		return nil
	})
	if err != nil || len(modules) < 2 {
		t.Fatal(modules, err)
	}
	slices.Sort(modules)
	return modules
}
