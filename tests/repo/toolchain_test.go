//go:build toolchain

package repo_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The first path is the example in the README and in the script.
func TestRenamedModuleBuildsAndPasses(t *testing.T) {
	work := t.TempDir()
	run(t, root, "sh", "-c", `git ls-files -z --cached --others --exclude-standard | tar -cf - --null -T - | tar -xf - -C "$1"`, "sh", work)
	readme := readFile(t, filepath.Join(work, "README.md"))
	old, last := modulePath(t, work), "git.example.org/soc/cortex-scan"
	for _, path := range []string{"github.com/you/cortexscan", last} {
		run(t, work, "make", "rename", "MODULE="+path)
		if got := modulePath(t, work); got != path {
			t.Errorf("got module %s, want %s", got, path)
		}
	}
	run(t, work, "go", "vet", "-tags", "toolchain", "./...")
	run(t, work, "go", "test", "-vet=off", "-short", "./gen/...", "./tests/repo", "./tests/contract", "./tests/wire")
	run(t, filepath.Join(work, "tests/consumer"), "go", "test", "-run", "Run|Snippets", "./...")
	unpublished := regexp.MustCompile(`<!-- until it has a public repository.*<!-- end -->|(?ms:^<!-- until it has a public repository.*?^<!-- end -->\n)`)
	want := strings.ReplaceAll(unpublished.ReplaceAllString(readme, ""), old, last)
	if readFile(t, filepath.Join(work, "README.md")) != want {
		t.Error("the README still has the text for a project without a public repository, or lost other text")
	}
	generated := filepath.Join(work, "gen/client.gen.go")
	renamed := readFile(t, generated)
	run(t, work, "go", "generate", "./...")
	if readFile(t, generated) != renamed {
		t.Error("after make rename, go generate changes the generated code")
	}
}

func modulePath(t *testing.T, folder string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^module (\S+)$`).FindStringSubmatch(readFile(t, filepath.Join(folder, "go.mod")))
	if m == nil {
		t.Fatal("go.mod has no module line")
	}
	return m[1]
}

func run(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// Ports and times differ in every run.
func TestPictureIsUpToDate(t *testing.T) {
	drawn := filepath.Join(t.TempDir(), "demo.svg")
	run(t, root, "sh", ".ci/picture", drawn)
	number := regexp.MustCompile(`:\d+\.|\d+\.\d&#160;s`)
	now := number.ReplaceAllString(readFile(t, drawn), "N")
	if now != number.ReplaceAllString(readFile(t, root+"/.github/demo.svg"), "N") {
		t.Error("the picture is out of date: run sh .ci/picture")
	}
	if !strings.Contains(now, "now&#160;aborted") {
		t.Errorf("the second step is missing from the picture:\n%s", now)
	}
}
