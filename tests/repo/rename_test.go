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
	cp := exec.CommandContext(t.Context(), "cp", "-R", root+"/Makefile", root+"/go.mod", root+"/README.md", root+"/.ci", work)
	if out, err := cp.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	executed := filepath.Join(work, "executed")
	for _, path := range []string{
		"", "has space", "a|b", "/abs", "trailing/", "two\nlines", "--help",
		`x"; touch ` + executed + `; "`, "x'; touch " + executed + "; '", "$(touch " + executed + ")", "`touch " + executed + "`",
		"$(shell touch " + executed + ")", "${shell touch " + executed + "}",
	} {
		for _, args := range [][]string{{"make", "rename", "MODULE=" + path}, {"env", "MODULE=" + path, "make", "rename"}} {
			cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
			cmd.Dir = work
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "path") {
				t.Fatalf("%q: got %v, %s", args, err, out)
			}
		}
	}
	if _, err := os.Stat(executed); err == nil {
		t.Error("part of MODULE was executed")
	}
}
