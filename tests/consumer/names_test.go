package main

import (
	"go/ast"
	"go/types"
	"strings"
	"testing"
)

// This program uses every exported name of the packages, and every exported method and field of their types. Generated
// names are left out, because they grow with the OpenAPI document.
func TestEveryNameIsUsed(t *testing.T) {
	w := load(t)
	used := map[types.Object]bool{}
	for _, object := range w.check(t, w.parseProgram(t)).Uses {
		used[object] = true
	}
	for _, name := range []string{"wrapper", "api", "sandbox", "gen"} {
		pkg := w.importPackage(t, name)
		count := 0
		require := func(of string, object types.Object) {
			generated := strings.HasSuffix(w.fset.Position(object.Pos()).Filename, ".gen.go")
			if !object.Exported() || generated {
				return
			}
			if count++; !used[object] {
				t.Errorf("%s%s.%s is not used in this program: use it in %s.go", name, of, object.Name(), name)
			}
		}
		for _, n := range pkg.Scope().Names() {
			object := pkg.Scope().Lookup(n)
			require("", object)
			named, isType := object.Type().(*types.Named)
			if _, isTypeName := object.(*types.TypeName); !isType || !isTypeName || !object.Exported() || named.Obj().Pkg() != pkg {
				continue
			}
			for m := range named.Methods() {
				require("."+n, m)
			}
			switch under := named.Underlying().(type) {
			case *types.Struct:
				for f := range under.Fields() {
					require("."+n, f)
				}
			case *types.Interface:
				for m := range under.Methods() {
					require("."+n, m)
				}
			}
		}
		if count == 0 {
			t.Errorf("package %s has no exported names", name)
		}
	}
}

// parseProgram parses the files of this program, without its tests.
func (w *world) parseProgram(t *testing.T) []*ast.File {
	t.Helper()
	var files []*ast.File
	for _, name := range w.files {
		files = append(files, w.parse(t, name, nil))
	}
	return files
}
