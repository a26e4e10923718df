// Package repo_test checks the repository itself: its imports, its documents, and the scripts that change it.
package repo_test

import (
	"os/exec"
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
