package schema

import (
	"reflect"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestKnownFilters(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(`
openapi: 3.0.3
info: {title: t, version: '1'}
paths: {}
components:
  schemas:
    Word: {type: string, x-known-values: [b, a]}
    One: {type: object, x-known-values: {platform: {operators: [in], values: [windows, linux]}, last_seen: {operators: [gte, lte]}}}
    Two: {type: object, x-known-values: {alias: {operators: [in]}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := KnownFilters(doc)
	want := []KnownFilter{{"alias", []string{"in"}, nil}, {"last_seen", []string{"gte", "lte"}, nil}, {"platform", []string{"in"}, []string{"windows", "linux"}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := KnownFilters(&openapi3.T{}); got != nil || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
	doc.Components.Schemas["Two"].Value.Extensions[extension] = "x"
	if _, err := KnownFilters(doc); err == nil || !strings.Contains(err.Error(), "schema Two") {
		t.Errorf("got %v", err)
	}
}

func TestUnreadableKnownValues(t *testing.T) {
	for text, want := range map[string]string{
		`"a"`: "must be a list of strings, or a table by field", `[]`: "must be a list", `[1]`: "item 0 is not a string: quote it", `true`: "must be a list",
		`{"a":["in"]}`:             "field a has no list of operators",
		`{"a":{}}`:                 "field a has no list of operators",
		`{"a":{"operators":"in"}}`: "field a: must be a list",
		`{"a":{"operators":["in"],"values":[true]}}`: "field a: item 0 is not a string",
		`{"a":{"operators":["in"],"value":["a"]}}`:   "field a: has an unknown column value",
	} {
		if _, err := tryCompile(`{"x-known-values":` + text + `}`); err == nil || !strings.Contains(err.Error(), "x-known-values: "+want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
