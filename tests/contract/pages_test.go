package contract_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// pageFacts lists the names, types and required properties on the vendor's two documentation pages. A place is a JSON Pointer
// that may begin with an operationId or the name of a schema. If the document has a different type, the field
// here contains that type and the field why contains the reason.
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

// The document must contain the facts, and origins.md must list them as documented.
func TestDocumentAgreesWithTheVendorsPages(t *testing.T) {
	doc, origins := ourTree(t), readOrigins(t)
	for _, fact := range pageFacts {
		pointer := at(t, doc, fact.place)
		node := lookUp(doc, pointer)
		if node == nil {
			t.Errorf("%s is not in the document", fact.place)
			continue
		}
		if got := typeOf(doc, node); got != cmp.Or(fact.here, fact.typ) {
			t.Errorf("%s: got type %s, want %s (%s on the page)", fact.place, got, cmp.Or(fact.here, fact.typ), fact.typ)
		}
		if o := origins[pointer]["type"]; object(node)["type"] != nil && o != "documented" && origins[pointer] != nil {
			t.Errorf("%s: got origin %q of the type, want documented", fact.place, o)
		}
		// The object of a property lists the required properties. In a parameter, required is a boolean.
		by, name, isProperty := strings.Cut(pointer, "/properties/")
		list, _ := object(lookUp(doc, by))["required"].([]any)
		required := slices.Contains(list, any(name))
		if !isProperty {
			by = strings.TrimSuffix(pointer, "/schema")
			required = object(lookUp(doc, by))["required"] == true
		}
		if fact.required && !required {
			t.Errorf("%s is required on the page, but not in the document", fact.place)
		}
		want := map[bool]string{true: "documented", false: "ours"}[fact.required]
		if o := origins[by]["required"]; required && o != want && origins[by] != nil {
			t.Errorf("%s: got origin %q of required, want %s", fact.place, o, want)
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

type knownFilter struct {
	Operators []string `json:"operators"`
	Values    []string `json:"values,omitempty"`
}

// The table in the description must list the same fields, operators and values as x-known-values.
func TestFilterTableIsComplete(t *testing.T) {
	filter := object(lookUp(ourTree(t), "/components/schemas/EndpointFilter"))
	var known map[string]knownFilter
	if err := json.Unmarshal(encode(t, filter["x-known-values"]), &known); err != nil {
		t.Fatal(err)
	}
	inTable := map[string]knownFilter{}
	for line := range strings.Lines(fmt.Sprint(filter["description"])) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		for _, name := range quoted(cells[1]) {
			inTable[name] = knownFilter{quoted(cells[2]), quoted(cells[3])}
		}
	}
	if len(known) < 12 || !reflect.DeepEqual(inTable, known) {
		t.Errorf("got the table %v, want the content of x-known-values: %v", inTable, known)
	}
}
