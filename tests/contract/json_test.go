package contract_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t *testing.T, b []byte) any {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// canonical makes two values equal that mean the same by the document: it writes numbers as strings where the
// schema is Text, leaves out null members and what is empty without them, and spells names in lower case.
func canonical(s *openapi3.SchemaRef, v any) any {
	s = formOf(s, v)
	switch v := v.(type) {
	case json.Number:
		if s != nil && s.Ref == "#/components/schemas/Text" {
			return v.String()
		}
	case map[string]any:
		out := map[string]any{}
		for name, m := range v {
			if m = canonical(memberOf(s, name), m); m != nil {
				out[strings.ToLower(name)] = m
			}
		}
		if len(out) == 0 && len(v) > 0 {
			return nil
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = canonical(itemOf(s), item)
		}
		return out
	}
	return v
}

// formOf looks through allOf, and through oneOf and anyOf to the form that the value has. Text stays Text.
func formOf(s *openapi3.SchemaRef, v any) *openapi3.SchemaRef {
	if s == nil || s.Ref == "#/components/schemas/Text" {
		return s
	}
	for _, form := range slices.Concat(s.Value.AllOf, s.Value.OneOf, s.Value.AnyOf) {
		if form.Value.IsMatching(v) {
			return formOf(form, v)
		}
	}
	return s
}

func memberOf(s *openapi3.SchemaRef, name string) *openapi3.SchemaRef {
	if s == nil {
		return nil
	}
	return s.Value.Properties[name]
}

func itemOf(s *openapi3.SchemaRef) *openapi3.SchemaRef {
	if s == nil {
		return nil
	}
	return s.Value.Items
}
