package main

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Package wrapper adds at most these modules to a program.
var maxModules = []string{
	"github.com/apapsch/go-jsonmerge/v2", // from oapi-codegen/runtime
	"github.com/google/uuid",             // from oapi-codegen/runtime
	"github.com/oapi-codegen/runtime",    // the generated client
	"golang.org/x/time",                  // the rate limit
}

// A program that imports package wrapper has at most maxSumLines lines in go.sum, and is at most maxBytes larger than a program
// that makes the same request with net/http.
const (
	maxSumLines = 20
	maxBytes    = 800 << 10 // 740 KiB today, of which package regexp needs 140 KiB
)

const importsWrapper = `package main

import (
	"context"
	"fmt"

	"MODULE/wrapper"
)

func main() {
	c, _ := wrapper.FromEnv()
	fmt.Println(c.GetScanRunStatus(context.Background(), 789))
}
`

const importsNetHTTP = `package main

import (
	"encoding/json"
	"fmt"
	"net/http"
)

func main() {
	var status struct{ DATA string }
	res, _ := http.Get("https://api-acme.xdr.us.paloaltonetworks.com/public_api/netscan/v1/scan/run?id=789")
	fmt.Println(json.NewDecoder(res.Body).Decode(&status), status)
}
`

func TestWrapperAddsLittleToAProgram(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":          "module weight\n\ngo 1.26.0\n\nrequire MODULE v0.0.0\n\nreplace MODULE => " + filepath.ToSlash(must(filepath.Abs(root))) + "\n",
		"plain/main.go":   importsNetHTTP,
		"program/main.go": importsWrapper,
	} {
		file := filepath.Join(dir, name)
		check(os.MkdirAll(filepath.Dir(file), 0o700))
		check(os.WriteFile(file, []byte(strings.ReplaceAll(content, "MODULE", module)), 0o600))
	}
	cmd := exec.Command("go", "build", "-mod=mod", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", "bin/", "./...")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}

	program := filepath.Join(dir, "bin/program")
	var modules []string
	for _, dep := range must(buildinfo.ReadFile(program)).Deps {
		if dep.Path != module {
			modules = append(modules, dep.Path)
		}
	}
	added := must(os.Stat(program)).Size() - must(os.Stat(filepath.Join(dir, "bin/plain"))).Size()
	sumLines := strings.Count(string(must(os.ReadFile(filepath.Join(dir, "go.sum")))), "\n")
	t.Logf("modules %q, %d lines of go.sum, %d KiB", modules, sumLines, added>>10)
	for _, m := range modules {
		if !slices.Contains(maxModules, m) {
			t.Errorf("a program that imports wrapper now links %s: if that is necessary, add it here, and its reason to CONTRIBUTING.md", m)
		}
	}
	if len(modules) == 0 || sumLines == 0 || added <= 0 {
		t.Error("nothing was measured")
	}
	if sumLines > maxSumLines {
		t.Errorf("got %d lines in go.sum, want at most %d", sumLines, maxSumLines)
	}
	if added > maxBytes {
		t.Errorf("got a program %d KiB larger than with net/http alone, want at most %d", added>>10, maxBytes>>10)
	}
}
