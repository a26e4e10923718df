//go:build toolchain

package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

const testdata = "internal/tools/limits/testdata"

func TestOperationsAreTried(t *testing.T) {
	t.Chdir("../../..")
	ours, err := os.ReadFile(contract)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, file string
		operations []string
		fails      bool
		want       []string
	}{
		{"an operation that works", testdata + "/growth/charset.yaml", nil, false, []string{
			"added        operation charset, POST /growth/charset", "POST /growth/charset  ok", "1 ok, 0 not tried, 0 failed",
		}},
		{"one operation of two", testdata + "/growth/head.yaml", []string{"headOnly"}, false, []string{"1 ok"}},
		{"a list of types", testdata + "/refused/type-list.yaml", nil, false, []string{"the type null is written as nullable", "1 ok"}},
		{"properties that differ in case", testdata + "/refused/properties-case.yaml", nil, false, []string{"gets x-go-name", "1 ok"}},
		{"an operation that the client cannot send", testdata + "/refused/space-delimited.yaml", nil, true, []string{"FAILED: GET /refused/space-delimited parameter words: has the style spaceDelimited", "1 failed"}},
		{"our own operations", contract, nil, false, []string{"POST /public_api/v1/endpoints/abort_scan is already in api/openapi.yaml, as \"abortScan\"", "0 ok"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := run(t.Context(), tt.file, tt.operations, false, &out); (err != nil) != tt.fails {
				t.Errorf("got error %v, want one: %v", err, tt.fails)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing from\n%s", want, out.String())
				}
			}
		})
	}
	if now, err := os.ReadFile(contract); err != nil || !bytes.Equal(now, ours) {
		t.Error("api/openapi.yaml was changed")
	}
}
