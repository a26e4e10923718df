package adopt

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/cortexscan/internal/tools/limits"
	"go.yaml.in/yaml/v3"
)

// Adopting a faulty document never changes our lines. At most 2% of the results are invalid, and limits.Load reports them.
func TestRandomFaultsAreRepairedOrReported(t *testing.T) {
	files, err := filepath.Glob("../limits/testdata/*/*.yaml")
	if err != nil || len(files) < 50 {
		t.Fatalf("got %d documents, %v, want at least 50", len(files), err)
	}
	files = append(files, "../../../tests/contract/testdata/evolve/vendor.yaml")
	const rounds = 100
	adopted, invalid := 0, 0
	for i := range rounds {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		file := files[i%len(files)]
		if i%3 == 0 {
			file = files[len(files)-1]
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		root, err := parseYAML(content)
		if err != nil {
			t.Fatal(err)
		}
		for range 1 + random.IntN(4) {
			damage(root, random)
		}
		theirs, err := yaml.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Read(file, theirs)
		if err != nil {
			continue
		}
		for _, op := range d.Operations() {
			r, err := Adopt([]byte(our), d, []Operation{op}, nil)
			if err != nil {
				if len(err.Error()) < 10 {
					t.Errorf("round %d, %s: %v", i, op, err)
				}
				continue
			}
			insertions(t, our, r.Document)
			if t.Failed() {
				t.Fatalf("round %d, %s of %s", i, op, file)
			}
			adopted++
			if _, err := limits.Load(t.Context(), r.Document); err != nil {
				invalid++
				t.Logf("round %d, %s of %s: %v", i, op, file, err)
			}
		}
	}
	if adopted < rounds || 50*invalid > adopted {
		t.Errorf("got %d adopted operations in %d rounds, of which %d are invalid", adopted, rounds, invalid)
	}
}

// damage adds, replaces or deletes a value at a random place in a document.
func damage(n *yaml.Node, random *rand.Rand) {
	for len(n.Content) > 0 {
		i := random.IntN(len(n.Content))
		if n.Kind == yaml.MappingNode {
			i |= 1
		}
		if random.IntN(4) > 0 && len(n.Content[i].Content) > 0 {
			n = n.Content[i]
			continue
		}
		junk := []*yaml.Node{
			null(), text(""), text("junk"), number("-1"), number("1.5"), boolean(true), boolean(false), list(), list(text("string"), text("null")), list(mapping()), mapping(),
		}
		switch random.IntN(4) {
		case 0:
			first := i
			if n.Kind == yaml.MappingNode {
				first-- // the key
			}
			n.Content = slices.Delete(n.Content, first, i+1)
		case 1:
			if n.Kind == yaml.MappingNode {
				keys := []string{"type", "items", "oneOf", "not", "required", "$ref", "nullable", "const", "enum", "properties", "allOf", "description", "content", "schema", "examples", "in", "style"}
				set(n, keys[random.IntN(len(keys))], junk[random.IntN(len(junk))])
			}
		default:
			n.Content[i] = junk[random.IntN(len(junk))]
		}
		return
	}
}
