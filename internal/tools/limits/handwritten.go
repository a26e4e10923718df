package limits

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// HandWritten reports where hand-written code does not fit the document. It finds operations and schemas that the document lacks;
// required parameters, properties and headers that wrapper does not set; and paths that have changed. root is the path of the
// repository.
func HandWritten(doc *openapi3.T, root string) ([]string, error) {
	w, err := readWrapper(root)
	if err != nil {
		return nil, err
	}
	schemas, err := missingSchemas(doc, root)
	if err != nil {
		return nil, err
	}
	moved, err := w.moved(doc, root)
	return slices.Concat(w.missingOperations(doc), schemas, w.unsent(doc), w.unsigned(doc), moved), err
}

const seeAnother = "see \"Another document\" in CONTRIBUTING.md"

// requestBuilder matches the generated functions that build a request.
var requestBuilder = regexp.MustCompile(`^New(\w+)Request(WithBody)?$`)

// missingOperations reports the operations that wrapper calls but the document lacks.
func (w *wrapperCode) missingOperations(doc *openapi3.T) []string {
	known := map[string]bool{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			known[GoName(op.OperationID)] = true
		}
	}
	var list []string
	for name := range w.fields {
		if m := requestBuilder.FindStringSubmatch(name); m != nil && !known[m[1]] {
			list = append(list, fmt.Sprintf("operation %s: wrapper calls gen.%s, and the document has no such operation; %s", m[1], name, seeAnother))
		}
	}
	slices.Sort(list)
	return list
}

// sends reports whether wrapper has a method for the operation.
func (w *wrapperCode) sends(operationID string) bool {
	name := GoName(operationID)
	return w.fields["New"+name+"Request"] != nil || w.fields["New"+name+"RequestWithBody"] != nil
}

// missingSchemas reports the exported types that gen/types.go uses but the document has no schema for.
func missingSchemas(doc *openapi3.T, root string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "gen", "types.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	imported := map[string]bool{}
	for _, i := range file.Imports {
		imported[filepath.Base(i.Path.Value[1:len(i.Path.Value)-1])] = true
	}
	var list []string
	for _, name := range file.Unresolved {
		known := types.Universe.Lookup(name.Name) != nil || imported[name.Name]
		if !known && ast.IsExported(name.Name) && (doc.Components == nil || doc.Components.Schemas[name.Name] == nil) {
			list = append(list, fmt.Sprintf("schema %s: gen/types.go uses its type, and the document has no such schema; %s", name.Name, seeAnother))
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// Reserved returns the names in package gen that no schema may have: those that every generated client declares, and those in
// gen/types.go. root is the repository.
func Reserved(root string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "gen", "types.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	return slices.Concat(clientNames, slices.Sorted(maps.Keys(file.Scope.Objects))), nil
}
