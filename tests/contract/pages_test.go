package contract_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// pageFacts are what the vendor's two documentation pages say of names, types and required members, a row each.
//
// The place is "OPERATION request MEMBER", "OPERATION STATUS MEMBER" or "OPERATION PARAMETER-IN NAME"; a dot goes into an
// object, [] into a list. here is the type in the document where it differs, for the reason given.
var pageFacts = []struct {
	place, typ string
	required   bool
	here, why  string
}{
	{place: "getScanRunStatus header User-Agent", typ: "string", required: true},
	{place: "getScanRunStatus query id", typ: "integer int64", required: true},
	{place: "getScanRunStatus query fields", typ: "array", required: true},
	{place: "getScanRunStatus query fields[]", typ: "string"},
	{place: "getScanRunStatus 200 DATA", typ: "string", required: true},
	{place: "getScanRunStatus ERROR err_msg", typ: "string", required: true},
	{place: "getScanRunStatus ERROR metadata", typ: "object"},
	{place: "getScanRunStatus ERROR metadata.err_extra", typ: "array", here: "array or string", why: "published clients also accept one text"},
	{place: "getScanRunStatus ERROR metadata.err_extra[].field", typ: "string", here: textType, why: "an integer was seen"},
	{place: "getScanRunStatus ERROR metadata.err_extra[].message", typ: "string"},

	{place: "abortScan request request_data", typ: "object", required: true},
	{place: "abortScan request request_data.filters", typ: "array or string", required: true, here: "string or array",
		why: "the page does not mark it as required, the vendor's export does"},
	{place: "abortScan request request_data.incident_id", typ: "string"},
	{place: "abortScan 200 reply", typ: "object"},
	{place: "abortScan 200 reply.action_id", typ: "string", here: textType, why: "sibling operations answer with integers"},
	{place: "abortScan 200 reply.status", typ: "string", here: textType, why: "it occurs in the page's example only"},
	{place: "abortScan 200 reply.endpoints_count", typ: "string", here: textType, why: "sibling operations answer with integers"},
	{place: "abortScan ERROR err_code", typ: "string", here: textType, why: "the platform sends integers"},
	{place: "abortScan ERROR err_msg", typ: "string"},
	{place: "abortScan ERROR err_extra", typ: "string", here: "string or object or array", why: "an object, a list and null were seen"},
}

const textType = "string or number"

// pageStatuses are the answers that the pages describe, in their order. The page of abortScan prints no codes: they are
// those of the vendor's export, as is the 403 of getScanRunStatus.
var pageStatuses = map[string][]string{
	"getScanRunStatus": {"200", "400", "403", "404", "500"},
	"abortScan":        {"200", "400", "401", "402", "403", "500"},
}

// beyondThePages are answers that happen and that the pages leave out.
var beyondThePages = map[string][]string{
	"getScanRunStatus": {"401", "429"},
	"abortScan":        {"429"},
}

// TestPageFacts: every row is in the document, with its type, marked as documented; what the document requires beyond
// the pages is marked as ours.
func TestPageFacts(t *testing.T) {
	doc := load(t)
	for _, fact := range pageFacts {
		places := []string{fact.place}
		if op, member, isError := strings.Cut(fact.place, " ERROR "); isError {
			places = nil
			for _, status := range pageStatuses[op][1:] {
				places = append(places, op+" "+status+" "+member)
			}
		}
		for _, place := range places {
			f := findField(doc, place)
			if f == nil {
				t.Errorf("%s: is not in the document", place)
				continue
			}
			want := fact.typ
			if fact.here != "" {
				want = fact.here
			}
			if got := typeIn(f.schema); got != want {
				t.Errorf("%s: is %s in the document, want %s (%s on the page)", place, got, want, fact.typ)
			}
			if fact.here != "" && fact.why == "" {
				t.Errorf("%s: why is it %s here, and %s on the page?", place, fact.here, fact.typ)
			}
			if o := origin(f.schema.Value.Extensions["x-origin"], "type"); f.schema.Value.Type != nil && o != "documented" {
				t.Errorf("%s: its type is on the page, and its origin is %q", place, o)
			}
			if fact.required && !f.required {
				t.Errorf("%s: is required on the page", place)
			}
			if want := map[bool]string{true: "documented", false: "ours"}[fact.required]; f.required && f.origin != want {
				t.Errorf("%s: that it is required is %q, want %q", place, f.origin, want)
			}
		}
	}
}

