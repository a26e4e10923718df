package limits

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// unsent reports the required parameters and properties of wrapper's operations that wrapper does not set. The code would
// compile, but omit the parameter or send the zero value of the property.
func (w *wrapperCode) unsent(doc *openapi3.T) []string {
	u := &unsentFields{set: w.fields, seen: map[string]bool{}}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if !w.sends(op.OperationID) {
				continue
			}
			for _, ref := range slices.Concat(item.Parameters, op.Parameters) {
				if p := ref.Value; p.Required && p.In != openapi3.ParameterInPath {
					u.check(op.OperationID, p.In+" parameter "+p.Name, GoName(op.OperationID+"-params"), nameOf(p.Name, ref.Extensions, p.Extensions))
				}
			}
			if op.RequestBody != nil {
				for _, m := range op.RequestBody.Value.Content {
					u.schema(op.OperationID, m.Schema)
				}
			}
		}
	}
	slices.Sort(u.list)
	return u.list
}

type unsentFields struct {
	set  map[string]map[string]bool
	seen map[string]bool // references
	list []string
}

func (u *unsentFields) check(id, what, typ, field string) {
	if !u.set[typ][field] {
		u.list = append(u.list, fmt.Sprintf("operation %s: the %s is required, and wrapper does not set %s in gen.%s: set it there, then generate again", id, what, field, typ))
	}
}

// schema checks the required properties of a schema and of the schemas in it, if wrapper uses their Go types.
func (u *unsentFields) schema(id string, ref *openapi3.SchemaRef) {
	if ref == nil || u.seen[ref.Ref] {
		return
	}
	u.seen[ref.Ref] = ref.Ref != ""
	w := wholeOf(ref.Value)
	if typ := GoName(ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]); u.set[typ] != nil {
		for _, name := range w.required {
			if property := w.properties[name]; property != nil {
				u.check(id, "property "+name, typ, nameOf(name, property.Extensions, property.Value.Extensions))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.properties)) {
		u.schema(id, w.properties[name])
	}
	for _, part := range slices.Concat(ref.Value.OneOf, ref.Value.AnyOf, openapi3.SchemaRefs{ref.Value.Items}) {
		u.schema(id, part)
	}
}

// wrapperCode describes how the hand-written client uses package gen.
type wrapperCode struct {
	fields  map[string]map[string]bool // for each name in package gen, the field names in the files that use it
	strings map[string]bool            // string literals, in lower case
}

func readWrapper(root string) (*wrapperCode, error) {
	files, err := filepath.Glob(filepath.Join(root, "wrapper", "*.go"))
	if err != nil {
		return nil, err
	}
	w := &wrapperCode{fields: map[string]map[string]bool{}, strings: map[string]bool{}}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return nil, err
		}
		names, fields := map[string]bool{}, map[string]bool{}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if pkg, isName := n.X.(*ast.Ident); isName && pkg.Name == "gen" {
					names[n.Sel.Name] = true
				} else {
					fields[n.Sel.Name] = true
				}
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					w.strings[strings.ToLower(s)] = true
				}
			case *ast.KeyValueExpr:
				if key, isName := n.Key.(*ast.Ident); isName {
					fields[key.Name] = true
				}
			}
			return true
		})
		for name := range names {
			if w.fields[name] == nil {
				w.fields[name] = map[string]bool{}
			}
			maps.Copy(w.fields[name], fields)
		}
	}
	if len(w.fields) == 0 {
		return nil, fmt.Errorf("%s does not use package gen: is %q the root of the repository?", filepath.Join(root, "wrapper"), root)
	}
	return w, nil
}
