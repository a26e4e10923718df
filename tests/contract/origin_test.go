package contract_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/cortexscan/api"
)

// constraints are the keywords of a schema that need an origin. For oneOf, anyOf and allOf, the origins are those of
// the schemas that they list.
var constraints = map[string]bool{
	"type": true, "format": true, "enum": true, "nullable": true, "required": true, "additionalProperties": true,
	"minItems": true, "maxItems": true, "uniqueItems": true, "minLength": true, "maxLength": true, "pattern": true,
	"minimum": true, "maximum": true, "exclusiveMinimum": true, "exclusiveMaximum": true, "multipleOf": true,
	"minProperties": true, "maxProperties": true, "not": true, "default": true, "readOnly": true, "writeOnly": true,
	"example": true, "x-known-values": true,
}

// facts are the keywords that need an origin, by the JSON Pointer of their place.
type facts map[string][]string

// inside lists the fields of each kind of object that have facts inside them. A * stands for a list or map of the kind.
var inside = map[string]map[string]string{
	"document":   {"paths": "*path", "components": "components"},
	"components": {"schemas": "*schema", "parameters": "*parameter", "responses": "*response", "requestBodies": "*body", "examples": "*example"},
	"path":       {"parameters": "*parameter"}, // and the methods
	"operation":  {"parameters": "*parameter", "requestBody": "body", "responses": "*response"},
	"parameter":  {"schema": "schema", "content": "*media", "examples": "*example"},
	"body":       {"content": "*media"},
	"response":   {"content": "*media"},
	"media":      {"schema": "schema", "examples": "*example"},
	"schema": {
		"properties": "*property", "allOf": "*schema", "oneOf": "*schema", "anyOf": "*schema", "items": "schema", "additionalProperties": "schema",
	},
}

// collect adds the facts of a node of the document and of everything in it.
func (f facts) collect(place, kind string, node any) {
	o := object(node)
	if o == nil || o["$ref"] != nil { // a reference: the facts are where it is defined
		return
	}
	switch kind {
	case "parameter":
		f.keywords(place, o, func(k string) bool {
			return slices.Contains([]string{"required", "style", "explode", "example", "allowReserved"}, k)
		})
	case "body":
		f[place] = []string{"required"}
	case "response":
		f[place] = []string{"response"}
	case "example":
		f[place] = []string{"value"}
	case "schema", "property":
		// additionalProperties constrains only when it is false.
		f.keywords(place, o, func(k string) bool { return constraints[k] && (k != "additionalProperties" || o[k] == false) })
		if kind == "property" && len(f[place]) == 0 {
			f[place] = []string{"property"}
		}
		kind = "schema"
	}
	for field, value := range o {
		childKind := inside[kind][field]
		if kind == "path" && httpMethods[field] {
			childKind = "operation"
		}
		of, several := strings.CutPrefix(childKind, "*")
		at := place + "/" + escapePointer.Replace(field)
		list, _ := value.([]any)
		switch {
		case childKind == "":
		case !several:
			f.collect(at, of, value)
		case list != nil:
			for i, item := range list {
				name, _ := object(item)["name"].(string)
				f.collect(at+"/"+cmp.Or(name, strconv.Itoa(i)), of, item)
			}
		default:
			for name, item := range object(value) {
				f.collect(at+"/"+escapePointer.Replace(name), of, item)
			}
		}
	}
}

func (f facts) keywords(place string, o map[string]any, needsOrigin func(string) bool) {
	for _, k := range slices.Sorted(maps.Keys(o)) {
		if needsOrigin(k) {
			f[place] = append(f[place], k)
		}
	}
}

func factsOf(doc map[string]any) facts {
	f := facts{}
	f.collect("", "document", doc)
	return f
}

// origins are the origins in origins.md, by place and keyword.
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

// originProblems compares the table with the document, in both directions. All rows of a path that has moved are one problem.
func originProblems(f facts, o origins, doc map[string]any) []string {
	var problems []string
	moved := map[string]int{}
	for place := range o {
		if rest, isPath := strings.CutPrefix(place, "/paths/"); isPath {
			path, _, _ := strings.Cut(rest, "/")
			if path = unescapePointer.Replace(path); object(doc["paths"])[path] == nil {
				moved[path]++
				continue
			}
		}
		if lookUp(doc, place) == nil {
			problems = append(problems, fmt.Sprintf("origins.md: remove the row of %s, which the document does not have", place))
			continue
		}
		for keyword := range o[place] {
			if !slices.Contains(f[place], keyword) {
				problems = append(problems, fmt.Sprintf("origins.md: remove %s from the row of %s, which does not have it", keyword, place))
			}
		}
	}
	for path, rows := range moved {
		problems = append(problems, fmt.Sprintf("origins.md: %d rows are about the path %s, which the document does not have: replace it with the new path", rows, path))
	}
	for place, keywords := range f {
		missing := slices.DeleteFunc(slices.Clone(keywords), func(k string) bool { return o[place][k] != "" })
		if len(missing) > 0 && len(moved) == 0 {
			problems = append(problems, fmt.Sprintf("origins.md: add %s to the row of %s, as documented, seen or ours", strings.Join(missing, ", "), place))
		}
	}
	slices.Sort(problems)
	return problems
}

