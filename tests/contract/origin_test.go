package contract_test

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
)

// constraints lists the keywords that need an origin. oneOf, anyOf and allOf need no origin, because the schemas that they list
// have origins.
var constraints = []string{
	"type", "format", "enum", "nullable", "required", "additionalProperties", "minItems", "maxItems", "uniqueItems",
	"minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
	"minProperties", "maxProperties", "not", "default", "readOnly", "writeOnly", "style", "explode", "allowReserved",
	"example", "x-known-values",
}

// factsOf returns the facts that need an origin, by JSON Pointer: constraints, responses, the values of examples, and properties
// without constraints.
func factsOf(doc map[string]any) map[string][]string {
	facts := map[string][]string{}
	part := map[string]any{"paths": doc["paths"], "components": doc["components"]}
	walk("", "", part, func(place, in string, o map[string]any) {
		if o["$ref"] != nil || in == "securitySchemes" { // the target of the reference contains the facts
			return
		}
		for keyword := range o {
			// additionalProperties is a constraint only if it is false, and required only if it is not false.
			if slices.Contains(constraints, keyword) && (keyword != "additionalProperties" || o[keyword] == false) && (keyword != "required" || o[keyword] != false) {
				facts[place] = append(facts[place], keyword)
			}
		}
		switch {
		case in == "responses":
			facts[place] = append(facts[place], "response")
		case in == "examples":
			facts[place] = append(facts[place], "value")
		case in == "properties" && facts[place] == nil:
			facts[place] = []string{"property"}
		}
	})
	return facts
}

// origins contains the origins in origins.md, by place and keyword.
type origins map[string]map[string]string

func readOrigins(t *testing.T) origins {
	t.Helper()
	content, err := os.ReadFile("origins.md")
	if err != nil {
		t.Fatal(err)
	}
	o, columns := origins{}, []string{"documented", "seen", "ours"}
	for line := range strings.Lines(string(content)) {
		cells := strings.Split(strings.Trim(line, "| \n"), "|")
		if !strings.HasPrefix(line, "| `/") {
			continue
		}
		place := strings.Trim(cells[0], "` ")
		if o[place] != nil {
			t.Errorf("origins.md: %s has two rows", place)
		}
		o[place] = map[string]string{}
		for i, cell := range cells[1:] {
			for _, keyword := range strings.FieldsFunc(cell, func(r rune) bool { return r == ',' || r == ' ' }) {
				o[place][keyword] = columns[i]
			}
		}
	}
	if len(o) == 0 {
		t.Fatal("origins.md has no rows")
	}
	return o
}

// TestEveryFactHasAnOrigin checks that origins.md lists exactly the facts in the document, so that a reader can tell facts from
// decisions of this project.
func TestEveryFactHasAnOrigin(t *testing.T) {
	doc, all := ourTree(t), readOrigins(t)
	facts := factsOf(doc)
	moved := map[string]int{} // rows, by path
	for place, keywords := range all {
		if path := strings.Split(place, "/"); path[1] == "paths" && object(lookUp(doc, "/paths/"+path[2])) == nil {
			moved[unescapePointer.Replace(path[2])]++
			continue
		}
		for keyword := range keywords {
			if !slices.Contains(facts[place], keyword) {
				t.Errorf("origins.md: remove %s from the row of %s, where the document does not contain this keyword", keyword, place)
			}
		}
	}
	for path, rows := range moved {
		t.Errorf("origins.md: %d rows are about the path %s, which is not in the document: replace the path with the new one", rows, path)
	}
	for place, keywords := range facts {
		for _, keyword := range keywords {
			if all[place][keyword] == "" && len(moved) == 0 {
				t.Errorf("origins.md: add %s to the row of %s, as documented, seen or ours", keyword, place)
			}
		}
	}
	if len(facts) < 80 {
		t.Errorf("got facts at %d places, want at least 80", len(facts))
	}
}

// The description of the document must list the constraints that this project decided on.
func TestStricterConstraintsAreListed(t *testing.T) {
	info := object(ourTree(t)["info"])
	_, table, _ := strings.Cut(fmt.Sprint(info["description"]), "| keyword | constraint | reason |\n|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	listed, strict := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(table) {
		for _, keyword := range quoted(strings.Split(line, "|")[1]) {
			listed[keyword] = true
		}
	}
	for _, keywords := range readOrigins(t) {
		for keyword, origin := range keywords {
			if origin == "ours" && slices.Contains(constraints, keyword) && keyword != "example" {
				strict[keyword] = true
			}
		}
	}
	if !maps.Equal(listed, strict) {
		t.Errorf("got %v in the description, want %v", listed, strict)
	}
}

// The table in the description of a filter must list the same fields, operators and values as x-known-values.
func TestFilterTableIsComplete(t *testing.T) {
	var inTable []api.KnownFilter
	description := object(lookUp(ourTree(t), "/components/schemas/EndpointFilter"))["description"]
	for line := range strings.Lines(fmt.Sprint(description)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		for _, name := range quoted(cells[1]) {
			inTable = append(inTable, api.KnownFilter{Field: name, Operators: quoted(cells[2]), Values: quoted(cells[3])})
		}
	}
	slices.SortFunc(inTable, func(a, b api.KnownFilter) int { return strings.Compare(a.Field, b.Field) })
	if known := api.KnownFilters(); len(known) < 12 || !reflect.DeepEqual(inTable, known) {
		t.Errorf("got the table %v, want the content of x-known-values: %v", inTable, known)
	}
}

// quoted returns the words between backquotes.
func quoted(s string) []string {
	var words []string
	for i, word := range strings.Split(s, "`") {
		if i%2 == 1 {
			words = append(words, word)
		}
	}
	return words
}
