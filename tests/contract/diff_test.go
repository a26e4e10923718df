package contract_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// downloads is set where tests may fetch tools: .ci/run does, make test does not.
const downloads = "CORTEXSCAN_DOWNLOADS"

func needDownloads(t *testing.T) {
	t.Helper()
	if os.Getenv(downloads) == "" {
		t.Skip("downloads a tool: set " + downloads + "=1")
	}
}

// write puts files below dir, by their paths.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=test", "-c", "user.email=test@example.org"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// script runs one of .ci, and returns its output and whether it succeeds.
func script(t *testing.T, dir string, args ...string) (output string, ok bool) {
	t.Helper()
	cmd := exec.Command("sh", args...)
	cmd.Dir = dir
	// A repository around the temporary directory is not the one that is meant.
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

const (
	silent       = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Something.\n\n## [0.1.0] - 2026-11-22\n"
	announced    = "# Changelog\n\n## [0.2.0] - 2026-11-25\n\n- **Breaking (contract):** another name.\n- **Breaking (Go):** a type is gone.\n\n## [0.1.0] - 2026-11-22\n"
	announcedAgo = "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-11-22\n\n- **Breaking (contract):** another name.\n- **Breaking (Go):** a type is gone.\n"

	harmless = "It does not break callers."
	breaks   = "It breaks callers."
	refused  = "does not announce it"
)

// diffed is a document to change.
const diffed = `openapi: 3.0.3
info: {title: T, version: 1.0.0}
security:
  - Key: []
paths:
  /a:
    post:
      operationId: postA
      description: Does something.
      parameters:
        - {name: ids, in: query, required: true, explode: true, schema: {type: array, items: {type: string}}}
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string}
                kind: {type: string}
                either: {oneOf: [{title: The first, type: string}, {title: The second, type: integer}]}
                description: {type: string}
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema: {type: object, properties: {count: {type: string}}}
  /b:
    get:
      operationId: getB
      responses: {'200': {description: OK}}
components:
  securitySchemes:
    Key: {type: apiKey, in: header, name: X-Key}
    Other: {type: apiKey, in: header, name: X-Other}
`

// TestContractDiff: a breaking change to the spec passes if it is announced for the next release, and only then.
func TestContractDiff(t *testing.T) {
	needDownloads(t)
	tool := filepath.Join(t.TempDir(), "contract")
	if out, err := exec.Command("go", "build", "-o", tool, "example.com/cortexscan/internal/tools/contract").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Setenv("CONTRACT_TOOL", tool)
	base := func(t *testing.T, now, changelog string) string {
		dir := t.TempDir()
		write(t, dir, map[string]string{
			".ci/contract-diff": read(t, ".ci/contract-diff"), ".ci/announced": read(t, ".ci/announced"), ".ci/severity-levels": read(t, ".ci/severity-levels"),
			".ci/baseline/openapi.yaml": diffed, ".ci/baseline/version": "0.1.0\n", "api/openapi.yaml": now, "CHANGELOG.md": changelog,
		})
		return dir
	}
	for _, tt := range []struct{ name, old, new, says, verdict string }{
		{"nothing", "", "", "Nothing changed.", harmless},
		{"an optional property", "                kind:", "                more: {type: string}\n                kind:", "more", harmless},
		{"a required property", "required: [name]", "required: [name, kind]", "kind", breaks},
		{"a renamed property", "                kind:", "                sort:", "kind", breaks},
		{"a retyped property", "count: {type: string}", "count: {type: integer}", "count", breaks},
		{"an enum", "kind: {type: string}", "kind: {type: string, enum: [a]}", "kind", breaks},
		{"a status", "responses: {'200': {description: OK}}", "responses: {'200': {description: OK}, '409': {description: Busy}}", "409", harmless},
		{"deprecated", "operationId: getB", "operationId: getB\n      deprecated: true", "deprecated", harmless},
		{"a moved path", "  /b:", "  /v2/b:", "/b", breaks},
		{"a header of the security", "  - Key: []", "  - Key: []\n    Other: []", "POST /a: security was (apiKey header x-key) and is (apiKey header x-key and apiKey header x-other)", breaks},
		{"another name of that header", "name: X-Key", "name: X-Keys", "security was (apiKey header x-key) and is (apiKey header x-keys)", breaks},
		{"no security for one operation", "operationId: getB", "operationId: getB\n      security: []", "GET /b: security was", breaks},
		{"a required header", "      parameters:", "      parameters:\n        - {name: X-Reason, in: header, required: true, schema: {type: string}}", "x-reason", breaks},
		{"explode", "explode: true", "explode: false", "query parameter ids was written with style form, explode true and is written with style form, explode false", breaks},
		{"the default, written out", "explode: true, ", "", harmless, harmless},
		{"a style", "explode: true", "style: pipeDelimited, explode: false", "style pipeDelimited", breaks},
		{"nullable", "kind: {type: string}", "kind: {type: string, nullable: true}", "nullable", harmless},
		{"a description", "Does something.", "Does a thing.", "Nothing changed but words", harmless},
		{"the title of an alternative", "title: The first", "title: Another", "Nothing changed but words", harmless},
		{"an extension", "operationId: getB", "operationId: getB\n      x-known-values: [a]", "Nothing changed but words", harmless},
		{"a property called description", "                description: {type: string}\n", "", "description", breaks},
		{"a removed operation", diffed[strings.Index(diffed, "  /b:"):strings.Index(diffed, "components:")], "", "/b", breaks},
		{"another operationId", "operationId: getB", "operationId: readB", "readB", breaks},
		{"a charset of a request", "          application/json:\n            schema:\n              type: object\n              required", "          application/json; charset=UTF-8:\n            schema:\n              type: object\n              required", "request body application/json was application/json and is application/json; charset=UTF-8", breaks},
		{"a charset of a response", "            application/json:\n              schema: {type: object, prop", "            application/json; charset=UTF-8:\n              schema: {type: object, prop", "charset", breaks},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := strings.Replace(diffed, tt.old, tt.new, 1)
			if tt.old != "" && now == diffed {
				t.Fatalf("the document has no %q", tt.old)
			}
			output, ok := script(t, base(t, now, silent), ".ci/contract-diff")
			if ok != (tt.verdict == harmless) || ok == strings.Contains(output, refused) {
				t.Errorf("succeeds: %v\n%s", ok, output)
			}
			if !strings.Contains(output, tt.says) || !strings.Contains(output, tt.verdict) || strings.Contains(output, "specs are different") {
				t.Errorf("want %q and %q in\n%s", tt.says, tt.verdict, output)
			}
		})
	}
	for changelog, passes := range map[string]bool{announced: true, announcedAgo: false} {
		if output, ok := script(t, base(t, strings.Replace(diffed, "  /b:", "  /c:", 1), changelog), ".ci/contract-diff"); ok != passes {
			t.Errorf("succeeds: %v with\n%s\n%s", ok, changelog, output)
		}
	}
	t.Run("a git ref", func(t *testing.T) {
		dir := base(t, diffed, silent)
		git(t, dir, "init", "-q")
		git(t, dir, "add", ".")
		git(t, dir, "commit", "-q", "-m", "first")
		write(t, dir, map[string]string{"api/openapi.yaml": strings.Replace(diffed, "  /b:", "  /c:", 1), ".ci/baseline/openapi.yaml": "nothing"})
		if output, ok := script(t, dir, ".ci/contract-diff", "HEAD"); ok || !strings.Contains(output, "compared with HEAD") || !strings.Contains(output, refused) {
			t.Errorf("succeeds: %v\n%s", ok, output)
		}
		for _, args := range [][]string{{".ci/contract-diff"}, {".ci/contract-diff", "no-such-ref"}} {
			if output, ok := script(t, dir, args...); ok {
				t.Errorf("%q passes, although it has nothing to compare with\n%s", args, output)
			}
		}
	})
}

