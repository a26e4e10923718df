package main

import (
	"fmt"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// surroundings declares the variables that snippets use without declaring them.
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

// The Go snippets in Markdown files and doc comments compile. A fence with another word after "go" is skipped.
func TestSnippetsCompile(t *testing.T) {
	w := load(t)
	snippets := append(inDocuments(), inComments()...)
	for _, s := range snippets {
		t.Run(s.place, func(t *testing.T) {
			code := s.code
			if !strings.HasPrefix(code, "package ") {
				code = strings.ReplaceAll(code, "…", "")
				code = strings.NewReplacer("MODULE", w.module, "SNIPPET", code).Replace(surroundings)
			}
			w.check(t, code)
		})
	}
	for _, place := range []string{"README.md", "package wrapper", "package sandbox"} {
		if !slices.ContainsFunc(snippets, func(s snippet) bool { return strings.HasPrefix(s.place, place) }) {
			t.Errorf("no snippet was found in %s", place)
		}
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
					// Other code blocks are tables and wire formats.
					if code, isCode := block.(*comment.Code); isCode && strings.Contains(code.Text, ":=") {
						all = append(all, snippet{fmt.Sprintf("package %s, %d", name, len(all)+1), code.Text})
					}
				}
			}
		}
	}
	return all
}
