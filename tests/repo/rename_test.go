package repo_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestRename: one command gives the module another path, again and again, and the tests pass afterwards. The
// first path is the one of the README's example, which the script itself mentions.
func TestRename(t *testing.T) {
	if testing.Short() {
		t.Skip("copies and compiles the whole repository")
	}
	root := copyRepository(t)
	readme := readFile(t, filepath.Join(root, "README.md"))
	old := strings.TrimSpace(goTool(t, root, "list", "-m"))
	for _, path := range []string{"github.com/you/cortexscan", "git.example.org/soc/cortex-scan"} {
		cmd := exec.Command("make", "rename", "MODULE="+path)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("make rename: %v\n%s", err, out)
		}
		if got := strings.TrimSpace(goTool(t, root, "list", "-m")); got != path {
			t.Errorf("the module is %s", got)
		}
	}
	goTool(t, root, "vet", "./...")
	goTool(t, root, "test", "-short", "./gen/...", "./tests/repo", "./tests/contract", "./tests/wire")
	goTool(t, filepath.Join(root, "tests/consumer"), "test", "-run", "Run|Snippets", "./...")
	readme = regexp.MustCompile(`(?ms)^<!-- until it has a public repository.*?^<!-- end -->\n`).ReplaceAllString(readme, "")
	if want := strings.ReplaceAll(readme, old, "git.example.org/soc/cortex-scan"); readFile(t, filepath.Join(root, "README.md")) != want {
		t.Error("the README still speaks of a project without a public repository, or lost more than that")
	}
	generated := filepath.Join(root, "gen/client.gen.go")
	renamed := readFile(t, generated)
	goTool(t, root, "generate", "./...")
	if readFile(t, generated) != renamed {
		t.Error("go generate changes what make rename left")
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
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
