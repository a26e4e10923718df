package main

import (
	"go/token"

	"github.com/golangci/unconvert"
	"golang.org/x/tools/go/analysis"
)

// unnecessaryConversion reports conversions of a value to its own type.
var unnecessaryConversion = &analysis.Analyzer{Name: "unconvert", Doc: "conversions are necessary", Run: func(pass *analysis.Pass) (any, error) {
	for _, position := range unconvert.Run(pass) {
		for _, file := range pass.Files {
			if f := pass.Fset.File(file.Pos()); f.Name() == position.Filename {
				pass.Reportf(f.LineStart(position.Line)+token.Pos(position.Column-1), "the value already has this type")
			}
		}
	}
	return nil, nil
}}
