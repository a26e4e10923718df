package adopt

import (
	"math/rand/v2"
	"os"
	"testing"

	"example.com/cortexscan/internal/tools/limits"
	"go.yaml.in/yaml/v3"
)

// Adopting a faulty document never changes our lines. At most 2% of the results are invalid, and limits.Load reports them.
func TestRandomFaultsAreRepairedOrReported(t *testing.T) {
	content, err := os.ReadFile("../../../tests/contract/testdata/evolve/vendor.yaml")
	if err != nil {
		t.Fatal(err)
	}
	adopted, invalid := 0, 0
	for round := range uint64(60) {
		random := rand.New(rand.NewPCG(1, round))
		root, err := parseYAML(content)
		if err != nil {
			t.Fatal(err)
		}
		for range 1 + random.IntN(9) {
			damage(root, random)
		}
		d := &Document{file: "vendor.yaml", root: root}
		for _, op := range d.Operations() {
			r, err := Adopt([]byte(our), d, []Operation{op}, nil)
			if err != nil {
				continue
			}
			insertions(t, our, r.Document)
			adopted++
			if _, err := limits.Load(t.Context(), r.Document); err != nil {
				invalid++
				t.Logf("round %d, %s: %v", round, op, err)
			}
		}
	}
	if adopted < 100 || 50*invalid > adopted {
		t.Errorf("got %d adopted operations, of which %d are invalid", adopted, invalid)
	}
}

// damage replaces a random value of a document, or sets a random field.
func damage(root *yaml.Node, random *rand.Rand) {
	var all []*yaml.Node
	var collect func(*yaml.Node)
	collect = func(n *yaml.Node) {
		all = append(all, n)
		for i := range n.Content {
			if n.Kind == yaml.SequenceNode || i%2 == 1 {
				collect(n.Content[i])
			}
		}
	}
	collect(root)
	n := all[1+random.IntN(len(all)-1)]
	values := []*yaml.Node{null(), text("junk"), number("-1"), boolean(true), list(), list(text("string"), text("null")), list(mapping()), mapping()}
	fields := []string{"type", "items", "oneOf", "not", "required", "$ref", "const", "enum", "properties", "schema", "examples", "in"}
	if value := values[random.IntN(len(values))]; n.Kind == yaml.MappingNode && random.IntN(2) == 0 {
		set(n, fields[random.IntN(len(fields))], value)
	} else {
		*n = *value
	}
}