// TestAPIDiff: the same for the Go API, package by package.
func TestAPIDiff(t *testing.T) {
	needDownloads(t)
	dir := t.TempDir()
	files := map[string]string{
		"go.mod": "module example.org/m\n\ngo 1.26\n", "CHANGELOG.md": silent, ".ci/baseline/version": "0.1.0\n",
		".ci/api-diff": read(t, ".ci/api-diff"), ".ci/announced": read(t, ".ci/announced"),
		"internal/x/a.go": "package x\n\ntype A struct{ B int }\n",
	}
	for _, pkg := range []string{"wrapper", "gen"} {
		files[pkg+"/a.go"] = "package " + pkg + "\n\ntype A struct{ B int }\n\ntype ClientInterface interface{ Get() }\n"
	}
	write(t, dir, files)
	if output, ok := script(t, dir, ".ci/api-diff"); ok {
		t.Errorf("passes without a baseline\n%s", output)
	}
	if output, ok := script(t, dir, ".ci/api-diff", "--store"); !ok {
		t.Fatal(output)
	}
	git(t, dir, "init", "-q")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-q", "-m", "first")
	for _, tt := range []struct {
		name, file, source, changelog string
		ok                            bool
		says                          []string
	}{
		{"no change", "gen/a.go", files["gen/a.go"], silent, true, []string{"== gen, compared with", "== wrapper, compared with", harmless}},
		{"compatible", "gen/a.go", files["gen/a.go"] + "type C int\n", silent, true, []string{"C: added", harmless}},
		{"a method of the generated client", "gen/a.go", strings.Replace(files["gen/a.go"], "Get()", "Get(); Put()", 1), silent, true, []string{"ClientInterface.Put: added", harmless}},
		{"an internal package", "internal/x/a.go", "package x\n", silent, true, []string{harmless}},
		{"a new package", "more/a.go", "package more\n", silent, true, []string{"== more is new", harmless}},
		{"breaking, not announced", "gen/a.go", "package gen\n", silent, false, []string{"A: removed", breaks, refused}},
		{"breaking, announced", "gen/a.go", "package gen\n", announced, true, []string{"A: removed", "CHANGELOG.md announces it."}},
		{"breaking, announced for another release", "gen/a.go", "package gen\n", announcedAgo, false, []string{refused}},
		{"a package is gone", "gen/a.go", "", silent, false, []string{"== gen is gone", refused}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			git(t, dir, "checkout", "-q", ".")
			git(t, dir, "clean", "-qfd")
			write(t, dir, map[string]string{tt.file: tt.source, "CHANGELOG.md": tt.changelog})
			if tt.source == "" {
				if err := os.Remove(filepath.Join(dir, tt.file)); err != nil {
					t.Fatal(err)
				}
			}
			for _, args := range [][]string{{".ci/api-diff"}, {".ci/api-diff", "HEAD"}} {
				output, ok := script(t, dir, args...)
				if ok != tt.ok && (len(args) == 1 || tt.changelog != announcedAgo) {
					t.Errorf("%q succeeds: %v, want %v\n%s", args, ok, tt.ok, output)
				}
				for _, words := range tt.says {
					if !strings.Contains(output, words) && (len(args) == 1 || words != refused) {
						t.Errorf("%q is missing from\n%s", words, output)
					}
				}
			}
		})
	}
}
