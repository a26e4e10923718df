package schema

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api/internal/strictjson"
)

// compile compiles a JSON schema. Each component has the form "name: schema".
func compile(tb testing.TB, text string, components ...string) *Schema {
	tb.Helper()
	s, err := tryCompile(text, components...)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func tryCompile(text string, components ...string) (*Schema, error) {
	var named []string
	for _, component := range components {
		name, schema, _ := strings.Cut(component, ": ")
		named = append(named, `"`+name+`":`+schema)
	}
	document, err := KeepExactNumbers([]byte(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{},
		"components":{"schemas":{` + strings.Join(append(named, `"Under test":`+text), ",") + `}}}`))
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	c := Compiler{Components: doc.Components.Schemas}
	s := c.Compile(&openapi3.SchemaRef{Value: doc.Components.Schemas["Under test"].Value})
	return s, c.Err()
}

func value(tb testing.TB, text string) any {
	tb.Helper()
	v, ok, problems := strictjson.Read([]byte(text), 10)
	if !ok || problems != nil {
		tb.Fatalf("%s: %v", text, problems)
	}
	return v
}

// lines formats each problem as "/a/0 reason".
func lines(problems []Problem) (out []string) {
	for _, p := range problems {
		path := append([]string{""}, p.At...)
		out = append(out, strings.TrimSpace(strings.Join(path, "/")+" "+p.Reason))
	}
	return out
}

func TestTypeOf(t *testing.T) {
	for text, want := range map[string]TypeSet{
		`null`: Null, `true`: Boolean, `1`: Integer, `-0`: Integer, `1.0`: Integer, `1e3`: Integer, `1.5`: Fraction, `1e-3`: Fraction, `1e308`: Integer, `1e-400`: Fraction, `1.00`: Integer, `0.99999999999999999999`: Fraction, `9007199254740993.5`: Fraction, `0e5`: Integer, `12e-1`: Fraction, `120e-1`: Integer, `-1E400`: outOfRange,
		strings.Repeat("9", 300): Integer, strings.Repeat("9", 310): outOfRange,
		`"1"`: String, `[]`: Array, `{}`: Object,
	} {
		if got := typeOf(value(t, text)); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

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
			t.Errorf("%s: got %b, want %b", text, got, want)
		}
	}
	if s := compile(t, `{"type":"array","items":{"type":"string"}}`); s.Items().Types() != String || s.Items().Items().Types() != Any {
		t.Errorf("got %b as the items and %b as their items", s.Items().Types(), s.Items().Items().Types())
	}
}
