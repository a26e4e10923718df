package generator

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// HandWritten says which schemas gen/types.go is written for and the document lacks: package gen does not compile
// without them.
func HandWritten(doc *openapi3.T, root string) ([]string, error) {
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
