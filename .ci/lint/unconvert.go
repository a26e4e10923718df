package main

import (
	"go/token"

	"github.com/golangci/unconvert"
	"golang.org/x/tools/go/analysis"
)

// unnecessaryConversion reports conversions to the type that the value already has.
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
