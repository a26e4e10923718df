package contract_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// downloads is the environment variable that allows tests to download tools. .ci/run sets it; make test does not.
const downloads = "CORTEXSCAN_DOWNLOADS"

func needDownloads(t *testing.T) {
	t.Helper()
	if os.Getenv(downloads) == "" {
		t.Skip("downloads a tool: set " + downloads + "=1")
	}
}

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

func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...) // #nosec G204 -- only tests choose the command
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-trimpath") // lets copies share compiled packages
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// commit turns dir into a git repository with one commit.
func commit(t *testing.T, dir string) {
	t.Helper()
	run(t, dir, "git", "init", "-q")
	run(t, dir, "git", "add", ".")
	run(t, dir, "git", "-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "first")
}

// wantScript runs a script of .ci, and checks its exit status and that its output contains all words.
func wantScript(t *testing.T, dir, command string, ok bool, words ...string) {
	t.Helper()
	cmd := exec.Command("sh", strings.Fields(command)...)
	cmd.Dir = dir
	// git must not find a repository around the temporary directory.
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir))
	out, err := cmd.CombinedOutput()
	if (err == nil) != ok {
		t.Errorf("%s: got success %v, want %v\n%s", command, err == nil, ok, out)
	}
	for _, w := range words {
		if !strings.Contains(string(out), w) {
			t.Errorf("%s: got no %q in\n%s", command, w, out)
		}
	}
}

const (
	silent       = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Something.\n\n## [0.1.0] - 2026-11-22\n"
	announced    = "# Changelog\n\n## [0.2.0] - 2026-11-25\n\n- **Breaking (contract):** another name.\n- **Breaking (Go):** a type is gone.\n\n## [0.1.0] - 2026-11-22\n"
	announcedAgo = "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-11-22\n\n- **Breaking (contract):** another name.\n- **Breaking (Go):** a type is gone.\n"

	harmless = "No breaking changes."
	breaks   = "There are breaking changes."
	refused  = "does not announce the breaking changes"
)

// diffed is the document that the test changes.
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

func TestBreakingChangeToTheSpecMustBeAnnounced(t *testing.T) {
	needDownloads(t)
	tool := filepath.Join(t.TempDir(), "contract")
	run(t, ".", "go", "build", "-o", tool, "example.com/cortexscan/internal/tools/contract")
	t.Setenv("CONTRACT_TOOL", tool)
	dir := t.TempDir()
	write(t, dir, map[string]string{
		".ci/contract-diff": read(t, ".ci/contract-diff"), ".ci/announced": read(t, ".ci/announced"), ".ci/severity-levels": read(t, ".ci/severity-levels"),
		".ci/baseline/openapi.yaml": diffed, ".ci/baseline/version": "0.1.0\n", "api/openapi.yaml": diffed, "CHANGELOG.md": silent,
	})
	commit(t, dir)
	const (
		request  = "          application/json:\n            schema:\n              type: object\n              required"
		response = "            application/json:\n              schema: {type: object, prop"
	)
	for _, tt := range []struct {
		name, changelog string
		changes         []string // strings, each followed by its replacement
		ok              bool
		output          []string
	}{
		{"no change", silent, nil, true, []string{"Nothing changed.", harmless}},
		{"changed wording", silent, []string{"Does something.", "Does a thing.", "title: The first", "title: Another", "operationId: getB", "operationId: getB\n      x-known-values: [a]"},
			true, []string{"Only wording changed", harmless}},
		{"additions", silent, []string{"explode: true, ", "", "                kind:", "                more: {type: string}\n                kind:", "'200': {description: OK}", "'200': {description: OK}, '409': {description: Busy}"},
			true, []string{"`more`", "`409`", harmless}},
		{"breaking changes", silent, []string{
			"  - Key: []", "  - Key: []\n    Other: []", "operationId: getB", "operationId: readB\n      security: []", "explode: true", "style: pipeDelimited, explode: false",
			"                description: {type: string}\n", "", request, strings.Replace(request, "json", "json; charset=UTF-8", 1), response, strings.Replace(response, "json", "json; charset=UTF-8", 1),
		}, false, []string{
			"error\tPOST /a: security was (apiKey header x-key) and is now (apiKey header x-key and apiKey header x-other)", "error\tGET /b: security was",
			"error\tPOST /a: query parameter ids was written with style form, explode true and is now written with style pipeDelimited, explode false",
			"error\tPOST /a: request body application/json was application/json and is now application/json; charset=UTF-8",
			"error\tPOST /a: response 200 application/json was application/json and is now application/json; charset=UTF-8",
			"warning\t[request-property-removed]", "error\t[api-operation-id-removed]", breaks, refused,
		}},
		{"a changed header", silent, []string{"name: X-Key", "name: X-Keys"}, false, []string{"security was (apiKey header x-key) and is now (apiKey header x-keys)", breaks, refused}},
		{"a moved path, announced", announced, []string{"  /b:", "  /v2/b:"}, true, []string{"/b", breaks, "CHANGELOG.md announces breaking changes."}},
		{"a moved path, announced in an earlier release", announcedAgo, []string{"  /b:", "  /v2/b:"}, false, []string{"/b", breaks, refused}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := diffed
			for i := 0; i < len(tt.changes); i += 2 {
				if !strings.Contains(now, tt.changes[i]) {
					t.Fatalf("the document does not contain %q", tt.changes[i])
				}
				now = strings.Replace(now, tt.changes[i], tt.changes[i+1], 1)
			}
			write(t, dir, map[string]string{"api/openapi.yaml": now, "CHANGELOG.md": tt.changelog})
			wantScript(t, dir, ".ci/contract-diff", tt.ok, tt.output...)
		})
	}
	t.Run("another base", func(t *testing.T) {
		write(t, dir, map[string]string{".ci/baseline/openapi.yaml": "nothing"})
		wantScript(t, dir, ".ci/contract-diff HEAD", false, "compared with HEAD", refused)
		wantScript(t, dir, ".ci/contract-diff", false)
	})
}

