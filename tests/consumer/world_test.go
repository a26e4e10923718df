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

// world type-checks Go code against the packages that are compiled for this module.
type world struct {
	module   string // "example.com/cortexscan"
	files    []string
	fset     *token.FileSet
	importer types.Importer
}

// load asks go list for the compiled packages that a program or a snippet may import.
func load(t *testing.T) *world {
	t.Helper()
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export,GoFiles,Module", ".",
		"log", "log/slog", "os", "net/url", "bytes", "strings", "testing", "sync", "crypto/tls")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	w := &world{fset: token.NewFileSet()}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg struct {
			ImportPath, Export string
			GoFiles            []string
			Module             *struct{ Path string }
		}
		if err := d.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[pkg.ImportPath] = pkg.Export
		if root, is := strings.CutSuffix(pkg.ImportPath, "/tests/consumer"); is {
			w.module, w.files = root, pkg.GoFiles
		}
	}
	w.importer = importer.ForCompiler(w.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return w
}

func (w *world) importPackage(t *testing.T, name string) *types.Package {
	t.Helper()
	pkg, err := w.importer.Import(w.module + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

// parse parses a file, or the source that is given in its place.
func (w *world) parse(t *testing.T, name string, source any) *ast.File {
	t.Helper()
	f, err := parser.ParseFile(w.fset, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("%v\n%s", err, source)
		return nil
	}
	return f
}

// check type-checks a package. Unused variables are fine: a snippet is a part of a program.
func (w *world) check(t *testing.T, files []*ast.File) *types.Info {
	t.Helper()
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: w.importer, Error: func(err error) {
		var e types.Error
		if errors.As(err, &e) && e.Soft {
			return
		}
		t.Error(err)
	}}
	_, _ = conf.Check("snippet", w.fset, files, info)
	return info
}
