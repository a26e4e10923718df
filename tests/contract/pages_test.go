package contract_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestDocumentationPages: what the vendor's pages of both operations say is in the document, each fact in the
// place where a reader looks for it. A fact is words that have to be there, in upper or lower case.
func TestDocumentationPages(t *testing.T) {
	doc := load(t)
	status := doc.Paths.Value("/public_api/netscan/v1/scan/run").Get
	abort := doc.Paths.Value("/public_api/v1/endpoints/abort_scan").Post
	schema := func(name string) *openapi3.Schema { return doc.Components.Schemas[name].Value }
	member := func(of, name string) string {
		p := schema(of).Properties[name]
		if p == nil {
			t.Fatalf("%s has no member %s", of, name)
		}
		return p.Value.Description
	}
	parameter := func(name, in string) *openapi3.Parameter {
		p := status.Parameters.GetByInAndName(in, name)
		if p == nil {
			t.Fatalf("no parameter %s", name)
		}
		return p
	}
	answer := func(op *openapi3.Operation, status string) string {
		r := op.Responses.Value(status)
		if r == nil {
			t.Fatalf("%s does not document %s", op.OperationID, status)
		}
		return *r.Value.Description
	}
	facts := []struct {
		name, text string
		words      []string
	}{
		{"scan run: product and permission", status.Description, []string{"XSIAM", "network_scanners_action", "fields"}},
		{"scan run: id", parameter("id", "query").Description, []string{"scan run"}},
		{"scan run: fields", parameter("fields", "query").Description, []string{"status", "fields=…"}},
		{"scan run: DATA", member("ScanRunStatus", "DATA"), []string{"Scan is in Running state"}},
		{"scan run: 400", answer(status, "400"), []string{"missing", "not valid"}},
		{"scan run: 403", answer(status, "403"), []string{"permission"}},
		{"scan run: 404", answer(status, "404"), []string{"no scan run", "ID"}},
		{"scan run: err_msg", member("NetscanError", "err_msg"), []string{"person"}},
		{"scan run: field", member("ErrorDetail", "field"), []string{"name of the field", "caused the error"}},
		{"scan run: message", member("ErrorDetail", "message"), []string{"wrong"}},

		{"abort: which scans", abort.Description, []string{"pending or in progress"}},
		{"abort: and, not or", abort.Description, []string{"AND", "no OR"}},
		{"abort: licences", abort.Description, []string{"Cortex XDR Prevent", "Cortex XDR Pro per Endpoint", "Cortex XDR Pro per GB"}},
		{"abort: what a reply means", abort.Description, []string{"accepted, not that the scans have stopped", "Get Action Status"}},
		{"abort: all", schema("EndpointFilters").Description, []string{`"all"`, "every endpoint"}},
		{"abort: incident", member("AbortScanRequestData", "incident_id"), []string{"incident", "timeline"}},
		{"abort: action", member("AbortScanReply", "action_id"), []string{"Action Center", "Action ID", "Get Action Status"}},
		{"abort: count", member("AbortScanReply", "endpoints_count"), []string{"number of endpoints", "request"}},
		{"abort: 400", answer(abort, "400"), []string{"not valid JSON"}},
		{"abort: 401", answer(abort, "401"), []string{"key", "ID"}},
		{"abort: 402", answer(abort, "402"), []string{"licence"}},
		{"abort: 403", answer(abort, "403"), []string{"permission", "role"}},
		{"abort: err_code", member("XDRError", "err_code"), []string{"HTTP status"}},
		{"abort: err_msg", member("XDRError", "err_msg"), []string{"JSON", "line", "column", "message"}},
		{"abort: err_extra", member("XDRError", "err_extra"), []string{"further information"}},

		{"rate limit", doc.Info.Description, []string{"ten requests a second"}},
		{"where the API is", doc.Info.Description, []string{"https://api-{fqdn}", "console"}},
	}
	for _, f := range facts {
		text := strings.ToLower(strings.Join(strings.Fields(f.text), " "))
		for _, word := range f.words {
			if !strings.Contains(text, strings.ToLower(word)) {
				t.Errorf("%s: %q does not speak of %q", f.name, f.text, word)
			}
		}
	}

	if p := parameter("User-Agent", "header"); !p.Required {
		t.Error("User-Agent is documented as required")
	}
	if p := parameter("id", "query"); !p.Required || !p.Schema.Value.Type.Is("integer") || p.Schema.Value.Format != "int64" {
		t.Error("id is documented as a required integer of 64 bits")
	}
	if p := parameter("fields", "query"); !p.Required || !p.Schema.Value.Type.Is("array") || !*p.Explode {
		t.Error("fields is documented as a required list, each in a parameter of its own")
	}
	if !abort.RequestBody.Value.Required {
		t.Error("the abort's body is required")
	}
}

// TestPublishedValues: the fields, operators and values that are published are named where a filter is described.
func TestPublishedValues(t *testing.T) {
	text := load(t).Components.Schemas["EndpointFilter"].Value.Description
	for _, value := range []string{
		"endpoint_id_list", "dist_name", "group_name", "alias", "hostname", "username", "ip_list", "platform",
		"isolate", "scan_status", "first_seen", "last_seen", "in", "gte", "lte", "windows", "linux", "macos", "android",
		"isolated", "unisolated", "none", "pending", "in_progress", "canceled", "aborted", "pending_cancellation",
		"success", "error",
	} {
		if !strings.Contains(text, "`"+value+"`") {
			t.Errorf("%s is not named", value)
		}
	}
}

// TestKeyTypes: both types of key are described, with all of their headers.
func TestKeyTypes(t *testing.T) {
	doc := load(t)
	headers := func(names map[string][]string) string {
		var list []string
		for name := range names {
			list = append(list, strings.ToLower(doc.Components.SecuritySchemes[name].Value.Name))
		}
		slices.Sort(list)
		return strings.Join(list, " ")
	}
	var got []string
	for _, alternative := range doc.Security {
		got = append(got, headers(alternative))
	}
	want := []string{"authorization x-xdr-auth-id", "authorization x-xdr-auth-id x-xdr-nonce x-xdr-timestamp"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
}
