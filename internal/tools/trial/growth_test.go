//go:build toolchain

package trial

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/internal/tools/limits"
	"go.yaml.in/yaml/v3"
)

const root = "../../.."

// corpus returns the documents in a folder of testdata, by name.
func corpus(t *testing.T, folder string, atLeast int) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "limits", "testdata", folder, "*.yaml"))
	if err != nil || len(files) < atLeast {
		t.Fatalf("%d documents in %s, want %d at least: %v", len(files), folder, atLeast, err)
	}
	documents := map[string][]byte{}
	for _, file := range files {
		if documents[strings.TrimSuffix(filepath.Base(file), ".yaml")], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return documents
}

// failure is the field x-fails of a document in testdata/refused.
type failure struct {
	Step   string // what fails: load, compile or call
	Output string
}

func failureOf(t *testing.T, document []byte) failure {
	t.Helper()
	var d struct {
		Fails failure `yaml:"x-fails"`
	}
	if err := yaml.Unmarshal(document, &d); err != nil {
		t.Fatal(err)
	}
	return d.Fails
}

// The operations of testdata/growth are added to ours, and those of testdata/refused that compile but fail when they are called.
func TestEveryOperationOfTheCorpusWorksOrFailsAsDescribed(t *testing.T) {
	merged := api.Document()
	wrong := map[string]failure{} // by path
	doc, err := limits.Load(t.Context(), merged)
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			ours[method+" "+path] = true
		}
	}
	add := func(name string, document []byte) {
		t.Helper()
		if merged, err = join(merged, document); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	growth := corpus(t, "growth", 20)
	for _, name := range slices.Sorted(maps.Keys(growth)) {
		add(name, growth[name])
	}
	for name, document := range corpus(t, "refused", 25) {
		if f := failureOf(t, document); f.Step == "call" {
			add(name, document)
			doc, err := limits.Load(t.Context(), document)
			if err != nil {
				t.Fatal(err)
			}
			for path := range doc.Paths.Map() {
				wrong[path] = f
			}
		}
	}
	results, err := Try(t.Context(), root, merged)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) < 60 || len(wrong) < 8 {
		t.Fatalf("only %d operations were tried, and %d of them should fail", len(results), len(wrong))
	}
	for _, r := range results {
		t.Run(r.Operation, func(t *testing.T) {
			_, path, _ := strings.Cut(r.Operation, " ")
			f, isWrong := wrong[path]
			switch {
			case !isWrong && !r.OK():
				t.Errorf("%+v", r)
			case isWrong && (r.OK() || !strings.Contains(r.Call+r.Skip, f.Output)):
				t.Errorf("got %+v, want a call that fails with %q; if the generator now supports it, move the document to growth", r, f.Output)
			}
			delete(ours, r.Operation)
		})
	}
	if len(ours) > 0 {
		t.Errorf("not tried: %v", ours)
	}
}

// join adds the paths and components of a document to another one. Their names must differ.
func join(document, more []byte) ([]byte, error) {
	var into, from map[string]any
	if err := errors.Join(yaml.Unmarshal(document, &into), yaml.Unmarshal(more, &from)); err != nil {
		return nil, err
	}
	add := func(into, from any) error {
		for key, value := range from.(map[string]any) {
			item, isPath := into.(map[string]any)[key].(map[string]any)
			if !isPath {
				into.(map[string]any)[key] = value
				continue
			}
			for method, op := range value.(map[string]any) {
				if item[method] != nil {
					return fmt.Errorf("both have %s %s", method, key)
				}
				item[method] = op
			}
		}
		return nil
	}
	if err := add(into["paths"], from["paths"]); err != nil {
		return nil, err
	}
	components, _ := from["components"].(map[string]any)
	for section, all := range components {
		ours := into["components"].(map[string]any)
		if ours[section] == nil {
			ours[section] = map[string]any{}
		}
		if err := add(ours[section], all); err != nil {
			return nil, err
		}
	}
	return yaml.Marshal(into)
}

func TestCodeForRefusedDocumentsDoesNotCompile(t *testing.T) {
	documents := map[string][]byte{"good": corpus(t, "growth", 20)["charset"]}
	for name, document := range corpus(t, "refused", 25) {
		if failureOf(t, document).Step == "compile" {
			documents[name] = document
		}
	}
	failed := compile(t, documents)
	for name, document := range documents {
		f := failureOf(t, document)
		switch got := failed[name]; {
		case name == "good" && got != "":
			t.Errorf("a document that the generator supports fails: %s", got)
		case name != "good" && (got == "" || !strings.Contains(got, f.Output)):
			t.Errorf("%s: got %q, want %q; if the generator now supports it, move the document to growth", name, got, f.Output)
		}
	}
}

// compile generates a client from each document and compiles it without hand-written code. It returns the output of the
// generator or compiler for each document that fails, by name.
func compile(t *testing.T, documents map[string][]byte) map[string]string {
	t.Helper()
	dir := t.TempDir()
	failed, replace := map[string]string{}, map[string]string{}
	args := []string{"build", "-overlay", filepath.Join(dir, "overlay.json")}
	for name, document := range documents {
		path := filepath.Join(dir, name+".yaml")
		if err := os.WriteFile(path, document, 0o600); err != nil {
			t.Fatal(err)
		}
		generated, err := generate(t.Context(), root, dir, name, path)
		if err != nil {
			failed[name] = err.Error()
			continue
		}
		replace["internal/tools/trial/alone/"+name+"/client.gen.go"] = generated
		args = append(args, "./internal/tools/trial/alone/"+name)
	}
	if _, err := writeOverlay(root, dir, replace); err != nil {
		t.Fatal(err)
	}
	out, err := goTool(t.Context(), root, args...)
	if err == nil {
		return failed
	}
	packages := strings.Split("\n"+out, "\n# ")
	if len(packages) == 1 {
		t.Fatal(out)
	}
	for _, part := range packages[1:] {
		pkg, messages, _ := strings.Cut(part, "\n")
		failed[pkg[strings.LastIndex(pkg, "/")+1:]] = messages
	}
	return failed
}
