package generator

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// HandWritten says where hand-written code does not fit the document: the operations that the sandbox implements and the
// document lacks, the schemas of gen/types.go, and what wrapper would not send.
func HandWritten(doc *openapi3.T, root string) ([]string, error) {
	operations, err := MissingOperations(doc, root)
	if err != nil {
		return nil, err
	}
	schemas, err := missingSchemas(doc, root)
	if err != nil {
		return nil, err
	}
	fields, err := unsent(doc, root)
	return slices.Concat(operations, schemas, fields), err
}

// MissingOperations says which operations the sandbox implements and the document lacks.
func MissingOperations(doc *openapi3.T, root string) ([]string, error) {
	ids, err := included(root)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			known[op.OperationID] = true
		}
	}
	var list []string
	for _, id := range ids {
		if !known[id] {
			list = append(list, fmt.Sprintf("operation %s: sandbox/operations.go implements it, and it is not there; see Another document in CONTRIBUTING.md", id))
		}
	}
	return list, nil
}

// included returns the operations that the sandbox implements: the keys of the map operations in its source. (Package
// sandbox itself can't be imported, because package gen may not compile yet.) Wrapper has methods for them, too.
func included(root string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "sandbox", "operations.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	var ids []string
	if object := file.Scope.Lookup("operations"); object != nil {
		ast.Inspect(object.Decl.(ast.Node), func(n ast.Node) bool {
			if pair, isPair := n.(*ast.KeyValueExpr); isPair {
				if key, isLiteral := pair.Key.(*ast.BasicLit); isLiteral {
					if id, err := strconv.Unquote(key.Value); err == nil {
						ids = append(ids, id)
					}
				}
			}
			return true
		})
	}
	if len(ids) == 0 {
		return nil, errors.New("sandbox/operations.go has no map of operations by operationId")
	}
	return ids, nil
}

func missingSchemas(doc *openapi3.T, root string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "gen", "types.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	imported := map[string]bool{}
	for _, i := range file.Imports {
		imported[filepath.Base(i.Path.Value[1:len(i.Path.Value)-1])] = true
	}
	missing := map[string]bool{}
	for _, name := range file.Unresolved {
		known := types.Universe.Lookup(name.Name) != nil || imported[name.Name]
		if !known && ast.IsExported(name.Name) && (doc.Components == nil || doc.Components.Schemas[name.Name] == nil) {
			missing[name.Name] = true
		}
	}
	var list []string
	for name := range missing {
		list = append(list, fmt.Sprintf("schema %s: gen/types.go is written for it, and it is not there; see Another document in CONTRIBUTING.md", name))
	}
	slices.Sort(list)
	return list, nil
}
