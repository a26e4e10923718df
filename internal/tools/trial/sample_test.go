package trial

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestSamplesAreValid(t *testing.T) {
	for _, tt := range []struct{ name, schema, required, full string }{
		{"example", `{"type":"integer","not":{"enum":[7,0,1]},"example":3}`, `3`, `3`},
		{"enum", `{"type":"string","enum":["b"]}`, `"b"`, `"b"`},
		{"minimum", `{"type":"integer","minimum":10,"exclusiveMinimum":true}`, `11`, `11`},
		{"maximum", `{"type":"number","maximum":-2}`, `-2`, `-2`},
		{"multiple of", `{"type":"number","multipleOf":0.25}`, `7`, `7`},
		{"length", `{"type":"string","minLength":50}`, `"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"`, `"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"`},
		{"pattern", `{"type":"string","pattern":"^(CH|IM)[0-9a-f]{4}-\\d+[.]?$"}`, `"CHaaaa-1"`, `"CHaaaa-1"`},
		{"pattern and length", `{"type":"string","pattern":"^[A-Z]+$","minLength":4}`, `"AAAAA"`, `"AAAAA"`},
		{"array", `{"type":"array","items":{"type":"integer"}}`, `[]`, `[7]`},
		{"unique items", `{"type":"array","minItems":2,"uniqueItems":true,"items":{"type":"string","enum":["x","y","z"]}}`, `["x","y"]`, `["x","y"]`},
		{"properties", `{"type":"object","required":["a"],"properties":{"a":{"type":"boolean"},"b":{"type":"boolean"}}}`, `{"a":true}`, `{"a":true,"b":true}`},
		{"readOnly", `{"type":"object","required":["a","b"],"properties":{"a":{"type":"boolean","readOnly":true},"b":{"type":"boolean"}}}`, `{"b":true}`, `{"b":true}`},
		{"all of", `{"allOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"boolean"}}},{"type":"object","properties":{"b":{"type":"integer"}}}]}`, `{"a":true}`, `{"a":true,"b":7}`},
		{"one of", `{"oneOf":[{"type":"string","maxLength":0,"minLength":1},{"type":"integer"}]}`, `7`, `7`},
		{"additional properties", `{"type":"object","additionalProperties":{"type":"integer"}}`, `{}`, `{"key":7}`},
		{"empty schema", `{}`, `"anything"`, `"anything"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var ref openapi3.SchemaRef
			if err := json.Unmarshal([]byte(tt.schema), &ref); err != nil {
				t.Fatal(err)
			}
			for want, sampler := range map[string]Sampler{tt.required: {}, tt.full: {Full: true}} {
				v, err := sampler.Value(&ref)
				if got, _ := json.Marshal(v); err != nil || string(got) != want {
					t.Errorf("%+v: got %s, %v, want %s", sampler, got, err, want)
				}
			}
		})
	}
	impossible := &openapi3.SchemaRef{Value: openapi3.NewStringSchema().WithPattern("^q$").WithMinLength(2)}
	if v, err := (Sampler{}).Value(impossible); err == nil {
		t.Errorf("got %v for a pattern that contradicts the length", v)
	}
}

// Without a limit, the number of values would grow exponentially with the depth.
func TestSamplingOfARecursiveSchemaEnds(t *testing.T) {
	node := openapi3.NewObjectSchema()
	ref := &openapi3.SchemaRef{Value: node}
	node.Properties = openapi3.Schemas{"name": {Value: openapi3.NewStringSchema()}}
	for i := range 30 {
		node.Properties[fmt.Sprint("child", i)] = ref
	}
	node.OneOf = openapi3.SchemaRefs{{Value: openapi3.NewObjectSchema()}, {Value: &openapi3.Schema{AllOf: openapi3.SchemaRefs{ref}}}}
	steps := 0
	s := Sampler{Full: true, steps: &steps}
	s.value(ref, 0)
	if steps > 3*maxSteps {
		t.Errorf("got %d steps, want at most %d", steps, 3*maxSteps)
	}
}
