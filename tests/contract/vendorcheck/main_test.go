package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/cortexscan/tests/contract/generator"
)

const testdata = "tests/contract/testdata"

func TestVendorCheck(t *testing.T) {
	if testing.Short() {
		t.Skip("generates and compiles other clients")
	}
	t.Chdir("../../..")
	ours, err := os.ReadFile("api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := generator.Load(t.Context(), ours)
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
	document, kept, err := generator.Merge(documents[0], documents[1])
	if err != nil || len(kept) > 0 {
		t.Fatal(err, kept)
	}
	path := filepath.Join(t.TempDir(), "merged.yaml")
	if err := os.WriteFile(path, document, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTakePlace: a document with both of our operations replaces the contract, any other one is added to it.
func TestTakePlace(t *testing.T) {
	t.Chdir("../../..")
	ours, err := os.ReadFile("api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	document, err := takePlace(t.Context(), "api/openapi.yaml", &out)
	if err != nil || !bytes.Equal(document, ours) || !strings.Contains(out.String(), "in place of api/openapi.yaml") {
		t.Errorf("got %d bytes, %v, %s", len(document), err, out.String())
	}
	document, err = takePlace(t.Context(), testdata+"/growth/charset.yaml", &out)
	if err != nil || !bytes.Contains(document, []byte("/growth/charset")) || !bytes.Contains(document, []byte("abortScan")) {
		t.Errorf("got %v, %s", err, document)
	}
}

func TestLimits(t *testing.T) {
	t.Chdir("../../..")
	if err := limits(t.Context(), "api/openapi.yaml", nil); err != nil {
		t.Error(err)
	}
	for file, want := range map[string]string{
		testdata + "/refused/members-case.yaml": "the members ID and id become one Go name",
		testdata + "/refused/lookahead.yaml":    "(?!",
		testdata + "/growth/charset.yaml":       "operation abortScan: ",
		"no such file":                          "no such file",
	} {
		if err := limits(t.Context(), file, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", file, err, want)
		}
	}
}
