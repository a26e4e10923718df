package schema

import (
	"slices"
	"strings"
	"testing"
)

func TestValidation(t *testing.T) {
	components := []string{
		`Tree: {"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#/components/schemas/Tree"}},"name":{"type":"string"}}}`,
		`Square: {"type":"object","required":["kind","side"],"properties":{"kind":{"type":"string"},"side":{"type":"number"}}}`,
		`Circle: {"type":"object","required":["kind","radius"],"properties":{"kind":{"type":"string"},"radius":{"type":"number"}}}`,
		`Lists: {"type":"array","minItems":1,"items":{"$ref":"#/components/schemas/Lists"}}`,
		`Pet: {"type":"object","required":["kind"],"properties":{"kind":{"type":"string"}},"discriminator":{"propertyName":"kind"}}`,
		`Cat: {"allOf":[{"$ref":"#/components/schemas/Pet"},{"type":"object","required":["claws"],"properties":{"claws":{"type":"integer"}}}]}`,
		`Kitten: {"allOf":[{"$ref":"#/components/schemas/Cat"},{"type":"object","required":["age"]}]}`,
		`Mapped: {"type":"object","properties":{"kind":{"type":"string"}},"discriminator":{"propertyName":"kind","mapping":{"dog":"#/components/schemas/Dog"}}}`,
		`Dog: {"allOf":[{"$ref":"#/components/schemas/Mapped"},{"type":"object","required":["barks"]}]}`,
		`Self: {"allOf":[{"$ref":"#/components/schemas/Self"},{"type":"string","minLength":2}]}`,
	}
	const (
		closed   = `{"type":"object","additionalProperties":false,"required":["a","id"],"properties":{"a":{"type":"integer"},"id":{"type":"string","readOnly":true},"key":{"type":"string","writeOnly":true}}}`
		shape    = `{"oneOf":[{"$ref":"#/components/schemas/Square"},{"$ref":"#/components/schemas/Circle"}],"discriminator":{"propertyName":"kind","mapping":{"circle":"#/components/schemas/Circle","square":"Square"}}}`
		unmapped = `{"oneOf":[{"$ref":"#/components/schemas/Square"},{"$ref":"#/components/schemas/Circle"}],"discriminator":{"propertyName":"kind"}}`
		either   = `{"oneOf":[{"type":"integer"},{"type":"number"}]}`
		objects  = `{"anyOf":[{"type":"object","required":["x","y"]},{"type":"object","required":["z"]}]}`
		scores   = `{"type":"object","additionalProperties":{"type":"integer"}}`
	)
	for _, tt := range []struct {
		name, schema, value string
		response            bool
		want                []string
	}{
		{"a known property", closed, `{"a":1}`, false, nil},
		{"an unknown property", closed, `{"a":1,"b":[]}`, false, []string{"/b is not a known property (known: a, id, key); the service would ignore it"}},
		{"an unknown property of a response", closed, `{"a":1,"b":[],"id":"x"}`, true, []string{"/b is not a known property (known: a, id, key)"}},
		{"an empty request", closed, `{}`, false, []string{"/a is required"}},
		{"an empty response", closed, `{}`, true, []string{"/a is required", "/id is required"}},
		{"read-only", closed, `{"a":1,"id":"x"}`, false, []string{"/id is read-only: a request must not contain it"}},
		{"write-only", closed, `{"a":1,"id":"x","key":"y"}`, true, []string{"/key is write-only: a response must not contain it"}},
		{"a UUID with too many digits, and a pattern", `{"type":"string","format":"uuid","pattern":"^x$"}`, `"0123e4567-e89b-12d3-a456-426614174000"`, false, []string{"must have the format uuid", "must match the pattern ^x$"}},
		{"a pattern with an escape of JavaScript", `{"type":"string","pattern":"^\\u0061$"}`, `"b"`, false, []string{`must match the pattern ^\u0061$`}},
		{"additional properties", scores, `{"a":1,"b":"2"}`, false, []string{"/b must be an integer, not a string"}},
		{"items with a maximum", `{"items":{"maximum":1}}`, `[1,2]`, false, []string{"/1 must be at most 1"}},
		{"items with an enumeration", `{"items":{"enum":["a"]}}`, `["b"]`, false, []string{`/0 must be "a"`}},
		{"items with an exclusion", `{"items":{"not":{"maxLength":1}}}`, `["a"]`, false, []string{"/0 matches a schema that the spec excludes"}},
		{"items with a format", `{"items":{"format":"uuid"}}`, `["123e4567-e89b-12d3-a456-4266141740000"]`, false, []string{"/0 must have the format uuid"}},
		{"several unknown properties", closed, `{"a":1,"f":0,"e":0,"d":0,"c":0,"b":0}`, true, []string{
			"/b is not a known property (known: a, id, key)", "/c is not a known property (known: a, id, key)", "/d is not a known property (known: a, id, key)",
			"/e is not a known property (known: a, id, key)", "/f is not a known property (known: a, id, key)", "/id is required"}},
		{"an open object", `{"type":"object"}`, `{"a":[1e999]}`, false, nil},

		{"a tree", `{"$ref":"#/components/schemas/Tree"}`, `{"children":[{"children":[{"name":1}]},{"name":"y"},{"name":2}]}`, false, []string{
			"/children/0/children/0/name must be a string, not a number", "/children/2/name must be a string, not a number"}},
		{"lists", `{"$ref":"#/components/schemas/Lists"}`, `[[],[]]`, false, []string{"/0 must have at least one item", "/1 must have at least one item"}},
		{"a schema that is part of itself", `{"$ref":"#/components/schemas/Self"}`, `"a"`, false, []string{"must have at least 2 characters"}},

		{"two alternatives match", either, `1`, false, []string{"matches more than one of the alternatives, but must match exactly one: an integer or a number"}},
		{"one alternative matches", either, `1.5`, false, nil},
		{"two alternatives of anyOf match", `{"anyOf":[{"type":"integer"},{"type":"number"}]}`, `1`, false, nil},
		{"the alternative with the fewest problems", objects, `{}`, false, []string{"/z is required"}},

		{"a mapped name", shape, `{"kind":"circle","radius":1}`, false, nil},
		{"a mapped name, invalid", shape, `{"kind":"circle","radius":"1"}`, false, []string{"/radius must be a number, not a string"}},
		{"another mapped name", shape, `{"kind":"square","radius":1}`, false, []string{"/side is required"}},
		{"the name of the schema", shape, `{"kind":"Circle","radius":1}`, false, nil},
		{"an unknown name", shape, `{"kind":"x","radius":1}`, false, []string{"/kind must be one of circle, square"}},
		{"no name", shape, `{"radius":1}`, false, []string{"/kind is required"}},
		{"a number as the name", shape, `{"kind":1}`, false, []string{"/kind must be a string, not a number"}},
		{"without a mapping", unmapped, `{"kind":"Circle","side":1}`, false, []string{"/radius is required"}},
		{"without a mapping, another name", unmapped, `{"kind":"x","side":1}`, false, nil},

		{"an invalid subtype", `{"$ref":"#/components/schemas/Pet"}`, `{"kind":"Cat","claws":"x"}`, false, []string{"/claws must be an integer, not a string"}},
		{"a subtype of a subtype", `{"$ref":"#/components/schemas/Pet"}`, `{"kind":"Kitten"}`, false, []string{"/claws is required", "/age is required"}},
		{"no discriminator", `{"$ref":"#/components/schemas/Pet"}`, `{}`, false, []string{"/kind is required"}},
		{"a subtype of another schema", `{"$ref":"#/components/schemas/Pet"}`, `{"kind":"Dog"}`, false, nil},
		{"a subtype that names another", `{"$ref":"#/components/schemas/Cat"}`, `{"kind":"Kitten","claws":1}`, false, nil},
		{"a mapped subtype", `{"$ref":"#/components/schemas/Mapped"}`, `{"kind":"dog"}`, false, []string{"/barks is required"}},
		{"a subtype that is not mapped", `{"$ref":"#/components/schemas/Mapped"}`, `{"kind":"cat"}`, false, []string{"/kind must be one of dog"}},
		{"subtypes in a list", `{"type":"array","items":{"$ref":"#/components/schemas/Pet"}}`, `[{"kind":"Cat","claws":1},{"kind":"Cat"}]`, false, []string{"/1/claws is required"}},

		{"null in a nullable enumeration that lists it", `{"type":"string","nullable":true,"enum":["a",null]}`, `null`, false, nil},
		{"null in a nullable enumeration that does not", `{"type":"string","nullable":true,"enum":["a"]}`, `null`, false, []string{`must be "a", not null`}},
		{"null without a type, beside other keywords", `{"description":"x","minimum":1,"title":"y"}`, `null`, false, nil},
		{"null with a nullable type, beside other keywords", `{"type":"object","nullable":true,"minProperties":1}`, `null`, false, nil},
		{"null with a nullable part, but not in the enumeration", `{"allOf":[{"type":"string","nullable":true}],"enum":["a"]}`, `null`, false, []string{`must be "a", not null`}},
		{"null in an enumeration", `{"enum":["a",null]}`, `null`, false, nil},
		{"null with a nullable part", `{"allOf":[{"$ref":"#/components/schemas/Tree"}],"nullable":true}`, `null`, false, nil},
		{"null without a nullable alternative", `{"oneOf":[{"type":"string"},{"type":"integer"},{"type":"object"}]}`, `null`, false, []string{"must be a string, an integer or an object, not null"}},
		{"null excluded", `{"not":{}}`, `null`, false, []string{"matches a schema that the spec excludes"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			direction := Request
			if tt.response {
				direction = Response
			}
			s := compile(t, tt.schema, components...)
			if got := lines(s.Check(value(t, tt.value), direction, 10)); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if s.Accepts(value(t, tt.value), direction) != (tt.want == nil) {
				t.Error("Accepts and Check disagree")
			}
		})
	}
}

