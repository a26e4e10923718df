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

// script runs one of .ci, and returns what it says and whether it succeeds.
func script(t *testing.T, dir string, args ...string) (said string, ok bool) {
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
	announced    = "# Changelog\n\n## [Unreleased]\n\n- **Breaking (contract):** another name.\n- **Breaking (Go):** a type is gone.\n\n## [0.1.0] - 2026-11-22\n"
	announcedAgo = "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-11-22\n\n- **Breaking (contract):** another name.\n- **Breaking (Go):** a type is gone.\n"
)

// TestContractDiff: a breaking change of the contract passes where it is announced, and nowhere else.
func TestContractDiff(t *testing.T) {
	needDownloads(t)
	contract := read(t, "api/openapi.yaml")
	replace := func(old, new string) string {
		if !strings.Contains(contract, old) {
			t.Fatalf("the contract has no %q", old)
		}
		return strings.Replace(contract, old, new, 1)
	}
	renamed := replace("required: [filters]", "required: [filters, incident_id]")
	compatible := replace("        incident_id:\n", "        case_id:\n          type: string\n          description: A case.\n        incident_id:\n")
	operationRenamed := replace("operationId: abortScan", "operationId: cancelScan")
	head, body, _ := strings.Cut(contract, "requestBody:")
	requestCharset := head + "requestBody:" + strings.Replace(body, "application/json:", "application/json; charset=UTF-8:", 1)
	responseCharset := replace("application/json:", "application/json; charset=UTF-8:")
	knownValue := replace("x-known-values: [status]", "x-known-values: [status, progress]")
	const breaks, harmless = "It breaks callers.", "It does not break callers."
	for _, tt := range []struct {
		name, now, changelog string
		ok                   bool
		says                 []string
	}{
		{"no change", contract, silent, true, []string{harmless}},
		{"compatible", compatible, silent, true, []string{"case_id", harmless}},
		{"another known value", knownValue, silent, true, []string{harmless}},
		{"another operation ID", operationRenamed, silent, false, []string{"cancelScan", breaks, "does not announce it"}},
		{"a charset of a request", requestCharset, silent, false, []string{"application/json; charset=UTF-8", breaks, "does not announce it"}},
		{"a charset of an answer", responseCharset, silent, false, []string{"charset", breaks, "does not announce it"}},
		{"breaking, not announced", renamed, silent, false, []string{"incident_id", breaks, "does not announce it"}},
		{"breaking, announced", renamed, announced, true, []string{"incident_id", breaks, "CHANGELOG.md announces it."}},
		{"breaking, announced for another release", renamed, announcedAgo, false, []string{breaks, "does not announce it"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, map[string]string{
				".ci/contract-diff": read(t, ".ci/contract-diff"), ".ci/announced": read(t, ".ci/announced"),
				".ci/severity-levels":       read(t, ".ci/severity-levels"),
				".ci/baseline/openapi.yaml": contract, "api/openapi.yaml": tt.now, "CHANGELOG.md": tt.changelog,
			})
			said, ok := script(t, dir, ".ci/contract-diff")
			if ok != tt.ok {
				t.Errorf("succeeds: %v, want %v\n%s", ok, tt.ok, said)
			}
			for _, words := range append(tt.says, ".ci/baseline/openapi.yaml") {
				if !strings.Contains(said, words) {
					t.Errorf("%q is missing from\n%s", words, said)
				}
			}
		})
	}

	t.Run("a tag comes before the baseline, and a ref before both", func(t *testing.T) {
		dir := t.TempDir()
		write(t, dir, map[string]string{
			".ci/contract-diff": read(t, ".ci/contract-diff"), ".ci/announced": read(t, ".ci/announced"),
			".ci/severity-levels":       read(t, ".ci/severity-levels"),
			".ci/baseline/openapi.yaml": contract, "api/openapi.yaml": contract, "CHANGELOG.md": silent,
		})
		git(t, dir, "init", "-q")
		git(t, dir, "add", ".")
		git(t, dir, "commit", "-q", "-m", "first")
		git(t, dir, "branch", "first")
		write(t, dir, map[string]string{"api/openapi.yaml": renamed})
		git(t, dir, "commit", "-q", "-a", "-m", "second")
		git(t, dir, "tag", "v9.0.0")
		if said, ok := script(t, dir, ".ci/contract-diff"); !ok || !strings.Contains(said, "compared with v9.0.0") {
			t.Errorf("succeeds: %v\n%s", ok, said)
		}
		if said, ok := script(t, dir, ".ci/contract-diff", "first"); ok || !strings.Contains(said, "compared with first") {
			t.Errorf("succeeds: %v\n%s", ok, said)
		}
	})
}

// TestAPIDiff: the same for the Go API.
func TestAPIDiff(t *testing.T) {
	needDownloads(t)
	dir := t.TempDir()
	files := map[string]string{
		"go.mod": "module example.org/m\n\ngo 1.26\n", "CHANGELOG.md": silent,
		".ci/api-diff": read(t, ".ci/api-diff"), ".ci/announced": read(t, ".ci/announced"),
	}
	for _, pkg := range []string{"wrapper", "api", "sandbox", "gen"} {
		files[pkg+"/a.go"] = "package " + pkg + "\n\ntype A struct{ B int }\n"
	}
	write(t, dir, files)
	git(t, dir, "init", "-q")
	git(t, dir, "add", ".")
	git(t, dir, "commit", "-q", "-m", "first")
	if said, ok := script(t, dir, ".ci/api-diff"); !ok || !strings.Contains(said, "no v* tag") {
		t.Errorf("without a tag: succeeds: %v\n%s", ok, said)
	}
	git(t, dir, "tag", "v0.1.0")
	for _, tt := range []struct {
		name, source, changelog string
		ok                      bool
		says                    []string
	}{
		{"no change", "type A struct{ B int }", silent, true, []string{"It does not break callers."}},
		{"compatible", "type A struct{ B, C int }", silent, true, []string{"A.C: added", "It does not break callers."}},
		{"breaking, not announced", "type A struct{ C int }", silent, false, []string{"A.B: removed", "does not announce it"}},
		{"breaking, announced", "type A struct{ C int }", announced, true, []string{"A.B: removed", "CHANGELOG.md announces it."}},
		{"breaking, announced for another release", "type A struct{ C int }", announcedAgo, false, []string{"does not announce it"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			write(t, dir, map[string]string{"sandbox/a.go": "package sandbox\n\n" + tt.source + "\n", "CHANGELOG.md": tt.changelog})
			said, ok := script(t, dir, ".ci/api-diff")
			if ok != tt.ok {
				t.Errorf("succeeds: %v, want %v\n%s", ok, tt.ok, said)
			}
			for _, words := range tt.says {
				if !strings.Contains(said, words) {
					t.Errorf("%q is missing from\n%s", words, said)
				}
			}
		})
	}
}
