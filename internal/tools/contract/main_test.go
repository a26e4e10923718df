package main

import (
	"strings"
	"testing"
)

func TestCheckRefusesDocumentsThatCannotBeGenerated(t *testing.T) {
	t.Chdir("../../..")
	if err := check(t.Context(), contract); err != nil {
		t.Error(err)
	}
	const testdata = "internal/tools/limits/testdata"
	for file, want := range map[string]string{
		testdata + "/refused/properties-case.yaml": "the properties ID and id would have the same Go name",
		testdata + "/refused/percent-path.yaml":    "percent sign",
		testdata + "/growth/charset.yaml":          "operation AbortScan: ",
		"no such file":                             "no such file",
	} {
		if err := check(t.Context(), file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", file, err, want)
		}
	}
}