// TestEveryFactHasAnOrigin lets a reader tell facts from decisions of this project.
func TestEveryFactHasAnOrigin(t *testing.T) {
	doc := ourTree(t, api.Document())
	f := factsOf(doc)
	for _, problem := range originProblems(f, readOrigins(t), doc) {
		t.Error(problem)
	}
	if len(f) < 80 {
		t.Errorf("only %d places with facts were found", len(f))
	}
}

// TestStricterConstraintsAreListed compares the table in the document's description with the keywords that are ours.
func TestStricterConstraintsAreListed(t *testing.T) {
	strict := map[string]bool{}
	for _, keywords := range readOrigins(t) {
		for keyword, origin := range keywords {
			if origin == "ours" && constraints[keyword] && keyword != "example" {
				strict[keyword] = true
			}
		}
	}
	_, table, _ := strings.Cut(ours(t).Info.Description, "| keyword | constraint | reason |\n|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	listed := map[string]bool{}
	for line := range strings.Lines(table) {
		keywords, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for _, keyword := range quoted(keywords) {
			listed[keyword] = true
		}
	}
	if len(listed) == 0 || !maps.Equal(listed, strict) {
		t.Errorf("the description lists %v, want %v", slices.Sorted(maps.Keys(listed)), slices.Sorted(maps.Keys(strict)))
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

func TestOriginProblemsAreFound(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(doc map[string]any, o origins)
		want string
	}{
		{"new keyword", func(doc map[string]any, _ origins) {
			object(lookUp(doc, "/components/schemas/Thing"))["maxLength"] = 3
		}, "add maxLength to the row of /components/schemas/Thing"},
		{"new property without keywords", func(doc map[string]any, _ origins) {
			object(lookUp(doc, "/components/schemas/Thing"))["properties"] = map[string]any{"a/b": map[string]any{}}
		}, "add property to the row of /components/schemas/Thing/properties/a~1b"},
		{"new response", func(doc map[string]any, _ origins) {
			object(lookUp(doc, "/paths/~1things/get/responses"))["404"] = map[string]any{}
		}, "add response to the row of /paths/~1things/get/responses/404"},
		{"new example", func(doc map[string]any, _ origins) {
			object(doc["components"])["examples"] = map[string]any{"One": map[string]any{"value": 1}}
		}, "add value to the row of /components/examples/One"},
		{"new parameter", func(doc map[string]any, _ origins) {
			object(lookUp(doc, "/paths/~1things/get"))["parameters"] = []any{map[string]any{"name": "id", "required": true}}
		}, "add required to the row of /paths/~1things/get/parameters/id"},
		{"row without a place", func(_ map[string]any, o origins) {
			o["/components/schemas/Gone"] = map[string]string{"type": "ours"}
		}, "remove the row of /components/schemas/Gone"},
		{"keyword that is gone", func(_ map[string]any, o origins) {
			o["/components/schemas/Thing"]["pattern"] = "ours"
		}, "remove pattern from the row of /components/schemas/Thing"},
		{"moved path", func(doc map[string]any, _ origins) {
			paths := object(doc["paths"])
			paths["/new"] = paths["/things"]
			delete(paths, "/things")
		}, "2 rows are about the path /things, which the document does not have"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			response := map[string]any{"content": map[string]any{"application/json": map[string]any{"schema": map[string]any{"type": "string"}}}}
			doc := map[string]any{
				"paths":      map[string]any{"/things": map[string]any{"get": map[string]any{"responses": map[string]any{"200": response}}}},
				"components": map[string]any{"schemas": map[string]any{"Thing": map[string]any{"type": "string"}}},
			}
			o := origins{
				"/components/schemas/Thing":                                          {"type": "ours"},
				"/paths/~1things/get/responses/200":                                  {"response": "ours"},
				"/paths/~1things/get/responses/200/content/application~1json/schema": {"type": "seen"},
			}
			if problems := originProblems(factsOf(doc), o, doc); len(problems) != 0 {
				t.Fatal(problems)
			}
			tt.edit(doc, o)
			if problems := originProblems(factsOf(doc), o, doc); len(problems) != 1 || !strings.Contains(problems[0], tt.want) {
				t.Errorf("got %q, want %q alone", problems, tt.want)
			}
		})
	}
}
