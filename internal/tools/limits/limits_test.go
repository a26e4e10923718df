package limits

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"go.yaml.in/yaml/v3"
)

func TestGeneratorSupportsOurDocument(t *testing.T) {
	checkNone(t, api.Document())
}

func checkNone(t *testing.T, document []byte) {
	t.Helper()
	doc, err := Load(t.Context(), document)
	if err != nil {
		t.Fatal(err)
	}
	for _, limit := range Check(doc) {
		t.Error(limit)
	}
}

// Check finds nothing in testdata/growth, and exactly one problem in each document of testdata/refused.
func TestLimitsAreReported(t *testing.T) {
	for _, file := range glob(t, "testdata/growth", 20) {
		t.Run(file, func(t *testing.T) { checkNone(t, read(t, file)) })
	}
	for _, file := range glob(t, "testdata/refused", 25) {
		t.Run(file, func(t *testing.T) {
			document := read(t, file)
			var want struct {
				Fails struct{ Step, Problem string } `yaml:"x-fails"`
			}
			if err := yaml.Unmarshal(document, &want); err != nil {
				t.Fatal(err)
			}
			doc, err := Load(t.Context(), document)
			if (err != nil) != (want.Fails.Step == "load") || err != nil && !strings.Contains(err.Error(), want.Fails.Problem) {
				t.Fatalf("load: %v, want %+v", err, want)
			}
			if err != nil {
				return
			}
			if got := Check(doc); len(got) != 1 || !strings.Contains(got[0], want.Fails.Problem) {
				t.Errorf("got %q, want one that contains %q", got, want.Fails.Problem)
			}
		})
	}
}

func glob(t *testing.T, folder string, atLeast int) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) < atLeast {
		t.Fatalf("%d documents in %s, want %d at least: %v", len(files), folder, atLeast, err)
	}
	return files
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
