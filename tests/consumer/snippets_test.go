package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
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
	overlay := map[string]string{}
	args := []string{"build", "-gcflags=-e", "-overlay", filepath.Join(t.TempDir(), "overlay.json")}
	for i, s := range snippets() {
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
	for _, place := range []string{"README.md", "wrapper/", "sandbox/"} {
		if !strings.Contains(string(out), place) {
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

var (
	inDocument = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")
	inComment  = regexp.MustCompile(`(?m)((?:^//\t.*\n|^//\n)+)`)
	slashes    = regexp.MustCompile(`(?m)^//\t?`)
)

func snippets() (all []snippet) {
	for _, pattern := range []string{"*.md", "*/*.md", "*/*/*.md", "wrapper/*.go", "api/*.go", "sandbox/*.go", "gen/*.go"} {
		for _, file := range must(filepath.Glob(filepath.Join(root, pattern))) {
			text, isGo := string(must(os.ReadFile(file))), strings.HasSuffix(file, ".go")
			find := inDocument
			if isGo {
				find = inComment
			}
			for _, at := range find.FindAllStringSubmatchIndex(text, -1) {
				code := text[at[2]:at[3]]
				if isGo {
					code = slashes.ReplaceAllString(code, "")
				}
				// Indented comments without := are tables and wire formats.
				if !isGo || strings.Contains(code, ":=") {
					line := 1 + strings.Count(text[:at[2]], "\n")
					all = append(all, snippet{fmt.Sprintf("%s:%d", strings.TrimPrefix(file, root+"/"), line), code})
				}
			}
		}
	}
	return all
}
