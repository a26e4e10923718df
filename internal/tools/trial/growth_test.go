//go:build toolchain

package trial

import (
	"os"
	"path/filepath"
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
		t.Fatalf("got %d documents in %s, want at least %d: %v", len(files), folder, atLeast, err)
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

// The test adds operations to our document: those in testdata/growth, which work, and those in testdata/refused that compile but
// fail when they are called.
func TestEveryOperationOfTheCorpusWorksOrFailsAsDescribed(t *testing.T) {
	var merged joined
	if err := yaml.Unmarshal(api.Document(), &merged); err != nil {
		t.Fatal(err)
	}
	doc, err := limits.Load(t.Context(), api.Document())
	if err != nil {
		t.Fatal(err)
	}
	wrong := map[string]failure{} // by path
	ours := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			ours[method+" "+path] = true
		}
	}
	for _, document := range corpus(t, "growth", 20) {
		merged.add(t, document)
	}
	for _, document := range corpus(t, "refused", 25) {
		if f := failureOf(t, document); f.Step == "call" {
			merged.add(t, document)
			doc, err := limits.Load(t.Context(), document)
			if err != nil {
				t.Fatal(err)
			}
			for path := range doc.Paths.Map() {
				wrong[path] = f
			}
		}
	}
	document, err := yaml.Marshal(merged)
	if err != nil {
		t.Fatal(err)
	}
	results, err := Try(t.Context(), root, document)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) < 60 || len(wrong) < 8 {
		t.Fatalf("got only %d operations, of which %d should fail", len(results), len(wrong))
	}
	for _, r := range results {
		t.Run(r.Operation, func(t *testing.T) {
			_, path, _ := strings.Cut(r.Operation, " ")
			f, isWrong := wrong[path]
			switch {
			case !isWrong && !r.OK():
				t.Errorf("got %+v, want a call that works", r)
			case isWrong && (r.OK() || !strings.Contains(r.Call+r.Skip, f.Output)):
				t.Errorf("got %+v, want a call that fails with %q; if the generator now supports it, move the document to growth", r, f.Output)
			}
			delete(ours, r.Operation)
		})
	}
	if len(ours) > 0 {
		t.Errorf("got no results for our operations %v", ours)
	}
}

// joined is a document to which other documents are added.
type joined struct {
	Paths      map[string]any
	Components map[string]map[string]any
	Rest       map[string]any `yaml:",inline"`
}

func (j *joined) add(t *testing.T, document []byte) {
	t.Helper()
	var more joined
	if err := yaml.Unmarshal(document, &more); err != nil {
		t.Fatal(err)
	}
	add := func(into, from map[string]any) {
		for name, value := range from {
			if into[name] != nil {
				t.Fatalf("two documents contain %s", name)
			}
			into[name] = value
		}
	}
	add(j.Paths, more.Paths)
	for section, all := range more.Components {
		if j.Components[section] == nil {
			j.Components[section] = map[string]any{}
		}
		add(j.Components[section], all)
	}
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
			t.Errorf("the code for a supported document does not compile: %s", got)
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
