// Package house_test holds the repository to what its layout promises.
package house_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func goTool(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestArrows: imports run one way, and a program that only calls the API does not link the validator.
func TestArrows(t *testing.T) {
	module := strings.TrimSpace(goTool(t, "../..", "list", "-m"))
	const validator = "github.com/getkin/kin-openapi"
	tests := []struct {
		pkg       string
		ours      []string // of this module, what the package may import
		forbidden []string // what it may not even reach
	}{
		{"gen", nil, []string{validator, module + "/wrapper", module + "/api"}},
		{"gen/server", []string{"gen"}, []string{validator}},
		{"wrapper", []string{"gen"}, []string{validator, module + "/api", module + "/sandbox"}},
		{"api", nil, []string{module + "/wrapper"}},
		{"sandbox", []string{"api", "gen", "gen/server"}, []string{module + "/wrapper"}},
		{"cmd/cortexscan", []string{"api", "gen", "sandbox", "wrapper"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.pkg, func(t *testing.T) {
			var pkg struct{ Imports, Deps []string }
			if err := json.Unmarshal([]byte(goTool(t, "../..", "list", "-json=Imports,Deps", "./"+tt.pkg)), &pkg); err != nil {
				t.Fatal(err)
			}
			for _, imported := range pkg.Imports {
				if name, ours := strings.CutPrefix(imported, module+"/"); ours && !slices.Contains(tt.ours, name) && !strings.HasPrefix(name, tt.pkg+"/") {
					t.Errorf("imports %s, which it may not", name)
				}
			}
			for _, dep := range pkg.Deps {
				for _, f := range tt.forbidden {
					if dep == f || strings.HasPrefix(dep, f+"/") {
						t.Errorf("reaches %s", dep)
					}
				}
			}
		})
	}
}

// TestWrapperKnowsNoPath: whatever the wrapper does, it does to every operation alike.
func TestWrapperKnowsNoPath(t *testing.T) {
	files, err := filepath.Glob("../../wrapper/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no files")
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(src), "\n") {
			code, _, _ := strings.Cut(line, "//")
			if strings.Contains(code, "public_api") {
				t.Errorf("%s:%d names a path", file, i+1)
			}
		}
	}
}

// TestRename: one command gives the module a home, and everything compiles afterwards.
func TestRename(t *testing.T) {
	if testing.Short() {
		t.Skip("copies and compiles the whole repository")
	}
	root := copyRepository(t)
	const home = "git.example.org/soc/cortex-scan"
	cmd := exec.Command("make", "rename", "MODULE="+home)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make rename: %v\n%s", err, out)
	}
	if got := strings.TrimSpace(goTool(t, root, "list", "-m")); got != home {
		t.Errorf("the module is %s", got)
	}
	goTool(t, root, "vet", "./...")
	goTool(t, root, "test", "./wrapper", "./tests/wire")
	goTool(t, filepath.Join(root, "tests/consumer"), "vet", "./...")
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil || strings.Contains(string(readme), "no public home") || !strings.Contains(string(readme), "## Three uses") {
		t.Error("the README still speaks of a project without a home, or lost more than that")
	}
	generated, err := os.ReadFile(filepath.Join(root, "gen/server/server.gen.go"))
	if err != nil {
		t.Fatal(err)
	}
	goTool(t, root, "generate", "./...")
	again, err := os.ReadFile(filepath.Join(root, "gen/server/server.gen.go"))
	if err != nil || string(again) != string(generated) {
		t.Error("go generate changes what make rename left", err)
	}
}

// TestRenameRefuses: a path that is none changes nothing.
func TestRenameRefuses(t *testing.T) {
	for _, path := range []string{"", "has space", "a|b", "/abs", "trailing/"} {
		cmd := exec.Command("sh", ".ci/rename", path)
		cmd.Dir = "../.."
		if out, err := cmd.CombinedOutput(); err == nil {
			t.Fatalf("took %q: %s", path, out)
		}
	}
}

// copyRepository copies the working tree, without git's own files and what was built.
func copyRepository(t *testing.T) string {
	t.Helper()
	const from = "../.."
	to := t.TempDir()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && slices.Contains([]string{".git", "bin", "node_modules"}, d.Name()):
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), content, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}
