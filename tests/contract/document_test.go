// Package contract_test checks api/openapi.yaml: what its operations must document, that its examples are true, where
// its facts come from, and that a change to it reaches everything else.
//
// The rules for our own operations apply only to those that the sandbox implements. The spec may contain others.
package contract_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

const root = "../.."

// ourTree returns the document as a tree, with the operations that the sandbox implements and what they refer to.
func ourTree(t *testing.T, document []byte) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := yaml.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	missing := map[string]bool{}
	for _, id := range sandbox.Operations() {
		missing[id] = true
	}
	for path, item := range object(doc["paths"]) {
		for method, op := range object(item) {
			if id, isOperation := object(op)["operationId"].(string); missing[id] {
				delete(missing, id)
			} else if isOperation || httpMethods[method] {
				delete(object(item), method)
			}
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(object(item))), func(key string) bool { return httpMethods[key] }) {
			delete(object(doc["paths"]), path)
		}
	}
	for id := range missing {
		t.Fatalf("the document has no operation %s, which the sandbox implements", id)
	}
	reached := map[string]bool{}
	reach(doc, doc["paths"], reached)
	for kind, components := range object(doc["components"]) {
		for name := range object(components) {
			if kind != "securitySchemes" && !reached["#/components/"+kind+"/"+name] {
				delete(object(components), name)
			}
		}
	}
	return doc
}

var httpMethods = map[string]bool{
	"get": true, "put": true, "post": true, "delete": true, "options": true, "head": true, "patch": true, "trace": true,
}

// reach marks the targets of all references in a node, and of the references in those.
func reach(doc map[string]any, node any, reached map[string]bool) {
	switch node := node.(type) {
	case map[string]any:
		if ref, _ := node["$ref"].(string); ref != "" && !reached[ref] {
			reached[ref] = true
			reach(doc, lookUp(doc, strings.TrimPrefix(ref, "#")), reached)
		}
		for _, child := range node {
			reach(doc, child, reached)
		}
	case []any:
		for _, child := range node {
			reach(doc, child, reached)
		}
	}
}

// lookUp returns what a JSON Pointer refers to, or nil. A parameter may have its name in place of its index, so that the pointer
// stays the same when another one is inserted.
func lookUp(doc any, pointer string) any {
	for _, step := range strings.Split(pointer, "/")[1:] {
		step = unescapePointer.Replace(step)
		switch node := doc.(type) {
		case map[string]any:
			doc = node[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil {
				i = slices.IndexFunc(node, func(item any) bool { return object(item)["name"] == step })
			}
			if i < 0 || i >= len(node) {
				return nil
			}
			doc = node[i]
		default:
			return nil
		}
	}
	return doc
}

var (
	escapePointer   = strings.NewReplacer("~", "~0", "/", "~1")
	unescapePointer = strings.NewReplacer("~1", "/", "~0", "~")
)

func object(node any) map[string]any {
	m, _ := node.(map[string]any)
	return m
}

func load(t *testing.T, document []byte) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(document) // which refuses references to other files and hosts
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// ours loads the part of the document that ourTree returns.
func ours(t *testing.T) *openapi3.T {
	t.Helper()
	document, err := yaml.Marshal(ourTree(t, api.Document()))
	if err != nil {
		t.Fatal(err)
	}
	return load(t, document)
}

func TestDocumentIsValid(t *testing.T) {
	doc := load(t, api.Document())
	if err := doc.Validate(t.Context(), openapi3.DisableExamplesValidation()); err != nil {
		t.Error(err)
	}
	if err := ours(t).Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
	if doc.OpenAPI != "3.0.3" {
		t.Errorf("the OpenAPI version is %s, want 3.0.3", doc.OpenAPI)
	}
	if got := doc.Servers[0].URL; got != "https://api-{fqdn}" {
		t.Errorf("the server is %s, want https://api-{fqdn}", got)
	}
}

// operation is an operation of the document, with what the path adds to it.
type operation struct {
	*openapi3.Operation
	name       string              // "GET /public_api/netscan/v1/scan/run"
	parameters openapi3.Parameters // including those of the path
}

func operations(doc *openapi3.T) []operation {
	var all []operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			all = append(all, operation{op, method + " " + path, slices.Concat(item.Parameters, op.Parameters)})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.name, b.name) })
	return all
}

// media is the content of one request or response.
type media struct {
	*openapi3.MediaType
	place   string
	request bool
}

// everyMedia lists the contents of all requests and responses.
func everyMedia(doc *openapi3.T) []media {
	var all []media
	for _, op := range operations(doc) {
		if op.RequestBody != nil {
			for name, m := range op.RequestBody.Value.Content {
				all = append(all, media{m, op.name + " request " + name, true})
			}
		}
		for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
			for name, m := range op.Responses.Value(status).Value.Content {
				all = append(all, media{m, op.name + " response " + status + " " + name, false})
			}
		}
	}
	return all
}

// walk visits a schema and everything in it, each schema once.
func walk(place string, s *openapi3.SchemaRef, visit func(place string, s *openapi3.SchemaRef)) {
	seen := map[*openapi3.Schema]bool{}
	var step func(string, *openapi3.SchemaRef)
	step = func(place string, s *openapi3.SchemaRef) {
		if s == nil || s.Value == nil || seen[s.Value] {
			return
		}
		seen[s.Value] = true
		visit(place, s)
		for name, p := range s.Value.Properties {
			step(place+"."+name, p)
		}
		for _, part := range slices.Concat(s.Value.AllOf, s.Value.AnyOf, s.Value.OneOf) {
			step(place, part)
		}
		step(place+"[]", s.Value.Items)
		step(place+".*", s.Value.AdditionalProperties.Schema)
	}
	step(place, s)
}
