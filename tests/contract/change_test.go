//go:build toolchain

package contract_test

import (
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/internal/tools/trial"
)

// grown returns our document after its operations have gained something optional of every kind.
func grown(t *testing.T) string {
	t.Helper()
	document := string(api.Document())
	add := func(before, lines string) {
		t.Helper()
		if !strings.Contains(document, before) {
			t.Fatalf("the document has no %q", before)
		}
		document = strings.Replace(document, before, lines+before, 1)
	}
	add("        - name: fields\n", `        - {name: new_flag, in: query, schema: {type: boolean}, example: false}
        - {name: new_number, in: query, schema: {type: integer, minimum: 1}, example: 1}
        - {name: X-New-Text, in: header, schema: {type: string, format: uuid}, example: 0e6f4e4c-3f4b-4b0e-9a31-9d1c2a7a3b11}
`)
	add("        incident_id:\n", `        new_flag: {type: boolean, example: false}
        new_number: {type: number, example: 0}
        new_list: {type: array, items: {type: string}, example: []}
`)
	add("        endpoints_count:\n", "        new_number: {type: integer}\n")
	add("        '404':\n          $ref", "        '451': {description: Busy, content: {application/json: {schema: {$ref: '#/components/schemas/NetscanError'}, examples: {busy: {value: {err_msg: Busy}}}}}}\n")
	return document
}

// TestOptionalAdditionsBreakNothing adds optional parameters, properties and a status to our own operations. Callers stay as
// they are and send the same bytes. What is set is sent, including false, 0 and an empty list.
func TestOptionalAdditionsBreakNothing(t *testing.T) {
	document := []byte(grown(t))
	results, err := trial.Try(t.Context(), root, document)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) == 0 {
		t.Fatal("no operation was tried")
	}
	for _, r := range results {
		if !r.OK() {
			t.Errorf("%+v", r)
		}
	}
	// TestDocument compares the file with the embedded document.
	if err := trial.Test(t.Context(), root, document, "-skip=^TestDocument$",
		"./tests/wire", "./tests/e2e", "./sandbox", "./api"); err != nil {
		t.Error(err)
	}
}
