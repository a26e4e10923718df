package contract_test

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
)

// pageFacts are the names, types and required properties on the vendor's two documentation pages. A place is a JSON Pointer
// below the operation or below components/schemas. here is the type in the document where it differs, and why is the reason.
var pageFacts = []struct {
	place, typ string
	required   bool
	here, why  string
}{
	{place: "/components/parameters/UserAgent/schema", typ: "string", required: true},
	{place: "getScanRunStatus/parameters/id/schema", typ: "integer int64", required: true},
	{place: "getScanRunStatus/parameters/fields/schema", typ: "array", required: true},
	{place: "getScanRunStatus/parameters/fields/schema/items", typ: "string"},
	{place: "ScanRunStatus/anyOf/0/properties/DATA", typ: "string", required: true},
	{place: "NetscanError/properties/err_msg", typ: "string", required: true},
	{place: "NetscanError/properties/metadata", typ: "object"},
	{place: "NetscanErrorMetadata/properties/err_extra", typ: "array", here: "array or string", why: "published clients also accept a string"},
	{place: "ErrorDetail/properties/field", typ: "string", here: "string or number", why: "an integer was seen"},
	{place: "ErrorDetail/properties/message", typ: "string"},

	{place: "AbortScanRequest/properties/request_data", typ: "object", required: true},
	{place: "AbortScanRequestData/properties/filters", typ: "array or string", required: true, here: "string or array",
		why: "the page does not mark it as required, the vendor's export does"},
	{place: "AbortScanRequestData/properties/incident_id", typ: "string", here: "string or integer", why: "published clients send a number"},
	{place: "AbortScanResponse/properties/reply", typ: "object"},
	{place: "AbortScanReply/properties/action_id", typ: "string", here: "string or number", why: "related operations send integers"},
	{place: "AbortScanReply/properties/status", typ: "string", here: "string or number", why: "only the page's example has it"},
	{place: "AbortScanReply/properties/endpoints_count", typ: "string", here: "string or number", why: "related operations send integers"},
	{place: "XDRError/properties/err_code", typ: "string", here: "string or number", why: "the platform sends integers"},
	{place: "XDRError/properties/err_msg", typ: "string"},
	{place: "XDRError/properties/err_extra", typ: "string", here: "string or object or array", why: "an object, a list and null were seen"},
}

// pageBodies are the schemas of the bodies on the pages. ERROR stands for every error status of the page.
var pageBodies = map[string]string{
	"getScanRunStatus 200": "ScanRunStatus", "getScanRunStatus ERROR": "NetscanError",
	"abortScan request": "AbortScanRequest", "abortScan 200": "AbortScanResponse", "abortScan ERROR": "XDRError",
}

// pageStatuses are the statuses of the pages. The page of abortScan has no codes: they come from the vendor's export, as
// does the 403 of getScanRunStatus.
var pageStatuses = map[string][]string{
	"getScanRunStatus": {"200", "400", "403", "404", "500"},
	"abortScan":        {"200", "400", "401", "402", "403", "500"},
}

// seenStatuses occur, but are not on the pages.
var seenStatuses = map[string][]string{
	"getScanRunStatus": {"401", "429"},
	"abortScan":        {"429"},
}

// at returns the JSON Pointer of a place.
func at(t *testing.T, doc map[string]any, place string) string {
	t.Helper()
	first, rest, _ := strings.Cut(place, "/")
	switch pointer, _ := findOperation(doc, first); {
	case first == "":
		return place
	case pointer != "":
		return pointer + "/" + rest
	}
	return "/components/schemas/" + place
}

// TestPageFacts looks up each fact in the document, and that origins.md calls it documented.
func TestPageFacts(t *testing.T) {
	doc, origins := ourTree(t, api.Document()), readOrigins(t)
	for _, fact := range pageFacts {
		pointer := at(t, doc, fact.place)
		node := lookUp(doc, pointer)
		if node == nil {
			t.Errorf("%s: is not in the document", fact.place)
			continue
		}
		if got := typeOf(doc, node); got != cmp.Or(fact.here, fact.typ) {
			t.Errorf("%s: is %s in the document, want %s (%s on the page)", fact.place, got, cmp.Or(fact.here, fact.typ), fact.typ)
		}
		if (fact.here != "") != (fact.why != "") {
			t.Errorf("%s: a difference needs a reason, and a reason a difference", fact.place)
		}
		if o := origins[pointer]["type"]; object(node)["type"] != nil && o != "documented" && origins[pointer] != nil {
			t.Errorf("%s: the origin of its type is %s, want documented", fact.place, o)
		}
		// A property is required by its object, and a parameter by itself.
		by, name, isProperty := strings.Cut(pointer, "/properties/")
		list, _ := object(lookUp(doc, by))["required"].([]any)
		required := slices.Contains(list, any(name))
		if !isProperty {
			by = strings.TrimSuffix(pointer, "/schema")
			required = object(lookUp(doc, by))["required"] == true
		}
		if fact.required && !required {
			t.Errorf("%s: is required on the page, but not in the document", fact.place)
		}
		want := map[bool]string{true: "documented", false: "ours"}[fact.required]
		if o := origins[by]["required"]; required && o != want && origins[by] != nil {
			t.Errorf("%s: the origin of required is %s, want %s", fact.place, o, want)
		}
	}
}

