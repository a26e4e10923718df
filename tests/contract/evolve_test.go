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

// inCopy is set in a copy of the repository whose contract has gained the operation already.
const inCopy = "CORTEXSCAN_IN_COPY"

// everything asks for the whole gate in that copy, the browser's tests included if they are asked for here.
const everything = "CORTEXSCAN_EVERYTHING"

// TestChangingTheContract carries out the walk-through of CONTRIBUTING.md, word for word, in a copy of the repository: the
// contract gains an operation, everything is generated again, and a program calls it. So what is written there works, and
// an operation needs nothing of the wrapper. Then the same test runs in the copy, where the operation is there for good.
func TestChangingTheContract(t *testing.T) {
	steps := walkThrough(t)
	work := t.TempDir()
	copyRepository(t, work)
	before := hashes(t, work)
	changed := []string{"api/openapi.yaml", "gen/client.gen.go", "tests/contract/examples_test.go", "tests/contract/rules_test.go"}
	if !carryOut(t, work, steps) {
		if os.Getenv(inCopy) == "" {
			t.Log("the contract has the operation of the walk-through already: the steps are not carried out again")
		}
		changed = nil
	}
	run(t, work, "generate", "./...")
	if got := changes(before, hashes(t, work)); !slices.Equal(got, changed) {
		t.Errorf("changed %v, want %v", got, changed)
	}
	t.Run("a program calls it", func(t *testing.T) {
		program := filepath.Join(work, "evolved")
		defer os.RemoveAll(program)
		if err := os.CopyFS(program, os.DirFS("testdata/evolve")); err != nil {
			t.Fatal(err)
		}
		edit(t, program, "pause.go", func(s string) string {
			if strings.Count(s, "\t// CALL\n") != 1 {
				t.Fatal("pause.go has no place for the call")
			}
			return strings.ReplaceAll(s, "\t// CALL\n", steps["go call"])
		})
		run(t, work, "test", "./evolved")
	})
	if os.Getenv(inCopy) != "" {
		return
	}
	t.Setenv(inCopy, "1")
	if os.Getenv(everything) != "" {
		t.Run("make test", func(t *testing.T) {
			command(t, work, "git", "init", "-q") // some tests ask git for the files
			command(t, work, "git", "add", "-A")
			command(t, work, "make", "test")
			if os.Getenv("CORTEXSCAN_BROWSER") != "" {
				browser := filepath.Join(work, "tests", "browser")
				run(t, browser, "test", "-count=1", ".")
			}
		})
		return
	}
	t.Run("what reads the contract, this test included", func(t *testing.T) {
		run(t, work, "test", "-short", "./api/...", "./gen/...", "./sandbox", "./tests/contract", "./tests/e2e", "./tests/wire")
	})
}

// carryOut edits the files as the walk-through says. It returns false, and does nothing, if the contract has the
// operation.
func carryOut(t *testing.T, work string, steps map[string]string) bool {
	t.Helper()
	contract, err := os.ReadFile(filepath.Join(work, "api", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(contract), steps["yaml paths"]) {
		return false
	}
	edit(t, work, "api/openapi.yaml", func(s string) string {
		head, tail, ok := strings.Cut(s, "\ncomponents:\n")
		if !ok {
			t.Fatal("api/openapi.yaml has no components")
		}
		return head + "\n" + steps["yaml paths"] + "\ncomponents:\n" + tail + "\n" + steps["yaml schemas"]
	})
	addRows := func(file, table, rows string) {
		edit(t, work, file, func(s string) string {
			head, tail, ok := strings.Cut(s, "var "+table+" = ")
			first, rest, ok2 := strings.Cut(tail, "\n")
			if !ok || !ok2 {
				t.Fatalf("%s has no table %s", file, table)
			}
			return head + "var " + table + " = " + first + "\n" + rows + rest
		})
	}
	addRows("tests/contract/rules_test.go", "documented", steps["go documented"])
	addRows("tests/contract/examples_test.go", "goTypes", steps["go goTypes"])
	return true
}

var fence = regexp.MustCompile("(?ms)^```(\\w+ \\w+)\n(.*?)^```$")

// walkThrough returns the blocks of the section, by the words behind their fences.
func walkThrough(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Changing the contract\n")
	section, _, _ = strings.Cut(section, "\n## ")
	steps := map[string]string{}
	for _, block := range fence.FindAllStringSubmatch(section, -1) {
		steps[block[1]] += block[2]
	}
	want := []string{"go call", "go documented", "go goTypes", "yaml paths", "yaml schemas"}
	if got := slices.Sorted(maps.Keys(steps)); !slices.Equal(got, want) {
		t.Fatalf("the walk-through has the blocks %q, want %q", got, want)
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
		if d.Name() == ".git" { // of a worktree it is a file, which leads back to the repository
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
