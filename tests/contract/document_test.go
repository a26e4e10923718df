// Package contract_test checks api/openapi.yaml: that its operations are completely documented, that its examples fit the Go
// types, that its facts have origins, and that changing it takes only the documented steps.
//
// The stricter rules apply only to the operations that the sandbox implements, because users may add other operations to the
// spec.
package contract_test

import (
	"cmp"
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

// TestDocumentIsValid validates our own operations, including their examples. api.NewValidator validates the rest of the document.
func TestDocumentIsValid(t *testing.T) {
	ours, err := yaml.Marshal(ourTree(t))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(ours)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
	if doc.OpenAPI != "3.0.3" {
		t.Errorf("got OpenAPI version %s, want 3.0.3", doc.OpenAPI)
	}
	if got := doc.Servers[0].URL; got != "https://api-{fqdn}" {
		t.Errorf("got server %s, want https://api-{fqdn}", got)
	}
}

// ourTree returns the document as a tree. The tree contains only the operations that the sandbox implements and the components
// that these operations use.
func ourTree(t *testing.T) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := yaml.Unmarshal(api.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	paths := object(doc["paths"])
	found := 0
	for path, item := range paths {
		for method, op := range object(item) {
			id, _ := object(op)["operationId"].(string)
			switch {
			case slices.Contains(sandbox.Operations(), id):
				found++
			case httpMethods[method]:
				delete(object(item), method)
			}
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(object(item))), func(key string) bool { return httpMethods[key] }) {
			delete(paths, path)
		}
	}
	if found != len(sandbox.Operations()) {
		t.Fatalf("got %d operations in the document, want those that the sandbox implements: %v", found, sandbox.Operations())
	}
	reached := map[string]bool{}
	follow(doc, "/paths", reached, func(string, string, map[string]any) {})
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

// named lists the fields whose values map names to objects.
var named = []string{"paths", "schemas", "properties", "parameters", "requestBodies", "responses", "headers", "content", "examples", "securitySchemes", "variables"}

// walk visits every object in a node, except objects in data such as examples. visit receives the JSON Pointer of the object,
// the field that contains the object, and the object.
func walk(place, in string, node any, visit func(place, in string, o map[string]any)) {
	switch node := node.(type) {
	case map[string]any:
		visit(place, in, node)
		for field, value := range node {
			at := place + "/" + escapePointer.Replace(field)
			entries, isMap := value.(map[string]any)
			switch {
			case slices.Contains([]string{"example", "value", "x-known-values"}, field): // data
			case isMap && slices.Contains(named, field):
				for name, entry := range entries {
					walk(at+"/"+escapePointer.Replace(name), field, entry, visit)
				}
			default:
				walk(at, field, value, visit)
			}
		}
	case []any:
		for i, item := range node {
			name, _ := object(item)["name"].(string)
			walk(place+"/"+cmp.Or(name, strconv.Itoa(i)), in, item, visit)
		}
	}
}

// follow visits the objects in the node at a place, and the targets of references once each.
func follow(doc map[string]any, place string, reached map[string]bool, visit func(place, in string, o map[string]any)) {
	walk(place, place[strings.LastIndex(place, "/")+1:], lookUp(doc, place), func(at, in string, o map[string]any) {
		visit(at, in, o)
		if ref, _ := o["$ref"].(string); ref != "" && !reached[ref] {
			reached[ref] = true
			follow(doc, strings.TrimPrefix(ref, "#"), reached, visit)
		}
	})
}

// lookUp returns the value at a JSON Pointer, or nil. The pointer may contain the name of a parameter instead of its index, so
// that the pointer stays valid when another parameter is inserted.
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