// TestPageBodies checks that the schemas of the facts are those of the requests and responses.
func TestPageBodies(t *testing.T) {
	doc := ourTree(t, api.Document())
	for place, schema := range pageBodies {
		id, status, _ := strings.Cut(place, " ")
		_, op := findOperation(doc, id)
		statuses := []string{status}
		if status == "ERROR" {
			statuses = pageStatuses[id][1:]
		}
		for _, status := range statuses {
			body := object(op["responses"])[status]
			if status == "request" {
				body = op["requestBody"]
			}
			_, node := resolve(doc, "", body)
			media := object(object(node["content"])["application/json"])
			if !refersTo(doc, media["schema"], "#/components/schemas/"+schema) {
				t.Errorf("%s %s: the body is not %s", id, status, schema)
			}
		}
	}
}

// refersTo reports whether a schema, or one of its alternatives, is the one with the reference.
func refersTo(doc map[string]any, node any, ref string) bool {
	if object(node)["$ref"] == ref {
		return true
	}
	_, resolved := resolve(doc, "", node)
	forms, _ := resolved["oneOf"].([]any)
	return slices.ContainsFunc(forms, func(form any) bool { return refersTo(doc, form, ref) })
}

// TestPageStatuses looks up each status in the document, and its origin in origins.md.
func TestPageStatuses(t *testing.T) {
	doc, origins := ourTree(t, api.Document()), readOrigins(t)
	for origin, statuses := range map[string]map[string][]string{"documented": pageStatuses, "seen": seenStatuses} {
		for id, list := range statuses {
			at, op := findOperation(doc, id)
			responses := object(op["responses"])
			for _, status := range list {
				place, r := resolve(doc, at+"/responses/"+status, responses[status])
				if r == nil {
					t.Errorf("%s: status %s is not in the document; if the service does not return it any more, remove it from the tables in this file", id, status)
				} else if got := origins[place]["response"]; got != origin && origins[place] != nil {
					t.Errorf("%s: the origin of status %s is %s, want %s", id, status, got, origin)
				}
			}
		}
	}
}

func findOperation(doc map[string]any, id string) (at string, op map[string]any) {
	for path, item := range object(doc["paths"]) {
		for method, op := range object(item) {
			if object(op)["operationId"] == id {
				return "/paths/" + escapePointer.Replace(path) + "/" + method, object(op)
			}
		}
	}
	return "", nil
}

// resolve follows a $ref.
func resolve(doc map[string]any, at string, node any) (string, map[string]any) {
	if ref, ok := object(node)["$ref"].(string); ok {
		at = strings.TrimPrefix(ref, "#")
		return resolve(doc, at, lookUp(doc, at))
	}
	return at, object(node)
}

// typeOf returns the type and format of a schema, or the types of its alternatives.
func typeOf(doc map[string]any, node any) string {
	_, schema := resolve(doc, "", node)
	if typ, ok := schema["type"].(string); ok {
		format, _ := schema["format"].(string)
		return strings.TrimSpace(typ + " " + format)
	}
	var forms []string
	for _, k := range []string{"allOf", "oneOf", "anyOf"} {
		list, _ := schema[k].([]any)
		for _, form := range list {
			forms = append(forms, typeOf(doc, form))
		}
	}
	return strings.Join(forms, " or ")
}

// publishedFilters are the published fields, operators and values of a filter.
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

// TestPublishedFilters compares them with x-known-values and with the table in the description.
func TestPublishedFilters(t *testing.T) {
	s := ours(t).Components.Schemas["EndpointFilter"].Value
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

func TestPublishedValues(t *testing.T) {
	doc := ourTree(t, api.Document())
	for place, want := range map[string]string{
		"getScanRunStatus/parameters/fields/schema/items": `["status"]`,
		"ScanRunStatus/anyOf/0/properties/DATA":           `["Scan is in Running state"]`,
	} {
		if got := string(encode(t, object(lookUp(doc, at(t, doc, place)))["x-known-values"])); got != want {
			t.Errorf("%s: got %s, want %s", place, got, want)
		}
	}
}

// TestKeyTypes compares the headers of both key types with the security requirements.
func TestKeyTypes(t *testing.T) {
	doc := ours(t)
	var got []string
	for _, requirement := range doc.Security {
		var headers []string
		for name := range requirement {
			headers = append(headers, strings.ToLower(doc.Components.SecuritySchemes[name].Value.Name))
		}
		slices.Sort(headers)
		got = append(got, strings.Join(headers, " "))
	}
	want := []string{"authorization x-xdr-auth-id", "authorization x-xdr-auth-id x-xdr-nonce x-xdr-timestamp"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
