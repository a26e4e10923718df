package schema

import "testing"

func TestTypes(t *testing.T) {
	for text, want := range map[string]TypeSet{
		`{}`: Any, `{"type":"number"}`: Integer | Fraction, `{"type":"array","items":{}}`: Array,
		`{"oneOf":[{"type":"string"},{"type":"boolean"}]}`:                                 String | Boolean,
		`{"allOf":[{"type":"number"},{"type":"integer"}],"anyOf":[{"type":"integer"},{}]}`: Integer,
		`{"type":"object","allOf":[{"type":"string"}]}`:                                    0,
		`{"$ref":"#/components/schemas/Loop"}`:                                             String,
	} {
		s := compile(t, text, `Loop: {"allOf":[{"$ref":"#/components/schemas/Loop"},{"type":"string"}]}`)
		if got := s.Types(); got != want {
			t.Errorf("%s: %b, want %b", text, got, want)
		}
	}
	if s := compile(t, `{"type":"array","items":{"type":"string"}}`); s.Items().Types() != String {
		t.Errorf("items: %b", s.Items().Types())
	}
}

func TestEachSchemaIsCompiledOnce(t *testing.T) {
	s := compile(t, `{"properties":{"a":{"$ref":"#/components/schemas/A"},"b":{"$ref":"#/components/schemas/A"}}}`, `A: {"type":"object"}`)
	if s.properties["a"] != s.properties["b"] || s.properties["a"].name != "A" {
		t.Errorf("%+v", s.properties)
	}
}

// Only schemas in a circle pay for the memory of what was judged.
func TestRecursiveSchemasAreFound(t *testing.T) {
	s := compile(t, `{"properties":{"a":{"$ref":"#/components/schemas/A"},"b":{"$ref":"#/components/schemas/B"},"c":{"$ref":"#/components/schemas/B"}}}`,
		`A: {"properties":{"next":{"items":{"$ref":"#/components/schemas/A"}}}}`, `B: {"type":"string"}`)
	if s.recursive || !s.properties["a"].recursive || s.properties["b"].recursive {
		t.Error("wrong")
	}
}
