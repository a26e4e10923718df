package main

import (
	"go/ast"
	"slices"

	"golang.org/x/tools/go/analysis"
)

// wellKnown lists methods that need no comment, because an interface of the standard library documents them.
var wellKnown = []string{"Error", "ServeHTTP", "String", "Unwrap"}

// documented reports exported names without a comment.
var documented = &analysis.Analyzer{Name: "documented", Doc: "exported names have a comment", Run: func(pass *analysis.Pass) (any, error) {
	missing := func(name *ast.Ident, comments ...*ast.CommentGroup) {
		for _, c := range comments {
			if c != nil {
				return
			}
		}
		if name.IsExported() && !slices.Contains(wellKnown, name.Name) {
			pass.Reportf(name.Pos(), "exported %s has no comment", name.Name)
		}
	}
	for _, file := range pass.Files {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					missing(d.Name, d.Doc)
				} else if ident, ok := ast.Unparen(receiver(d)).(*ast.Ident); ok && ident.IsExported() {
					missing(d.Name, d.Doc)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						missing(s.Name, d.Doc, s.Doc)
					case *ast.ValueSpec:
						missing(s.Names[0], d.Doc, s.Doc, s.Comment)
					}
				}
			}
		}
	}
	return nil, nil
}}

func receiver(d *ast.FuncDecl) ast.Expr {
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	return of
}
