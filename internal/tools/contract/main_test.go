package main

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	t.Chdir("../../..")
	if err := check(t.Context(), "api/openapi.yaml", nil); err != nil {
		t.Error(err)
	}
	for file, want := range map[string]string{
		"internal/tools/limits/testdata/refused/members-case.yaml": "the members ID and id become one Go name",
		"internal/tools/limits/testdata/refused/lookahead.yaml":    "(?!",
		"internal/tools/limits/testdata/growth/charset.yaml":       "operation AbortScan: ",
		"no such file": "no such file",
	} {
		if err := check(t.Context(), file, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", file, err, want)
		}
	}
}
