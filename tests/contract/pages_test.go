package contract_test

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/cortexscan/api"
)

// pageFacts are the names, types and required properties on the vendor's two documentation pages.
//
// A place is "OPERATION request PROPERTY", "OPERATION STATUS PROPERTY" or "OPERATION PARAMETER-IN NAME". A dot goes into an
// object, [] into a list. ERROR stands for every error status of the page. here is the type in the document where it
// differs, and why gives the reason.
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
	{place: "getScanRunStatus ERROR metadata.err_extra", typ: "array", here: "array or string", why: "published clients also accept a string"},
	{place: "getScanRunStatus ERROR metadata.err_extra[].field", typ: "string", here: "string or number", why: "an integer was seen"},
	{place: "getScanRunStatus ERROR metadata.err_extra[].message", typ: "string"},

	{place: "abortScan request request_data", typ: "object", required: true},
	{place: "abortScan request request_data.filters", typ: "array or string", required: true, here: "string or array",
		why: "the page does not mark it as required, the vendor's export does"},
	{place: "abortScan request request_data.incident_id", typ: "string", here: "string or integer", why: "published clients send a number"},
	{place: "abortScan 200 reply", typ: "object"},
	{place: "abortScan 200 reply.action_id", typ: "string", here: "string or number", why: "related operations send integers"},
	{place: "abortScan 200 reply.status", typ: "string", here: "string or number", why: "only the page's example has it"},
	{place: "abortScan 200 reply.endpoints_count", typ: "string", here: "string or number", why: "related operations send integers"},
	{place: "abortScan ERROR err_code", typ: "string", here: "string or number", why: "the platform sends integers"},
	{place: "abortScan ERROR err_msg", typ: "string"},
	{place: "abortScan ERROR err_extra", typ: "string", here: "string or object or array", why: "an object, a list and null were seen"},
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

// TestPageFacts looks up each fact in the document, and that origins.md calls it documented.
func TestPageFacts(t *testing.T) {
	doc, origins := ourTree(t, api.Document()), readOrigins(t)
	for _, fact := range pageFacts {
		places := []string{fact.place}
		if op, property, isError := strings.Cut(fact.place, " ERROR "); isError {
			places = nil
			for _, status := range pageStatuses[op][1:] {
				places = append(places, op+" "+status+" "+property)
			}
		}
		want := fact.typ
		if fact.here != "" {
			want = fact.here
		}
		if (fact.here != "") != (fact.why != "") {
			t.Errorf("%s: a difference needs a reason, and a reason a difference", fact.place)
		}
		for _, place := range places {
			f := find(doc, place)
			if f == nil {
				t.Errorf("%s: is not in the document", place)
				continue
			}
			if got := typeOf(doc, f.node); got != want {
				t.Errorf("%s: is %s in the document, want %s (%s on the page)", place, got, want, fact.typ)
			}
			if o := origins[f.at]["type"]; f.node["type"] != nil && o != "documented" {
				t.Errorf("%s: the origin of its type is %q, want documented", place, o)
			}
			if fact.required && f.requiredAt == "" {
				t.Errorf("%s: is required on the page, but not in the document", place)
			}
			want := map[bool]string{true: "documented", false: "ours"}[fact.required]
			if o := origins[f.requiredAt]["required"]; f.requiredAt != "" && o != want {
				t.Errorf("%s: the origin of required is %q, want %s", place, o, want)
			}
		}
	}
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

// field is a property or a parameter in the document.
type field struct {
	at         string // JSON Pointer of the schema
	node       map[string]any
	requiredAt string // JSON Pointer of the place that requires it, or ""
}

// find returns the field at a place of pageFacts, or nil. If a body has several forms, the first one with the field counts.
func find(doc map[string]any, place string) *field {
	words := strings.SplitN(place, " ", 3)
	at, op := findOperation(doc, words[0])
	path := strings.Split(strings.ReplaceAll(words[2], "[]", ".[]"), ".")
	switch words[1] {
	case "query", "header":
		parameters, _ := op["parameters"].([]any)
		for i, p := range parameters {
			name, _ := object(p)["name"].(string)
			at, p := resolve(doc, at+"/parameters/"+cmp.Or(name, strconv.Itoa(i)), p)
			if p["in"] == words[1] && p["name"] == path[0] {
				f := &field{at: at + "/schema", node: object(p["schema"])}
				if p["required"] == true {
					f.requiredAt = at
				}
				return step(doc, f, path[1:])
			}
		}
		return nil
	case "request":
		at, op = resolve(doc, at+"/requestBody", op["requestBody"])
	default:
		at, op = resolve(doc, at+"/responses/"+words[1], object(op["responses"])[words[1]])
	}
	content := object(object(op["content"])["application/json"])
	return step(doc, &field{at: at + "/content/application~1json/schema", node: object(content["schema"])}, path)
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

func step(doc map[string]any, f *field, path []string) *field {
	f.at, f.node = resolve(doc, f.at, f.node)
	if len(path) == 0 || f.node == nil {
		return f
	}
	if path[0] == "[]" && f.node["items"] != nil {
		return step(doc, &field{at: f.at + "/items", node: object(f.node["items"])}, path[1:])
	}
	if p := object(f.node["properties"])[path[0]]; p != nil {
		found := &field{at: f.at + "/properties/" + path[0], node: object(p)}
		if required, _ := f.node["required"].([]any); slices.Contains(required, any(path[0])) {
			found.requiredAt = f.at
		}
		return step(doc, found, path[1:])
	}
	for _, k := range []string{"allOf", "oneOf", "anyOf"} {
		forms, _ := f.node[k].([]any)
		for i, form := range forms {
			if found := step(doc, &field{at: f.at + "/" + k + "/" + strconv.Itoa(i), node: object(form)}, path); found != nil {
				return found
			}
		}
	}
	return nil
}

// typeOf returns the type and format of a schema, or the types of its alternatives.
func typeOf(doc, node map[string]any) string {
	_, node = resolve(doc, "", node)
	if typ, ok := node["type"].(string); ok {
		format, _ := node["format"].(string)
		return strings.TrimSpace(typ + " " + format)
	}
	var forms []string
	for _, k := range []string{"allOf", "oneOf", "anyOf"} {
		list, _ := node[k].([]any)
		for _, form := range list {
			forms = append(forms, typeOf(doc, object(form)))
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
		"getScanRunStatus query fields[]": `["status"]`,
		"getScanRunStatus 200 DATA":       `["Scan is in Running state"]`,
	} {
		f := find(doc, place)
		if f == nil {
			t.Fatalf("%s is not in the document", place)
		}
		if got := string(encode(t, f.node["x-known-values"])); got != want {
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
