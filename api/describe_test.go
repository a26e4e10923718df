package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func schema(t *testing.T, text string) *openapi3.SchemaRef {
	t.Helper()
	var ref openapi3.SchemaRef
	if err := json.Unmarshal([]byte(text), &ref); err != nil {
		t.Fatal(err)
	}
	return &ref
}

// Every keyword that kin-openapi knows has words of ours.
func TestReasons(t *testing.T) {
	for _, tt := range []struct{ schema, value, want string }{
		{`{"type":"string","minLength":1}`, `""`, "must not be empty"},
		{`{"type":"string","minLength":3}`, `"é"`, "must have at least 3 characters"},
		{`{"type":"string","maxLength":1}`, `"ab"`, "must have at most 1 characters"},
		{`{"type":"string","pattern":"^a$"}`, `"b"`, "must match the pattern ^a$"},
		{`{"type":"string","format":"date-time"}`, `"b"`, "must have the format date-time"},
		{`{"type":"integer","format":"int32"}`, `2147483648`, "must be between -2147483648 and 2147483647"},
		{`{"type":"integer"}`, `0.5`, "must be an integer, not a number with a fraction"},
		{`{"type":"number","minimum":0.5}`, `0`, "must be at least 0.5"},
		{`{"type":"number","maximum":1000000}`, `1e7`, "must be at most 1000000"},
		{`{"type":"number","minimum":1,"exclusiveMinimum":true}`, `1`, "must be more than 1"},
		{`{"type":"number","maximum":1,"exclusiveMaximum":true}`, `1`, "must be less than 1"},
		{`{"type":"number","multipleOf":2}`, `3`, "must be a multiple of 2"},
		{`{"type":"number"}`, `1e999`, "is too large a number"},
		{`{"type":"array","items":{},"minItems":2}`, `[1]`, "must have at least 2 items"},
		{`{"type":"array","items":{},"maxItems":1}`, `[1,2]`, "must have at most one item"},
		{`{"type":"array","items":{},"uniqueItems":true}`, `[1,1]`, "must not hold the same item twice"},
		{`{"type":"object","minProperties":1}`, `{}`, "must have at least one member"},
		{`{"type":"object","maxProperties":1}`, `{"a":1,"b":2}`, "must have at most one member"},
		{`{"enum":["a",1,null]}`, `"b"`, `must be one of "a", 1, null`},
		{`{"enum":[[1],{"a":1}]}`, `[2]`, `must be one of [1], {"a":1}`},
		{`{"enum":[1,2,3,4,5,6,7,8,9,10,11,12]}`, `0`, "must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more"},
		{`{"not":{"type":"integer"}}`, `1`, "has a form that the contract rules out"},
		{`{"type":"array","items":{"type":"array","items":{"type":"string"}}}`, `"a"`, "must be a list of lists, not a string"},
		{`{"type":"array","items":{}}`, `"a"`, "must be a list of items, not a string"},
		{`{"type":"boolean"}`, `"a"`, "must be true or false, not a string"},
		{`{"type":"object"}`, `"a"`, "must be an object, not a string"},
		{`{"type":"string","nullable":true}`, `1`, "must be a string or null, not a number"},
		{`{"title":"Anything else"}`, `null`, "must be Anything else, not null"},
		{`{"minimum":1}`, `null`, "must be another value, not null"},
		{`{"allOf":[{"type":"string"}]}`, `{}`, "must be a string, not an object"},
		{`{"allOf":[{"type":"string","minLength":1},{"maxLength":3}]}`, `"abcd"`, "must have at most 3 characters"},
		{`{"anyOf":[{"type":"string","minLength":2},{"type":"string","pattern":"^[0-9]+$"}]}`, `"a"`, "must have at least 2 characters"},
		{`{"anyOf":[{"type":"string"},{"type":"boolean"},{"type":"object"}]}`, `1`, "must be a string, true or false or an object, not a number"},
	} {
		t.Run(tt.schema+" "+tt.value, func(t *testing.T) {
			value, ok := readJSON(tt.value, "body", &report{})
			if !ok {
				t.Fatal("no JSON")
			}
			rep := &report{}
			rule{ref: schema(t, tt.schema)}.check(value, Problem{In: "body"}, rep)
			if len(rep.problems) != 1 || rep.problems[0].Reason != tt.want || rep.problems[0].Pointer != "" {
				t.Errorf("got %+v, want %s", rep.problems, tt.want)
			}
		})
	}
}

// A keyword without words of ours, and one of a later kin-openapi, is still named.
func TestUnknownKeyword(t *testing.T) {
	if got := reason(&openapi3.Schema{}, "contains\n"); got != "breaks the contract's rule contains�" {
		t.Errorf("got %q", got)
	}
	if got := reason(nil, "type"); !strings.Contains(got, "form") {
		t.Errorf("got %q", got)
	}
}

// A schema that leads back to itself ends.
func TestCircles(t *testing.T) {
	circle := &openapi3.SchemaRef{Ref: "#/components/schemas/Circle", Value: &openapi3.Schema{Type: &openapi3.Types{"string"}}}
	circle.Value.OneOf = openapi3.SchemaRefs{circle, schema(t, `{"type":"string"}`)}
	circle.Value.AllOf = openapi3.SchemaRefs{circle}
	rep := &report{}
	rule{ref: circle}.check(true, Problem{In: "body"}, rep)
	if newRule(circle, inRequest).direction != eitherWay {
		t.Error("a direction out of nowhere")
	}
	if len(rep.problems) != 1 || len(rep.problems[0].Reason) > 1000 {
		t.Errorf("got %v", rep.problems)
	}
}
