package repo_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFilesPointOneWay: in these packages types and helpers stand in files below those that use them, and no file reaches
// back up, so that each can be read with only what is below it in mind.
func TestFilesPointOneWay(t *testing.T) {
	patterns := []string{"./wrapper/...", "./api/...", "./internal/text", "./sandbox", "./cmd/..."}
	exports := exportData(t, patterns)
	for folder := range strings.FieldsSeq(goTool(t, "../..", append([]string{"list", "-f", "{{.Dir}}"}, patterns...)...)) {
		uses := fileUses(t, folder, exports)
		for file := range uses {
			for used, names := range uses[file] {
				if reaches(uses, used, file) {
					t.Errorf("%s uses %v of %s, which uses %s in turn: move what both need into a file below them",
						filepath.Join(filepath.Base(folder), file), slices.Sorted(maps.Keys(names)), used, file)
				}
			}
		}
	}
}

// exportData returns the compiler's files of the packages that the given ones import.
func exportData(t *testing.T, patterns []string) map[string]string {
	t.Helper()
	files := map[string]string{}
	out := goTool(t, "../..", append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, patterns...)...)
	for line := range strings.Lines(out) {
		if path, file, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
			files[path] = file
		}
	}
	return files
}

// uses tells which names a file uses of which other file of its package.
type uses map[string]map[string]map[string]bool

func fileUses(t *testing.T, folder string, exports map[string]string) uses {
	t.Helper()
	fset := token.NewFileSet()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	pkg, err := config.Check(folder, fset, files, info)
	if err != nil {
		t.Fatal(err)
	}
	found := uses{}
	for ident, object := range info.Uses {
		if object.Pkg() != pkg || !isOfPackage(object) {
			continue
		}
		from, to := filepath.Base(fset.Position(ident.Pos()).Filename), filepath.Base(fset.Position(object.Pos()).Filename)
		if from == to {
			continue
		}
		if found[from] == nil {
			found[from] = map[string]map[string]bool{}
		}
		if found[from][to] == nil {
			found[from][to] = map[string]bool{}
		}
		found[from][to][object.Name()] = true
	}
	return found
}

// isOfPackage reports whether an object is declared by a file and not inside a function or a struct.
func isOfPackage(object types.Object) bool {
	if f, ok := object.(*types.Func); ok {
		return f.Signature().Recv() == nil || !types.IsInterface(f.Signature().Recv().Type())
	}
	return object.Parent() == object.Pkg().Scope()
}

func reaches(u uses, from, to string) bool {
	seen := map[string]bool{}
	var visit func(string) bool
	visit = func(file string) bool {
		if file == to {
			return true
		}
		if seen[file] {
			return false
		}
		seen[file] = true
		for next := range u[file] {
			if visit(next) {
				return true
			}
		}
		return false
	}
	return visit(from)
}
