package generator

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// serverClashes says which components would have a Go name in gen that gen/server declares, too, which reads the names of
// gen as its own.
func serverClashes(doc *openapi3.T, root string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "gen", "server", "server.gen.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	declared := map[string]bool{}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				declared[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, isType := s.(*ast.TypeSpec); isType {
					declared[s.Name.Name] = true
				}
			}
		}
	}
	var list []string
	add := func(section, name string) {
		if declared[goName(name)] {
			list = append(list, fmt.Sprintf("%s %s: its Go name is that of a type or function of gen/server; rename it", section, name))
		}
	}
	if doc.Components != nil {
		for name := range doc.Components.Schemas {
			add("schema", name)
		}
		for name := range doc.Components.Responses {
			add("response", name)
		}
		for name := range doc.Components.Parameters {
			add("parameter", name)
		}
		for name := range doc.Components.RequestBodies {
			add("request body", name)
		}
	}
	slices.Sort(list)
	return list, nil
}
