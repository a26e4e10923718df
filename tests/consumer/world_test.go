package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// world type-checks Go code against the compiled packages of this module.
type world struct {
	module   string // "example.com/cortexscan"
	fset     *token.FileSet
	importer types.Importer
}

// load asks go list for the compiled packages that a snippet may import.
func load(t *testing.T) *world {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export", ".",
		"log", "log/slog", "os", "net/url", "bytes", "strings", "testing", "sync", "crypto/tls")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	w := &world{fset: token.NewFileSet()}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var pkg struct{ ImportPath, Export string }
		if err := d.Decode(&pkg); err != nil {
			t.Fatal(err)
		}
		exports[pkg.ImportPath] = pkg.Export
		if root, is := strings.CutSuffix(pkg.ImportPath, "/tests/consumer"); is {
			w.module = root
		}
	}
	w.importer = importer.ForCompiler(w.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return w
}

// check parses and type-checks a file. It allows unused variables, which a snippet may have.
func (w *world) check(t *testing.T, source string) {
	t.Helper()
	f, err := parser.ParseFile(w.fset, "", source, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("%v\n%s", err, source)
		return
	}
	conf := types.Config{Importer: w.importer, Error: func(err error) {
		if e, ok := errors.AsType[types.Error](err); !ok || !e.Soft {
			t.Error(err)
		}
	}}
	_, _ = conf.Check("snippet", w.fset, []*ast.File{f}, nil) // conf.Error has reported the errors
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