// TestPageStatuses: each answer of the pages is in the document and marked as documented, and no other.
func TestPageStatuses(t *testing.T) {
	for _, op := range operations(load(t)) {
		for status, r := range op.Responses.Map() {
			want := "documented"
			if slices.Contains(beyondThePages[op.OperationID], status) {
				want = "seen"
			}
			if _, isOurs := pageStatuses[op.OperationID]; isOurs && r.Value.Extensions["x-origin"] != want {
				t.Errorf("%s: the origin of %s is %v, want %s", op.name, status, r.Value.Extensions["x-origin"], want)
			}
		}
	}
}

// field is a member or a parameter, where it stands in the document.
type field struct {
	schema   *openapi3.SchemaRef
	required bool
	origin   string // of required
}

// findField finds a place of pageFacts, nil if it is not there. Of an envelope's forms the first one that has the
// member counts.
func findField(doc *openapi3.T, place string) *field {
	words := strings.SplitN(place, " ", 3)
	var op *openapi3.Operation
	for _, o := range operations(doc) {
		if o.OperationID == words[0] {
			op = o.Operation
		}
	}
	if op == nil {
		return nil
	}
	path := strings.Split(strings.ReplaceAll(words[2], "[]", ".[]"), ".")
	var content openapi3.Content
	switch status, err := strconv.Atoi(words[1]); {
	case err == nil:
		if r := op.Responses.Status(status); r != nil {
			content = r.Value.Content
		}
	case words[1] == "request":
		content = op.RequestBody.Value.Content
	default:
		p := op.Parameters.GetByInAndName(words[1], path[0])
		if p == nil {
			return nil
		}
		return step(&field{p.Schema, p.Required, origin(p.Extensions["x-origin"], "required")}, path[1:])
	}
	if content["application/json"] == nil {
		return nil
	}
	return step(&field{schema: content["application/json"].Schema}, path)
}

func step(f *field, path []string) *field {
	if len(path) == 0 {
		return f
	}
	s := f.schema.Value
	if path[0] == "[]" && s.Items != nil {
		return step(&field{schema: s.Items}, path[1:])
	}
	if m := s.Properties[path[0]]; m != nil {
		return step(&field{m, slices.Contains(s.Required, path[0]), origin(s.Extensions["x-origin"], "required")}, path[1:])
	}
	for _, form := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		if found := step(&field{schema: form}, path); found != nil {
			return found
		}
	}
	return nil
}

// typeIn says the type of a schema, and of alternatives all of theirs.
func typeIn(s *openapi3.SchemaRef) string {
	if s.Value.Type != nil {
		return strings.TrimSpace(s.Value.Type.Slice()[0] + " " + s.Value.Format)
	}
	var forms []string
	for _, form := range slices.Concat(s.Value.AllOf, s.Value.OneOf, s.Value.AnyOf) {
		forms = append(forms, typeIn(form))
	}
	return strings.Join(forms, " or ")
}

