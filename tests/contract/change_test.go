package contract_test

import (
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/tests/contract/generator"
)

// grown is the contract after its operations have gained something optional of every kind.
func grown(t *testing.T) string {
	t.Helper()
	document := string(api.Document())
	add := func(before, lines string) {
		t.Helper()
		if !strings.Contains(document, before) {
			t.Fatalf("the contract has no %q", before)
		}
		document = strings.Replace(document, before, lines+before, 1)
	}
	add("        - name: fields\n", `        - {name: verbose, in: query, schema: {type: boolean}, example: false}
        - {name: page, in: query, schema: {type: integer, minimum: 1}, example: 1}
        - {name: X-Trace, in: header, schema: {type: string, format: uuid}, example: 0e6f4e4c-3f4b-4b0e-9a31-9d1c2a7a3b11}
`)
	add("        incident_id:\n", `        force: {type: boolean, example: false}
        limit: {type: number, example: 0}
        tags: {type: array, items: {type: string}, example: []}
`)
	add("        endpoints_count:\n", "        skipped: {type: integer}\n")
	add("        '404':\n          $ref", "        '409': {description: Busy, content: {application/json: {schema: {$ref: '#/components/schemas/NetscanError'}, examples: {busy: {value: {err_msg: Busy}}}}}}\n")
	return document
}

// TestOptionalGrowth: an optional parameter, an optional member of a body, a member of a reply and a status are added to our
// own operations. What calls them stays as it is and sends the same bytes; what is set is sent, false, 0 and an
// empty list included.
func TestOptionalGrowth(t *testing.T) {
	if testing.Short() {
		t.Skip("generates and compiles another client")
	}
	document := []byte(grown(t))
	results, err := generator.Try(t.Context(), root, document)
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
	// What compares the file with the embedded document is left out.
	if err := generator.Test(t.Context(), root, document, "-skip=^TestDocument$",
		"./tests/wire", "./tests/e2e", "./sandbox", "./api"); err != nil {
		t.Error(err)
	}
}

// TestLostOperationsAndSchemas: what hand-written code needs and the document lacks is said before anything is generated,
// in one sentence each.
func TestLostOperationsAndSchemas(t *testing.T) {
	document := string(api.Document())
	for _, tt := range []struct{ name, document, want string }{
		{"as it is", document, ""},
		{"another operationId", strings.Replace(document, "operationId: abortScan", "operationId: cancelScan", 1), "operation abortScan: "},
		{"another name of a schema", strings.NewReplacer("ScanRunStatus'", "RunStatus'", "    ScanRunStatus:", "    RunStatus:").Replace(document), "schema ScanRunStatus: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, err := generator.Load(t.Context(), []byte(tt.document))
			if err != nil {
				t.Fatal(err)
			}
			list, err := generator.HandWritten(doc, root)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				if len(list) > 0 {
					t.Errorf("got %q", list)
				}
				return
			}
			if len(list) != 1 || !strings.HasPrefix(list[0], tt.want) || !strings.Contains(list[0], "CONTRIBUTING.md") {
				t.Errorf("got %q, want one that begins with %q", list, tt.want)
			}
		})
	}
}

// TestRequiredIsSent: a parameter or member that wrapper would have to send, and does not, is said before anything is
// generated, where and how.
func TestRequiredIsSent(t *testing.T) {
	document := string(api.Document())
	const query, abort, member, required = "        - name: fields\n", "      tags: [Endpoint scans]\n", "        incident_id:\n", "required: [filters]"
	for _, tt := range []struct{ name, before, lines, required, want string }{
		{"optional parameter", query, "        - {name: tenant, in: query, schema: {type: string}}\n", required, ""},
		{"required parameter", query, "        - {name: tenant, in: query, required: true, schema: {type: string}}\n", required,
			"operation getScanRunStatus: the query parameter tenant is required, and wrapper does not set Tenant in gen.GetScanRunStatusParams: set it there"},
		{"first parameter", abort, "      parameters: [{name: X-Tenant, in: header, required: true, schema: {type: string}}]\n", required,
			"operation abortScan: the header parameter X-Tenant is required, and wrapper does not set XTenant in gen.AbortScanParams"},
		{"optional member", member, "        force: {type: boolean}\n", required, ""},
		{"required member", member, "        force: {type: boolean}\n", "required: [filters, force]",
			"operation abortScan: the member force is required, and wrapper does not set Force in gen.AbortScanRequestData"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changed := strings.Replace(document, tt.before, tt.lines+tt.before, 1)
			changed = strings.Replace(changed, required, tt.required, 1)
			doc, err := generator.Load(t.Context(), []byte(changed))
			if err != nil {
				t.Fatal(err)
			}
			list, err := generator.HandWritten(doc, root)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(list, "\n"); tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) || len(list) > 1 {
				t.Errorf("got %q, want one that begins with %q", got, tt.want)
			}
		})
	}
}

// TestServerClashes: gen/server reads the names of gen as its own, so that none of them may be declared in both.
func TestServerClashes(t *testing.T) {
	document := string(api.Document())
	for _, tt := range []struct{ name, before, lines, want string }{
		{"a type of every server", "  schemas:\n", "    ServerInterface: {type: string}\n", "schema ServerInterface: its Go name is that of"},
		{"a response of ours", "  responses:\n    Unauthorized", "    TooManyRequestsResponse: {description: Slow down., content: {application/json: {schema: {type: object}}}}\n", "response TooManyRequestsResponse: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			first, rest, _ := strings.Cut(tt.before, "\n")
			changed := strings.Replace(document, tt.before, first+"\n"+tt.lines+rest, 1)
			if changed == document {
				t.Fatal("the contract has no place for it")
			}
			doc, err := generator.Load(t.Context(), []byte(changed))
			if err != nil {
				t.Fatal(err)
			}
			list, err := generator.HandWritten(doc, root)
			if err != nil || len(list) != 1 || !strings.HasPrefix(list[0], tt.want) {
				t.Errorf("got %q, %v, want one that begins with %q", list, err, tt.want)
			}
		})
	}
}
