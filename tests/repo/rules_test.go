package repo_test

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

var pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

// A workflow names the commit of an action, because a tag can move, and its release in a comment.
func TestActionsArePinned(t *testing.T) {
	files, err := filepath.Glob(root + "/.github/workflows/*.yml")
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
				t.Errorf("%s uses %s: name the commit, and the release in a comment", filepath.Base(file), action)
			}
		}
	}
	if actions == 0 {
		t.Error("no action was found")
	}
}

// Dependabot and make vulnerabilities look at each module of the repository.
func TestEveryModuleIsKeptUpToDate(t *testing.T) {
	modules := goModules(t)
	var config struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directories []string
		}
	}
	if err := yaml.Unmarshal([]byte(readFile(t, root+"/.github/dependabot.yml")), &config); err != nil {
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
		t.Errorf("dependabot.yml has the modules %q, and the repository %q", updated, modules)
	}

	line := regexp.MustCompile(`(?m)^MODULES *= *(.*)$`).FindStringSubmatch(readFile(t, root+"/Makefile"))
	if line == nil {
		t.Fatal("the Makefile has no MODULES")
	}
	checked := strings.Fields(line[1])
	slices.Sort(checked)
	if !slices.Equal(checked, modules) {
		t.Errorf("the Makefile has the modules %q, and the repository %q", checked, modules)
	}
}

// goModules returns the folders of the repository's modules, sorted, from its root.
func goModules(t *testing.T) []string {
	t.Helper()
	var modules []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.Name() == "go.mod" {
			folder, err := filepath.Rel(root, filepath.Dir(path))
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

// The wrapper treats all operations alike.
func TestWrapperNamesNoPathOfTheAPI(t *testing.T) {
	files := 0
	err := filepath.WalkDir(root+"/wrapper", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		for line := range strings.Lines(readFile(t, path)) {
			if code, _, _ := strings.Cut(line, "//"); strings.Contains(code, "public_api") {
				t.Errorf("%s names a path: %s", path, line)
			}
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatal(files, err)
	}
}
