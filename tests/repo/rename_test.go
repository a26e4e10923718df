package repo_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestInvalidModulePathsAreRefused(t *testing.T) {
	work := t.TempDir() // if the script accepts a path, it renames the module here
	for _, name := range []string{"Makefile", "go.mod", "README.md", ".ci/rename"} {
		copied := filepath.Join(work, name)
		if err := os.MkdirAll(filepath.Dir(copied), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied, []byte(readFile(t, filepath.Join(root, name))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	executed := filepath.Join(work, "executed")
	for _, path := range []string{
		"", "has space", "a|b", "/abs", "trailing/", "two\nlines", "--help",
		`x"; touch ` + executed + `; "`, "x'; touch " + executed + "; '", "$(touch " + executed + ")", "`touch " + executed + "`",
		"$(shell touch " + executed + ")", "${shell touch " + executed + "}",
	} {
		for _, asArgument := range []bool{true, false} {
			cmd := exec.CommandContext(t.Context(), "make", "rename")
			cmd.Dir = work
			cmd.Env = os.Environ()
			if asArgument {
				cmd.Args = append(cmd.Args, "MODULE="+path)
			} else {
				cmd.Env = append(cmd.Env, "MODULE="+path)
			}
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "path") {
				t.Fatalf("make rename with %q: got %v, %s", path, err, out)
			}
		}
	}
	if _, err := os.Stat(executed); err == nil {
		t.Error("part of MODULE was executed")
	}
}
