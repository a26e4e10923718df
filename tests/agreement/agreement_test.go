// Package agreement_test compares the results of api.Validator with those of a JSON Schema validator and of kin-openapi's
// openapi3filter, on thousands of mutated requests and responses. README.md explains where they differ.
package agreement_test

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"github.com/getkin/kin-openapi/openapi3"
)

// documents returns our document, and documents that use more of OpenAPI.
func documents(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"contract": api.Document()}
	files, err := filepath.Glob("../../internal/tools/limits/testdata/growth/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if out[strings.TrimSuffix(filepath.Base(file), ".yaml")], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestEveryDifferenceIsExplained checks that every difference belongs to a class that README.md explains, and that every class occurs.
func TestEveryDifferenceIsExplained(t *testing.T) {
	used := map[string]int{}
	exchanges, agreed, differ := 0, map[string]int{}, map[string]int{}
	for name, document := range documents(t) {
		doc, err := openapi3.NewLoader().LoadFromData(document)
		if err != nil {
			t.Fatal(err)
		}
		mine := ours(t, document)
		others := map[string]implementation{"JSON Schema": schemas(t, doc), "kin": kin(t, doc)}
		count := 800
		if name == "contract" {
			count = 4000
		}
		for seed := range uint64(count) {
			e := (&generator{Rand: rand.New(rand.NewPCG(seed, uint64(len(name)))), doc: doc}).exchange()
			exchanges++
			all, _ := mine(e)
			for other, validate := range others {
				theirs, checked := validate(e)
				if !checked {
					continue
				}
				ours := all
				if other == "JSON Schema" {
					ours = all.ofBody()
				}
				if (len(ours) == 0) == (len(theirs) == 0) {
					agreed[other]++
					continue
				}
				names := difference{exchange: e, mine: ours, theirs: theirs, other: other}.explain()
				for _, name := range names {
					used[name]++
				}
				if names == nil {
					t.Errorf("%s %d: %s\nours: %q\n%s: %q", name, seed, e, ours, other, theirs)
				}
				differ[other]++
			}
		}
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range classes {
		if used[c.name] == 0 || !strings.Contains(string(readme), "\n### "+c.name+"\n") {
			t.Errorf("got %d differences of the class %q, want at least one, and a section in README.md", used[c.name], c.name)
		}
	}
	if sections := strings.Count(string(readme), "\n### "); sections != len(used) {
		t.Errorf("got %d sections in README.md, want %d", sections, len(used))
	}
	if exchanges < 4000 || agreed["kin"] < exchanges/2 || agreed["JSON Schema"] < exchanges/4 {
		t.Errorf("got only %d exchanges with %v equal results", exchanges, agreed)
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		t.Logf("%5d × %s", used[name], name)
	}
	t.Logf("%d exchanges by %d documents: the results are equal: %v, different: %v", exchanges, len(documents(t)), agreed, differ)
}
