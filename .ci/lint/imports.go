package main

import (
	"os"
	"path/filepath"

	"github.com/OpenPeeDeeP/depguard/v2"
	"honnef.co/go/tools/analysis/lint"
)

type lintAnalyzer = lint.Analyzer

// root is the current folder with a trailing slash.
var root = func() string {
	folder, err := os.Getwd()
	check(err)
	return filepath.ToSlash(folder) + "/"
}()

const (
	module   = "example.com/cortexscan"
	text     = module + "/internal/text$"
	standard = "$gostd"
)

// Imports run one way: cmd → sandbox, wrapper, api; sandbox → api, gen; wrapper → gen. A program that imports only wrapper
// does not contain the validator's libraries, which are large and slow to initialize.
var importRules = depguard.LinterSettings{
	"gen":     only("gen", standard, "github.com/oapi-codegen"),
	"wrapper": only("wrapper", standard, text, module+"/gen$", module+"/wrapper/internal", "golang.org/x/time"),
	"envelope": {
		ListMode: "lax", Files: []string{root + "wrapper/internal/envelope/**", "!$test"},
		Deny: map[string]string{"net/http": "envelope parses bodies and must not depend on net/http"},
	},
	"text": only("internal/text", standard),
	"api": only("api", standard, text, module+"/api/internal", "github.com/getkin/kin-openapi", "github.com/go-json-experiment/json",
		"go.yaml.in/yaml"),
	"sandbox": only("sandbox", standard, text, module+"/api$", module+"/gen$"), // not wrapper, whose tests use the sandbox
	"tools":   never(module+"/internal/tools", "only internal/tools and tests may import the maintainers' tools", "internal/tools", "tests"),
	"tests":   never(module+"/tests", "only tests may import packages in tests/", "tests"),
	"rand":    never("math/rand$", "use math/rand/v2, or crypto/rand for keys and nonces"),
	"ioutil":  never("io/ioutil", "use io and os"),
}

// only restricts the code in and below a folder to the given imports. It does not apply to test files.
func only(folder string, allow ...string) *depguard.List {
	return &depguard.List{ListMode: "strict", Files: []string{root + folder + "/**", "!$test"}, Allow: allow}
}

// never forbids an import everywhere except in and below the given folders.
func never(deny, reason string, except ...string) *depguard.List {
	files := []string{"$all"}
	for _, folder := range except {
		files = append(files, "!"+root+folder+"/**")
	}
	return &depguard.List{ListMode: "lax", Files: files, Deny: map[string]string{deny: reason}}
}
