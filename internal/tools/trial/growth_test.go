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

// corpus reads the documents of a folder of testdata, by name.
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

// cannot is the field x-cannot of a document in testdata/refused.
type cannot struct {
	Step  string // what fails: load, compile or call
	Shows string // the output then
	Says  string // what limits.Check or limits.Load reports
}

func cannotOf(t *testing.T, document []byte) cannot {
	t.Helper()
	var d struct {
		Cannot cannot `yaml:"x-cannot"`
	}
	if err := yaml.Unmarshal(document, &d); err != nil {
		t.Fatal(err)
	}
	return d.Cannot
}

// TestGrowth adds every document of testdata/growth to the contract, generates, compiles and loads the whole, calls each
// operation through API() with validators on both sides, and has the sandbox serve it. Those of testdata/refused that
// only go wrong when they are called are there too, and go wrong as they say.
func TestGrowth(t *testing.T) {
	merged := api.Document()
	wrong := map[string]cannot{} // by path
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
		if c := cannotOf(t, document); c.Step == "call" {
			add(name, document)
			doc, err := limits.Load(t.Context(), document)
			if err != nil {
				t.Fatal(err)
			}
			for path := range doc.Paths.Map() {
				wrong[path] = c
			}
		}
	}
	results, err := Try(t.Context(), root, merged)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) < 60 || len(wrong) < 8 {
		t.Fatalf("only %d operations were tried, %d of them wrong", len(results), len(wrong))
	}
	for _, r := range results {
		t.Run(r.Operation, func(t *testing.T) {
			_, path, _ := strings.Cut(r.Operation, " ")
			c, isWrong := wrong[path]
			switch {
			case !isWrong && !r.OK():
				t.Errorf("%+v", r)
			case isWrong && (r.OK() || !strings.Contains(r.Call+r.Skip, c.Shows)):
				t.Errorf("got %+v, want a call that fails with %q; if the generator can do it now, move the document to growth", r, c.Shows)
			}
			delete(ours, r.Operation)
		})
	}
	if len(ours) > 0 {
		t.Errorf("not tried: %v", ours)
	}
}

// join adds the paths and components of a document to another one. No two share a name.
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

// TestLimitsAreReal: the documents that are said not to compile do not.
func TestLimitsAreReal(t *testing.T) {
	documents := map[string][]byte{"good": corpus(t, "growth", 20)["charset"]}
	for name, document := range corpus(t, "refused", 25) {
		if cannotOf(t, document).Step == "compile" {
			documents[name] = document
		}
	}
	failed, err := CompileAlone(t.Context(), root, documents)
	if err != nil {
		t.Fatal(err)
	}
	for name, document := range documents {
		c := cannotOf(t, document)
		switch got := failed[name]; {
		case name == "good" && got != "":
			t.Errorf("a document without trouble fails: %s", got)
		case name != "good" && (got == "" || !strings.Contains(got, c.Shows)):
			t.Errorf("%s: got %q, want %q; if the generator can do it now, move the document to growth", name, got, c.Shows)
		}
	}
}