func TestBreakingChangeToTheGoAPIMustBeAnnounced(t *testing.T) {
	needDownloads(t)
	dir := t.TempDir()
	source := func(pkg string) string {
		return "package " + pkg + "\n\ntype A struct{ B int }\n\ntype ClientInterface interface{ Get() }\n"
	}
	write(t, dir, map[string]string{
		"go.mod": "module example.org/m\n\ngo 1.26\n", "CHANGELOG.md": silent, ".ci/baseline/version": "0.1.0\n",
		".ci/api-diff": read(t, ".ci/api-diff"), ".ci/announced": read(t, ".ci/announced"),
		"internal/x/a.go": source("x"), "wrapper/a.go": source("wrapper"), "gen/a.go": source("gen"),
	})
	wantScript(t, dir, ".ci/api-diff", false) // without a baseline
	wantScript(t, dir, ".ci/api-diff --store", true)
	commit(t, dir)

	// Harmless changes: an internal package changes, the generated client gains a method, and a package and a type are added.
	write(t, dir, map[string]string{
		"internal/x/a.go": "package x\n", "more/a.go": "package more\n", "gen/a.go": strings.Replace(source("gen"), "Get()", "Get(); Put()", 1) + "type C int\n",
	})
	for _, command := range []string{".ci/api-diff", ".ci/api-diff HEAD"} {
		wantScript(t, dir, command, true, "== gen, compared with", "== wrapper, compared with", "C: added", "ClientInterface.Put: added", "== more has been added", harmless)
	}
	write(t, dir, map[string]string{"gen/a.go": "package gen\n"})
	wantScript(t, dir, ".ci/api-diff", false, "A: removed", breaks, refused)
	wantScript(t, dir, ".ci/api-diff HEAD", false, "A: removed", breaks, refused)
	if err := os.RemoveAll(filepath.Join(dir, "gen")); err != nil {
		t.Fatal(err)
	}
	wantScript(t, dir, ".ci/api-diff", false, "== gen has been removed", breaks, refused)
	write(t, dir, map[string]string{"CHANGELOG.md": announced})
	wantScript(t, dir, ".ci/api-diff", true, "== gen has been removed", breaks, "CHANGELOG.md announces breaking changes.")
}
