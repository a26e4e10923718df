//go:build toolchain

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/cortexscan/internal/tools/limits"
	"example.com/cortexscan/internal/tools/trial"
)

const testdata = "internal/tools/limits/testdata"

func TestVendorCheck(t *testing.T) {
	t.Chdir("../../..")
	ours, err := os.ReadFile("api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := limits.Load(t.Context(), ours)
	if err != nil {
		t.Fatal(err)
	}
	n := 0 // the contract's own operations, which are tried too
	for _, item := range doc.Paths.Map() {
		n += len(item.Operations())
	}
	mixed := merged(t, testdata+"/growth/charset.yaml", testdata+"/refused/untyped-parameter.yaml")
	for _, tt := range []struct {
		name, file string
		fails      bool
		says       []string
	}{
		{"a good operation, and one that fails when it is called", mixed, true, []string{
			"is tried together with api/openapi.yaml", "load", "limits", "panics if it is not set", "generate, compile  ok", "POST /growth/charset",
			"FAILED: called with required values only: it panics", fmt.Sprintf("%d operations: %d ok, 0 not tried, 1 failed", n+2, n+1),
		}},
		{"one that does not load", testdata + "/refused/type-list.yaml", true, []string{"load               FAILED", "an array of types is for OpenAPI >=3.1"}},
		{"one that does not compile", testdata + "/refused/members-case.yaml", true,
			[]string{"the members ID and id become one Go name", "compile            FAILED", "ID redeclared"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := vendorCheck(t.Context(), tt.file, &out); (err != nil) != tt.fails {
				t.Errorf("got %v", err)
			}
			for _, words := range tt.says {
				if !strings.Contains(out.String(), words) {
					t.Errorf("%q is missing from\n%s", words, out.String())
				}
			}
		})
	}
	if now, err := os.ReadFile("api/openapi.yaml"); err != nil || !bytes.Equal(now, ours) {
		t.Error("api/openapi.yaml was changed")
	}
	if err := vendorCheck(t.Context(), "no such file", &bytes.Buffer{}); err == nil {
		t.Error("a file that is not there is no error")
	}
}

// merged writes two documents as one.
func merged(t *testing.T, files ...string) string {
	t.Helper()
	var documents [][]byte
	for _, file := range files {
		document, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, document)
	}
	document, kept, err := trial.Merge(documents[0], documents[1])
	if err != nil || len(kept) > 0 {
		t.Fatal(err, kept)
	}
	path := filepath.Join(t.TempDir(), "merged.yaml")
	if err := os.WriteFile(path, document, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
