package main

import (
	"encoding/json"
	"fmt"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

const root = "../.."

// module is "example.com/cortexscan".
var module = strings.TrimSuffix(reflect.TypeFor[wrapper.Client]().PkgPath(), "/wrapper")

// surroundings declares the variables that snippets use but do not declare.
const surroundings = `package snippet

import (
	"bytes"; "context"; "errors"; "fmt"; "io"; "log"; "log/slog"; "net/http"; "net/http/httptest"; "os"; "strings"
	"sync"; "testing"; "time"

	"MODULE/api"; "MODULE/gen"; "MODULE/sandbox"; "MODULE/wrapper"
)

func _(ctx context.Context, t *testing.T, c *wrapper.Client, client *gen.ClientWithResponses, tenant, url, id, key string, body gen.AbortScanRequest,
	cred wrapper.Credential, doer gen.HttpRequestDoer, proxy, next http.Handler, w http.ResponseWriter, r *http.Request) error {
	{
SNIPPET
	}
	return nil
}
`

// Go snippets in Markdown files and doc comments must compile, except those whose fence has another word after "go". Unused
// variables and imports are allowed.
func TestSnippetsCompile(t *testing.T) {
	snippets := append(inDocuments(), inComments()...)
	overlay := map[string]string{}
	args := []string{"build", "-gcflags=-e", "-overlay", filepath.Join(t.TempDir(), "overlay.json")}
	for i, s := range snippets {
		code := "//line " + s.place + "\n" + s.code
		if !strings.HasPrefix(s.code, "package ") {
			code = strings.ReplaceAll(code, "…", "")
			code = strings.NewReplacer("MODULE", module, "SNIPPET", code).Replace(surroundings)
		}
		dir := fmt.Sprintf("snippet%d", i)
		file := filepath.Join(t.TempDir(), dir+".go")
		check(os.WriteFile(file, []byte(code), 0o600))
		overlay[must(filepath.Abs(dir+"/snippet.go"))] = file
		args = append(args, "./"+dir)
	}
	check(os.WriteFile(args[3], must(json.Marshal(map[string]any{"Replace": overlay})), 0o600))
	out, _ := exec.CommandContext(t.Context(), "go", args...).CombinedOutput()
	allowed := regexp.MustCompile(`^# |: (declared|.* imported) and not used`)
	for line := range strings.Lines(string(out)) {
		if !allowed.MatchString(line) {
			t.Error(strings.TrimSpace(line))
		}
	}
	for _, place := range []string{"README.md", "package wrapper", "package sandbox"} {
		if !slices.ContainsFunc(snippets, func(s snippet) bool { return strings.HasPrefix(s.place, place) }) || !strings.Contains(string(out), place) {
			t.Errorf("no snippet of %s was compiled", place)
		}
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

type snippet struct{ place, code string }

var fence = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

func inDocuments() (all []snippet) {
	for _, pattern := range []string{"*.md", "*/*.md", "*/*/*.md"} {
		for _, file := range must(filepath.Glob(filepath.Join(root, pattern))) {
			text := must(os.ReadFile(file))
			for _, at := range fence.FindAllSubmatchIndex(text, -1) {
				line := 1 + strings.Count(string(text[:at[2]]), "\n")
				all = append(all, snippet{fmt.Sprintf("%s:%d", strings.TrimPrefix(file, root+"/"), line), string(text[at[2]:at[3]])})
			}
		}
	}
	return all
}

func inComments() (all []snippet) {
	for _, name := range []string{"wrapper", "api", "sandbox", "gen"} {
		for _, path := range must(filepath.Glob(filepath.Join(root, name, "*.go"))) {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			for _, group := range must(parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)).Comments {
				for _, block := range new(comment.Parser).Parse(group.Text()).Content {
					// Code blocks without := are tables and wire formats.
					if code, isCode := block.(*comment.Code); isCode && strings.Contains(code.Text, ":=") {
						all = append(all, snippet{fmt.Sprintf("package %s, snippet %d:1", name, len(all)+1), code.Text})
					}
				}
			}
		}
	}
	return all
}