// A validator that visited each level twice would take 2^100 steps.
func TestRecursiveAlternativesTakeLinearTime(t *testing.T) {
	for _, node := range []string{
		`{"anyOf":[{"type":"object","required":["x"],"properties":{"next":{"$ref":"#/components/schemas/Node"}}},{"type":"object","properties":{"next":{"$ref":"#/components/schemas/Node"}}},{"type":"string"}]}`,
		`{"oneOf":[{"type":"object","required":["x"],"properties":{"next":{"$ref":"#/components/schemas/Node"}}},{"type":"object","properties":{"next":{"$ref":"#/components/schemas/Node"}}},{"type":"string"}]}`,
		`{"allOf":[{"properties":{"next":{"$ref":"#/components/schemas/Node"}}},{"properties":{"next":{"$ref":"#/components/schemas/Node"}}}],"oneOf":[{"type":"object"},{"type":"string"}]}`,
		`{"not":{"properties":{"next":{"not":{"$ref":"#/components/schemas/Node"}}},"required":["next"]},"oneOf":[{"type":"object","properties":{"next":{"$ref":"#/components/schemas/Node"}}},{"type":"string"}]}`,
	} {
		s := compile(t, `{"$ref":"#/components/schemas/Node"}`, "Node: "+node)
		nested := func(leaf string) any {
			return value(t, strings.Repeat(`{"next":`, 100)+leaf+strings.Repeat("}", 100))
		}
		if found := s.Check(nested(`"leaf"`), Request, 10); found != nil && !strings.Contains(node, `"not"`) {
			t.Errorf("%s: got %q, want no problem", node, lines(found))
		}
		if found := s.Check(nested(`7`), Request, 10); len(found) == 0 {
			t.Errorf("%s: got no problem", node)
		}
		s.Advise(nested(`"leaf"`), 10)
	}
}
