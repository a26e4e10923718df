//go:build toolchain

package contract_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// additions contains optional parameters, optional properties and a status for our own operations. Each key is the line before
// which the addition is inserted.
var additions = map[string]string{
	"        - name: fields\n": `        - {name: new_flag, in: query, description: New., schema: {type: boolean}, example: false}
        - {name: new_number, in: query, description: New., schema: {type: integer, minimum: 1}, example: 1}
        - {name: X-New-Text, in: header, description: New., schema: {type: string, format: uuid}, example: 0e6f4e4c-3f4b-4b0e-9a31-9d1c2a7a3b11}
`,
	"        incident_id:\n": `        new_flag: {type: boolean, description: New., example: false}
        new_number: {type: number, description: New., example: 0}
        new_list: {type: array, description: New., items: {type: string}, example: []}
`,
	"        endpoints_count:\n": "        new_number: {type: integer, description: New.}\n",
	"        '404':\n          $ref": "        '451': {description: Busy, content: {application/json: {schema: {$ref: '#/components/schemas/NetscanError'}, " +
		"examples: {busy: {summary: Busy, value: {err_msg: Busy}}}}}}\n",
}

// TestChangingTheContract changes the contract in a copy of the repository. It adds optional parts to our own operations. Then
// it follows the section "Changing the contract" of CONTRIBUTING.md: it adopts operations of another document, adds an
// operation by hand, generates the code, calls the new operations, and implements one of them in the sandbox. Nothing else has to change, and
// existing callers send the same bytes.
func TestChangingTheContract(t *testing.T) {
	steps := walkThrough(t)
	work := t.TempDir()
	run(t, root, "sh", "-c", `git ls-files -z --cached --others --exclude-standard | tar -cf - --null -T - | tar -xf - -C "$1"`, "sh", work)
	commit(t, work)
	const contract = "api/openapi.yaml"
	for line, lines := range additions {
		edit(t, work, contract, line, lines+line)
	}
	adopted, isAdoption := strings.CutPrefix(steps["sh adopt"], "make adopt DOC=vendor.yaml OPERATIONS=")
	if !isAdoption {
		t.Fatalf("got the first step %q, want make adopt", steps["sh adopt"])
	}
	run(t, work, "go", "run", "./internal/tools/contract", "adopt", "tests/contract/testdata/evolve/vendor.yaml", strings.TrimSpace(adopted))
	edit(t, work, contract, "\ncomponents:\n", "\n"+steps["yaml paths"]+"\ncomponents:\n")
	edit(t, work, contract, "\n  schemas:\n", "\n  schemas:\n"+steps["yaml schemas"])
	run(t, work, "go", "generate", "./...")
	changed, err := exec.CommandContext(t.Context(), "git", "-C", work, "status", "--porcelain").Output()
	if string(changed) != " M "+contract+"\n M gen/client.gen.go\n" || err != nil {
		t.Errorf("want changes to the contract and gen/client.gen.go only, got %v\n%s", err, changed)
	}
	for _, name := range []string{"call.go", "call_test.go"} {
		content := strings.Replace(read(t, "tests/contract/testdata/evolve/"+name), "\t// CALL\n", steps["go call"], 1)
		write(t, work, map[string]string{"evolved/" + name: content})
	}
	run(t, work, "git", "add", "-A") // some tests list the files in git
	// These packages depend on the contract. The skipped test would require origins for the additions.
	run(t, work, "go", "test", "-vet=off", "-short", "-skip=^TestEveryFactHasAnOrigin$", "./api/...", "./cmd/...", "./evolved", "./gen", "./internal/tools/...",
		"./sandbox", "./tests/contract", "./tests/repo", "./tests/security", "./tests/wire", "./wrapper")
	write(t, work, map[string]string{"sandbox/command.go": "package sandbox\n\nimport (\n\t\"encoding/json\"\n\t\"net/http\"\n\n\t\"example.com/cortexscan/gen\"\n)\n\n" + steps["go sandbox"]})
	const table = "var operations = map[string]operation{\n"
	edit(t, work, "sandbox/operations.go", table, table+steps["go operations"])
	run(t, work, "go", "test", "./sandbox", "./evolved")
}

var fence = regexp.MustCompile("(?ms)^```(\\w+ \\w+)\n(.*?)^```$")

// walkThrough returns the code blocks of the section "Changing the contract", keyed by the words after their opening fences.
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
		t.Fatalf("got the blocks %q, want %q", got, want)
	}
	return steps
}

func edit(t *testing.T, dir, file, text, replacement string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(content), text) {
		t.Fatalf("%s does not contain %q", file, text)
	}
	write(t, dir, map[string]string{file: strings.Replace(string(content), text, replacement, 1)})
}
