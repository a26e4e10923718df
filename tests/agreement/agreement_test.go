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

	"github.com/getkin/kin-openapi/openapi3"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestEveryDifferenceIsExplained checks that every difference belongs to a class that README.md explains, and that every class occurs.
func TestEveryDifferenceIsExplained(t *testing.T) {
	used, agreed, differ, exchanges := map[string]int{}, map[string]int{}, map[string]int{}, 0
	documents := append(must(filepath.Glob("../../internal/tools/limits/testdata/growth/*.yaml")), "../../api/openapi.yaml")
	for _, name := range documents {
		document := must(os.ReadFile(name))
		doc := must(openapi3.NewLoader().LoadFromData(document))
		validate := ours(document)
		others := map[string]implementation{"JSON Schema": schemas(doc), "kin": kin(doc)}
		for seed := range uint64(1300) {
			e := (&generator{Rand: rand.New(rand.NewPCG(seed, uint64(len(name)))), doc: doc}).exchange()
			exchanges++
			mine, mineOfBody := validate(e)
			for other, validate := range others {
				theirs, checked := validate(e)
				d := difference{exchange: e, mine: mine, theirs: theirs, other: other}
				if other == "JSON Schema" {
					d.mine = mineOfBody
				}
				switch {
				case !checked:
				case (len(d.mine) == 0) == (len(theirs) == 0):
					agreed[other]++
				default:
					differ[other]++
					names := d.explain()
					for _, name := range names {
						used[name]++
					}
					if names == nil {
						t.Errorf("%s %d: %s\nours: %q\n%s: %q", name, seed, e, d.mine, other, theirs)
					}
				}
			}
		}
	}
	readme := string(must(os.ReadFile("README.md")))
	for _, c := range classes {
		if used[c.name] == 0 || !strings.Contains(readme, "\n### "+c.name+"\n") {
			t.Errorf("got %d differences of the class %q, want at least one, and a section in README.md", used[c.name], c.name)
		}
	}
	if sections := strings.Count(readme, "\n### "); sections != len(used) {
		t.Errorf("got %d sections in README.md, want %d", sections, len(used))
	}
	if exchanges < 20_000 || agreed["kin"] < exchanges/2 || agreed["JSON Schema"] < exchanges/4 {
		t.Errorf("got only %d exchanges with %v equal results", exchanges, agreed)
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		t.Logf("%5d × %s", used[name], name)
	}
	t.Logf("%d exchanges by %d documents: the results are equal: %v, different: %v", exchanges, len(documents), agreed, differ)
}
