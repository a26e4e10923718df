package limits

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"go.yaml.in/yaml/v3"
)

// Check reports no problem in our document and in testdata/growth. For each document in testdata/refused, Load fails or Check
// reports exactly one problem.
func TestLimitsAreReported(t *testing.T) {
	documents := map[string][]byte{"ours": api.Document()}
	for folder, atLeast := range map[string]int{"growth": 20, "refused": 25} {
		files, err := filepath.Glob("testdata/" + folder + "/*.yaml")
		if err != nil || len(files) < atLeast {
			t.Fatalf("got %d documents in %s, want at least %d: %v", len(files), folder, atLeast, err)
		}
		for _, file := range files {
			if documents[folder+"/"+filepath.Base(file)], err = os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, document := range documents {
		t.Run(name, func(t *testing.T) {
			var want struct {
				Fails struct{ Step, Problem string } `yaml:"x-fails"`
			}
			if err := yaml.Unmarshal(document, &want); err != nil || strings.HasPrefix(name, "refused/") != (want.Fails.Step != "") {
				t.Fatalf("got x-fails %+v, %v", want.Fails, err)
			}
			doc, err := Load(t.Context(), document)
			if (err != nil) != (want.Fails.Step == "load") || err != nil && !strings.Contains(err.Error(), want.Fails.Problem) {
				t.Fatalf("load: got %v, want %+v", err, want)
			}
			if err != nil {
				return
			}
			got := Check(doc)
			if len(got) != min(1, len(want.Fails.Problem)) || !strings.Contains(strings.Join(got, "\n"), want.Fails.Problem) {
				t.Errorf("got %q, want one that contains %q", got, want.Fails.Problem)
			}
		})
	}
}