// TestDocumentationPages: what the vendor's pages explain is in the document, each fact in the place where a reader
// looks for it. A fact is words that have to be there, in upper or lower case.
func TestDocumentationPages(t *testing.T) {
	doc := load(t)
	item := func(path string) *openapi3.PathItem {
		i := doc.Paths.Value(path)
		if i == nil {
			t.Fatalf("the document has no %s. If the service has another path now, write it into the tests, too: grep -rl %s --include='*_test.go' .", path, path)
		}
		return i
	}
	status, abort := item("/public_api/netscan/v1/scan/run").Get, item("/public_api/v1/endpoints/abort_scan").Post
	schema := func(name string) *openapi3.Schema { return doc.Components.Schemas[name].Value }
	field := func(place string) *openapi3.SchemaRef {
		f := findField(doc, place)
		if f == nil {
			t.Fatalf("%s is not in the document", place)
		}
		return f.schema
	}
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
		{"scan run: DATA", field("getScanRunStatus 200 DATA").Value.Description, []string{"Scan is in Running state"}},
		{"scan run: 400", answer(status, "400"), []string{"missing", "not valid"}},
		{"scan run: 403", answer(status, "403"), []string{"permission"}},
		{"scan run: 404", answer(status, "404"), []string{"no scan run", "ID"}},
		{"scan run: err_msg", member("NetscanError", "err_msg"), []string{"person"}},
		{"scan run: field", member("ErrorDetail", "field"), []string{"name of the field", "caused the error"}},
		{"scan run: message", member("ErrorDetail", "message"), []string{"wrong"}},

		{"abort: which scans", abort.Description, []string{"pending or in progress"}},
		{"abort: and, not or", abort.Description, []string{"AND", "no OR"}},
		{"abort: licenses", abort.Description, []string{"Cortex XDR Prevent", "Cortex XDR Pro per Endpoint", "Cortex XDR Pro per GB", "Cortex XSIAM Premium or Enterprise", "Cortex NG SIEM", "Cloud Runtime Security"}},
		{"abort: what a reply means", abort.Description, []string{"accepted, not that the scans have stopped", "Get Action Status"}},
		{"abort: all", schema("EndpointFilters").Description, []string{`"all"`, "every endpoint"}},
		{"abort: incident", member("AbortScanRequestData", "incident_id"), []string{"incident", "timeline"}},
		{"abort: action", member("AbortScanReply", "action_id"), []string{"Action Center", "Action ID", "Get Action Status"}},
		{"abort: count", member("AbortScanReply", "endpoints_count"), []string{"number of endpoints", "request"}},
		{"abort: 400", answer(abort, "400"), []string{"not valid JSON"}},
		{"abort: 401", answer(abort, "401"), []string{"key", "ID"}},
		{"abort: 402", answer(abort, "402"), []string{"license"}},
		{"abort: 403", answer(abort, "403"), []string{"permission", "role"}},
		{"abort: err_code", member("XDRError", "err_code"), []string{"HTTP status"}},
		{"abort: err_msg", member("XDRError", "err_msg"), []string{"JSON", "line", "column", "message"}},
		{"abort: err_extra", member("XDRError", "err_extra"), []string{"additional information"}},

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

	if p := parameter("fields", "query"); !*p.Explode {
		t.Error("fields is documented as a list, each in a parameter of its own")
	}
	if !abort.RequestBody.Value.Required {
		t.Error("the abort's body is required")
	}
}

// publishedFilters are the fields, operators and values of a filter that are published.
var publishedFilters = map[string]knownFilter{
	"endpoint_id_list": {Operators: []string{"in"}},
	"dist_name":        {Operators: []string{"in"}},
	"group_name":       {Operators: []string{"in"}},
	"alias":            {Operators: []string{"in"}},
	"hostname":         {Operators: []string{"in"}},
	"username":         {Operators: []string{"in"}},
	"ip_list":          {Operators: []string{"in"}},
	"platform":         {Operators: []string{"in"}, Values: []string{"windows", "linux", "macos", "android"}},
	"isolate":          {Operators: []string{"in"}, Values: []string{"isolated", "unisolated"}},
	"scan_status": {Operators: []string{"in"},
		Values: []string{"none", "pending", "in_progress", "canceled", "aborted", "pending_cancellation", "success", "error"}},
	"first_seen": {Operators: []string{"gte", "lte"}},
	"last_seen":  {Operators: []string{"gte", "lte"}},
}

type knownFilter struct {
	Operators []string `json:"operators"`
	Values    []string `json:"values,omitempty"`
}

// TestPublishedFilters: they are in x-known-values, for programs, and in the table of the description, for people.
func TestPublishedFilters(t *testing.T) {
	s := load(t).Components.Schemas["EndpointFilter"].Value
	var got map[string]knownFilter
	if err := json.Unmarshal(encode(t, s.Extensions["x-known-values"]), &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, publishedFilters) {
		t.Errorf("x-known-values has %v, want %v", got, publishedFilters)
	}
	inTable := map[string]knownFilter{}
	for line := range strings.Lines(s.Description) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		for _, name := range quoted(cells[1]) {
			inTable[name] = knownFilter{quoted(cells[2]), quoted(cells[3])}
		}
	}
	if !reflect.DeepEqual(inTable, publishedFilters) {
		t.Errorf("the description's table has %v, want %v", inTable, publishedFilters)
	}
}

// quoted returns the words between backquotes.
func quoted(s string) []string {
	var words []string
	for i, word := range strings.Split(s, "`") {
		if i%2 == 1 {
			words = append(words, word)
		}
	}
	return words
}

// TestKnownValuesOfTexts: of fields and of the status one value each is published.
func TestKnownValuesOfTexts(t *testing.T) {
	doc := load(t)
	for place, want := range map[string]string{
		"getScanRunStatus query fields[]": `["status"]`,
		"getScanRunStatus 200 DATA":       `["Scan is in Running state"]`,
	} {
		f := findField(doc, place)
		if f == nil {
			t.Fatalf("%s is not in the document", place)
		}
		if got := string(encode(t, f.schema.Value.Extensions["x-known-values"])); got != want {
			t.Errorf("%s: got %s, want %s", place, got, want)
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
