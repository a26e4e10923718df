package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	inPlace := filepath.Join(t.TempDir(), "inplace.yaml")
	if err := os.WriteFile(inPlace, ours, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, file string
		fails      bool
		says       []string
	}{
		{"a good one", testdata + "/growth/charset.yaml", false,
			[]string{"is tried together with api/openapi.yaml", "load", "POST /growth/charset", "3 operations: 3 ok, 0 not tried, 0 failed"}},
		{"one with our operations", inPlace, false, []string{"in place of api/openapi.yaml", "2 operations: 2 ok"}},
		{"one that does not load", testdata + "/refused/type-list.yaml", true, []string{"load               FAILED", "an array of types is for OpenAPI >=3.1"}},
		{"one that does not compile", testdata + "/refused/members-case.yaml", true,
			[]string{"the members ID and id become one Go name", "compile            FAILED", "ID redeclared"}},
		{"one that fails when it is called", testdata + "/refused/untyped-parameter.yaml", true,
			[]string{"panics if it is not set", "FAILED: called with required values only: it panics", "3 operations: 2 ok, 0 not tried, 1 failed"}},
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
