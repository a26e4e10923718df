package generator

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// HandWritten says where hand-written code does not fit the document: the operations that the sandbox implements and the
// document lacks, which the generator leaves out in silence, the schemas of gen/types.go, what wrapper would not send, and
// what is called like a type of gen/server.
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
	if err != nil {
		return nil, err
	}
	names, err := serverClashes(doc, root)
	return slices.Concat(operations, schemas, fields, names), err
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
			list = append(list, fmt.Sprintf("operation %s: api/server.cfg.yaml includes it, wrapper and sandbox have methods for it, and it is not there; see Another document in CONTRIBUTING.md", id))
		}
	}
	return list, nil
}

// included are the operations that the sandbox implements. Wrapper has methods for them, too.
func included(root string) ([]string, error) {
	content, err := os.ReadFile(filepath.Join(root, "api", "server.cfg.yaml"))
	if err != nil {
		return nil, err
	}
	var config struct {
		Options struct {
			IDs []string `yaml:"include-operation-ids"`
		} `yaml:"output-options"`
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		return nil, err
	}
	if len(config.Options.IDs) == 0 {
		return nil, errors.New("api/server.cfg.yaml has no include-operation-ids")
	}
	return config.Options.IDs, nil
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
