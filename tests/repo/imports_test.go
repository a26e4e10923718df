package repo_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// An importRule says what the packages that match its pattern may import. Of several rules the first one holds.
type importRule struct {
	pattern string   // as go list takes it: "api", or "api/..." with what is below it
	ours    []string // patterns of this module's packages
	others  []string // other modules, besides the standard library; nil: any
	never   []string // modules that it may not even reach, through whatever it imports
}

const validatorLibrary = "github.com/getkin/kin-openapi"

var none = []string{}

// importRules is the layout of CONTRIBUTING.md: imports run one way. A program that only calls the API does not link
// the validator's libraries, which would add megabytes and milliseconds to it.
var importRules = []importRule{
	{pattern: "gen", ours: none, others: []string{"github.com/oapi-codegen/runtime"}, never: []string{validatorLibrary}},
	{pattern: "internal/text", ours: none, others: none},
	{pattern: "wrapper/internal/exchange", ours: []string{"internal/text"}, others: []string{"golang.org/x/time"}, never: []string{validatorLibrary}},
	{pattern: "wrapper/internal/envelope", ours: []string{"internal/text"}, others: none, never: []string{"net/http"}}, // bodies, and nothing of HTTP
	{pattern: "wrapper/internal/...", ours: []string{"internal/text"}, others: none},
	{pattern: "wrapper", ours: []string{"wrapper/internal/...", "gen", "internal/text"}, others: []string{"golang.org/x/time"}, never: []string{validatorLibrary}},
	{pattern: "api/internal/schema", ours: []string{"api/internal/strictjson", "internal/text"}, others: []string{validatorLibrary}},
	{pattern: "api/internal/strictjson", ours: []string{"internal/text"}, others: []string{"github.com/go-json-experiment/json"}},
	{pattern: "api/internal/...", ours: []string{"internal/text"}, others: none},
	{pattern: "api", ours: []string{"api/internal/...", "internal/text"}, others: []string{validatorLibrary}},
	{pattern: "sandbox", ours: []string{"api", "gen", "internal/text"}, others: none},
	// Package wrapper's functions take and return types of gen, so the command line names them, too.
	{pattern: "cmd/cortexscan/...", ours: []string{"cmd/cortexscan/internal/...", "sandbox", "wrapper", "api", "gen", "internal/text"}},
}

type goPackage struct {
	ImportPath    string
	Imports, Deps []string
}

// TestImportDirection checks every package against the rules. A package without a rule is an error, and so is a
// rule without a package.
func TestImportDirection(t *testing.T) {
	module := strings.TrimSpace(goTool(t, "../..", "list", "-m"))
	standard := strings.Fields(goTool(t, "../..", "list", "std"))
	used := map[string]bool{}
	for _, pkg := range listPackages(t) {
		name, _ := strings.CutPrefix(pkg.ImportPath, module+"/")
		if name == module || matches("tests/...", name) { // the root's only file holds the go:generate lines
			continue
		}
		i := slices.IndexFunc(importRules, func(r importRule) bool { return matches(r.pattern, name) })
		if i < 0 {
			t.Errorf("no rule says what %s may import", name)
			continue
		}
		rule := importRules[i]
		used[rule.pattern] = true
		for _, imported := range pkg.Imports {
			if local, ours := strings.CutPrefix(imported, module+"/"); ours {
				if !matchesAny(rule.ours, local) {
					t.Errorf("%s imports %s; of this module it may import %q", name, local, rule.ours)
				}
			} else if rule.others != nil && !slices.Contains(standard, imported) && !inModules(rule.others, imported) {
				t.Errorf("%s imports %s; of other modules it may import %q", name, imported, rule.others)
			}
		}
		for _, dep := range pkg.Deps {
			if inModules(rule.never, dep) {
				t.Errorf("%s reaches %s", name, dep)
			}
		}
	}
	for _, rule := range importRules {
		if !used[rule.pattern] {
			t.Errorf("the rule for %s applies to no package", rule.pattern)
		}
	}
}

// matches reports whether a pattern such as "api" or "api/..." stands for a package.
func matches(pattern, pkg string) bool {
	folder, below := strings.CutSuffix(pattern, "/...")
	return pkg == folder || below && strings.HasPrefix(pkg, folder+"/")
}

func matchesAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, pkg) })
}

func inModules(modules []string, pkg string) bool {
	return slices.ContainsFunc(modules, func(m string) bool { return matches(m+"/...", pkg) })
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(goTool(t, "../..", "list", "-json=ImportPath,Imports,Deps", "./...")))
	var all []goPackage
	for {
		var pkg goPackage
		if err := d.Decode(&pkg); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, pkg)
	}
}

// TestWrapperKnowsNoPath: whatever the wrapper does, it does to every operation alike.
func TestWrapperKnowsNoPath(t *testing.T) {
	files, err := filepath.Glob("../../wrapper/*.go")
	if err != nil {
		t.Fatal(err)
	}
	below, err := filepath.Glob("../../wrapper/internal/*/*.go")
	if err != nil || len(files) == 0 || len(below) == 0 {
		t.Fatal(err, "no files")
	}
	files = append(files, below...)
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
