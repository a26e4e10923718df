// Package agreement_test compares the verdicts of api.Validator with those of libopenapi-validator and of kin-openapi's
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

// documents returns our document and others that use more of OpenAPI.
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

// TestAgreement checks that every difference belongs to a class that README.md explains, and that every class occurs.
func TestAgreement(t *testing.T) {
	used := map[string]int{}
	exchanges, agreed, differ := 0, 0, 0
	for name, document := range documents(t) {
		doc, err := openapi3.NewLoader().LoadFromData(document)
		if err != nil {
			t.Fatal(err)
		}
		a := ours(t, document)
		others := map[string]implementation{"libopenapi": other(t, document), "kin": kin(t, document)}
		count := 400
		if name == "contract" {
			count = 4000
		}
		for seed := range uint64(count) {
			e := randomExchange(&generator{Rand: rand.New(rand.NewPCG(seed, uint64(len(name)))), doc: doc})
			exchanges++
			mine := a(e)
			for other, judge := range others {
				theirs := judge(e)
				if (len(mine) == 0) == (len(theirs) == 0) {
					agreed++
					continue
				}
				names := difference{exchange: e, mine: mine, theirs: theirs, other: other}.explain()
				for _, name := range names {
					used[name]++
				}
				if names == nil {
					t.Errorf("%s %d: %s\nours: %q\n%s: %q", name, seed, e, mine, other, theirs)
				}
				differ++
			}
		}
	}
	for _, c := range classes {
		if used[c.name] == 0 {
			t.Errorf("no difference is of the class %q", c.name)
		}
	}
	sections := explained(t)
	for _, c := range classes {
		if !sections[c.name] {
			t.Errorf("README.md has no section %q", c.name)
		}
	}
	for section := range sections {
		if used[section] == 0 {
			t.Errorf("README.md explains %q, which does not occur", section)
		}
	}
	if exchanges < 4000 || agreed < exchanges {
		t.Errorf("only %d exchanges, and %d verdicts that agree", exchanges, agreed)
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		t.Logf("%5d × %s", used[name], name)
	}
	t.Logf("%d exchanges by %d documents: %d verdicts agree, %d differ", exchanges, len(documents(t)), agreed, differ)
}

// explained returns the headings in README.md that are classes.
func explained(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if name, is := strings.CutPrefix(line, "### "); is {
			names[strings.TrimSpace(name)] = true
		}
	}
	return names
}

// randomExchange returns a request or a response with up to two mutations.
func randomExchange(g *generator) exchange {
	path, method, item, op := g.operation()
	e := g.requestOf(path, method, item, op)
	if g.oneIn(2) && method != "HEAD" { // whose responses have no body
		e = g.responseTo(e, op)
	}
	for range g.IntN(3) {
		e = g.mutate(e)
	}
	return e
}
