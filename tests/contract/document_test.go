// Package contract_test holds api/openapi.yaml to the rules that matter most here, with Go alone: what its
// operations have to document, that its examples are true, and that a change of it reaches everything else.
package contract_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"github.com/getkin/kin-openapi/openapi3"
)

const root = "../.."

func load(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(api.Document())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestDocumentIsValid: it is OpenAPI 3.0.3, all of its examples included, and needs no other file.
func TestDocumentIsValid(t *testing.T) {
	doc := load(t) // which refuses references to other files and hosts
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
	if doc.OpenAPI != "3.0.3" {
		t.Errorf("it is written in OpenAPI %s", doc.OpenAPI)
	}
	if got := doc.Servers[0].URL; got != "https://api-{fqdn}" {
		t.Errorf("the server is %s", got)
	}
}

// operation is an operation of the document, with what stands around it.
type operation struct {
	*openapi3.Operation
	name       string // "GET /public_api/netscan/v1/scan/run"
	method     string
	path       string
	parameters openapi3.Parameters // those of the path included
}

func operations(doc *openapi3.T) []operation {
	var all []operation
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Value(path)
		for method, op := range item.Operations() {
			all = append(all, operation{op, method + " " + path, method, path, slices.Concat(item.Parameters, op.Parameters)})
		}
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.name, b.name) })
	return all
}

// media is one place of the document where JSON travels.
type media struct {
	place string
	*openapi3.MediaType
	operation operation
	status    int // of a response; 0 for a request
}

// everyMedia lists the bodies of all requests and responses.
func everyMedia(t *testing.T, doc *openapi3.T) []media {
	t.Helper()
	var all []media
	for _, op := range operations(doc) {
		if op.RequestBody != nil {
			for name, m := range op.RequestBody.Value.Content {
				all = append(all, media{op.name + " request " + name, m, op, 0})
			}
		}
		for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
			code, err := strconv.Atoi(status)
			if err != nil {
				t.Fatalf("%s: %s is no status: each one is documented by itself", op.name, status)
			}
			for name, m := range op.Responses.Value(status).Value.Content {
				all = append(all, media{op.name + " response " + status + " " + name, m, op, code})
			}
		}
	}
	return all
}

// released is the contract of the last release, to break in tests of the checks: it stays as it is while somebody changes
// api/openapi.yaml, so that one mistake there does not make these tests fail as well.
func released(t *testing.T) string {
	t.Helper()
	document, err := os.ReadFile(filepath.Join(root, ".ci", "baseline", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(document)
}
