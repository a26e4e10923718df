//go:build toolchain

package contract_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// everything asks for all tests in the copy, the browser's included if they are asked for here.
const everything = "CORTEXSCAN_EVERYTHING"

// TestChangingTheContract runs the section "Changing the contract" of CONTRIBUTING.md in a copy of the repository:
// operations of another document are adopted, one is written by hand, everything is generated again, a program calls
// them, and the sandbox implements one. Nothing else has to change.
func TestChangingTheContract(t *testing.T) {
	steps := walkThrough(t)
	work := t.TempDir()
	copyRepository(t, work)
	before := hashes(t, work)
	adopted, isAdoption := strings.CutPrefix(steps["sh adopt"], "make adopt DOC=vendor.yaml OPERATIONS=")
	if !isAdoption {
		t.Fatalf("the first step is %q", steps["sh adopt"])
	}
	run(t, work, "run", "./internal/tools/contract", "adopt", "tests/contract/testdata/evolve/vendor.yaml", strings.TrimSpace(adopted))
	edit(t, work, "api/openapi.yaml", func(s string) string {
		head, tail, ok := strings.Cut(s, "\ncomponents:\n")
		schemas := strings.LastIndex(tail, "\n  schemas:\n")
		if !ok || schemas < 0 {
			t.Fatal("api/openapi.yaml has no components, or no schemas")
		}
		if end := regexp.MustCompile(`(?m)^  \S`).FindStringIndex(tail[schemas+len("\n  schemas:\n"):]); end != nil {
			at := schemas + len("\n  schemas:\n") + end[0]
			return head + "\n" + steps["yaml paths"] + "\ncomponents:\n" + tail[:at] + steps["yaml schemas"] + tail[at:]
		}
		return head + "\n" + steps["yaml paths"] + "\ncomponents:\n" + tail + "\n" + steps["yaml schemas"]
	})
	run(t, work, "generate", "./...")
	if got, want := changes(before, hashes(t, work)), []string{"api/openapi.yaml", "gen/client.gen.go"}; !slices.Equal(got, want) {
		t.Errorf("changed %v, want %v", got, want)
	}
	program := filepath.Join(work, "evolved")
	for _, name := range []string{"call.go", "call_test.go"} {
		content, err := os.ReadFile(filepath.Join("testdata", "evolve", name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, program, map[string]string{name: strings.Replace(string(content), "\t// CALL\n", steps["go call"], 1)})
	}
	t.Run("a program calls the operations", func(t *testing.T) { run(t, work, "test", "./evolved") })
	t.Run("the tests pass", func(t *testing.T) {
		if os.Getenv(everything) == "" {
			run(t, work, "test", "./api/...", "./gen/...", "./sandbox", "./tests/contract", "./tests/e2e", "./tests/wire")
			return
		}
		command(t, work, "git", "init", "-q") // some tests ask git for the files
		command(t, work, "git", "add", "-A")
		command(t, work, "make", "test")
		if os.Getenv("CORTEXSCAN_BROWSER") != "" {
			run(t, filepath.Join(work, "tests", "browser"), "test", "-count=1", ".")
		}
	})
	t.Run("the sandbox implements one", func(t *testing.T) {
		write(t, work, map[string]string{"sandbox/command.go": "package sandbox\n\nimport (\n\t\"encoding/json\"\n\t\"net/http\"\n\n\t\"example.com/cortexscan/gen\"\n)\n\n" + steps["go sandbox"]})
		edit(t, work, "sandbox/operations.go", func(s string) string {
			const table = "var operations = map[string]operation{\n"
			if !strings.Contains(s, table) {
				t.Fatal("sandbox/operations.go has no table operations")
			}
			return strings.Replace(s, table, table+steps["go operations"], 1)
		})
		run(t, work, "test", "./sandbox", "./evolved")
	})
}

var fence = regexp.MustCompile("(?ms)^```(\\w+ \\w+)\n(.*?)^```$")

// walkThrough returns the blocks of the section, by the words behind their fences.
func walkThrough(t *testing.T) map[string]string {
	t.Helper()
	_, section, _ := strings.Cut(read(t, "CONTRIBUTING.md"), "\n## Changing the contract\n")
	section, _, _ = strings.Cut(section, "\n## ")
	steps := map[string]string{}
	for _, block := range fence.FindAllStringSubmatch(section, -1) {
		steps[block[1]] += block[2]
	}
	want := []string{"go call", "go operations", "go sandbox", "sh adopt", "yaml paths", "yaml schemas"}
	if got := slices.Sorted(maps.Keys(steps)); !slices.Equal(got, want) {
		t.Fatalf("the section has the blocks %q, want %q", got, want)
	}
	return steps
}

func run(t *testing.T, dir string, args ...string) {
	t.Helper()
	command(t, dir, "go", args...)
}

func command(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...) // #nosec G204 -- commands of this file
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-trimpath") // so that one copy's packages are another's
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func edit(t *testing.T, dir, file string, change func(string) string) {
	t.Helper()
	path := filepath.Join(dir, file)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(change(string(content))), 0o600); err != nil {
		t.Fatal(err)
	}
}

// copyRepository copies the files of the repository, the modules below tests included.
func copyRepository(t *testing.T, to string) {
	t.Helper()
	walkFiles(t, root, func(rel string, content []byte) {
		path := filepath.Join(to, rel)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	})
}

func walkFiles(t *testing.T, dir string, visit func(rel string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", "bin", "dist", "node_modules"}, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if d.Name() == ".git" { // in a worktree, .git is a file that points back to the repository
			return nil
		}
		content, err := os.ReadFile(path)
		if err == nil {
			visit(filepath.ToSlash(rel), content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	walkFiles(t, dir, func(rel string, content []byte) { all[rel] = fmt.Sprintf("%x", sha256.Sum256(content)) })
	return all
}

// changes lists the files that were added, removed or changed.
func changes(before, after map[string]string) []string {
	var list []string
	for file := range before {
		if after[file] != before[file] {
			list = append(list, file)
		}
	}
	for file := range after {
		if before[file] == "" {
			list = append(list, file)
		}
	}
	slices.Sort(list)
	return list
}
