package schema

import (
	"slices"
	"strings"
	"testing"
)

func TestReasons(t *testing.T) {
	for _, tt := range []struct{ schema, value, want string }{
		{`{"type":"string","minLength":1}`, `""`, "must not be empty"},
		{`{"type":"string","minLength":3}`, `"é"`, "must have at least 3 characters"},
		{`{"type":"string","maxLength":1}`, `"ab"`, "must have at most one character"},
		{`{"type":"string","pattern":"^a$"}`, `"b"`, "must match the pattern ^a$"},
		{`{"type":"integer","format":"int64"}`, `9223372036854775808`, "must be between -9223372036854775808 and 9223372036854775807"},
		{`{"type":"number","minimum":0.5}`, `0`, "must be at least 0.5"},
		{`{"type":"number","maximum":1000000}`, `1e7`, "must be at most 1000000"},
		{`{"type":"number","minimum":1,"exclusiveMinimum":true}`, `1`, "must be greater than 1"},
		{`{"type":"number","maximum":1,"exclusiveMaximum":true}`, `1`, "must be less than 1"},
		{`{"type":"number"}`, `1e999`, "must be a number, not a number that is out of range"},
		{`{"type":"array","items":{},"minItems":2}`, `[1]`, "must have at least 2 items"},
		{`{"type":"array","items":{},"maxItems":1}`, `[1,2]`, "must have at most one item"},
		{`{"type":"object","minProperties":1}`, `{}`, "must have at least one property"},
		{`{"type":"object","maxProperties":1}`, `{"a":1,"b":2}`, "must have at most one property"},
		{`{"enum":["a",1,null]}`, `"b"`, `must be one of "a", 1, null`},
		{`{"enum":["a",1]}`, `null`, `must be one of "a", 1, not null`},
		{`{"enum":[[1],{"a":1}]}`, `[2]`, `must be one of [1], {"a":1}`},
		{`{"enum":[1,2,3,4,5,6,7,8,9,10,11,12]}`, `0`, "must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more"},
		{`{"not":{"type":"integer"}}`, `1`, "matches a schema that the spec excludes"},
		{`{"type":"array","items":{"type":"array","items":{"type":"string"}}}`, `"a"`, "must be a list of lists, not a string"},
		{`{"type":"array","items":{}}`, `"a"`, "must be a list of items, not a string"},
		{`{"type":"boolean"}`, `"a"`, "must be true or false, not a string"},
		{`{"type":"string","nullable":true}`, `1`, "must be a string or null, not a number"},
		{`{"allOf":[{"type":"string"}]}`, `{}`, "must be a string, not an object"},
		{`{"anyOf":[{"type":"string","minLength":2},{"type":"string","pattern":"^[0-9]+$"}]}`, `"a"`, "must have at least 2 characters"},
		{`{"anyOf":[{"title":"A"},{"type":"integer"}],"type":"string"}`, `1`, "must be A or an integer, not a number"},
		{`{"anyOf":[{"nullable":true,"type":"string"},{"type":"integer"}]}`, `[]`, "must be a string, an integer or null, not a list"},
		{`{"oneOf":[{"type":"string","enum":["all"]},{"type":"array","items":{"type":"string"},"minItems":1}]}`, `"some"`, `must be "all" or a list of at least one string, not another string`},
		{`{"$ref":"#/components/schemas/Thing"}`, `1`, "must be an object (Thing), not a number"},
		{`{"type":"array","items":{"$ref":"#/components/schemas/Thing"}}`, `1`, "must be a list of Things, not a number"},
	} {
		t.Run(tt.schema+" "+tt.value, func(t *testing.T) {
			s := compile(t, `{"properties":{"x":`+tt.schema+`}}`, `Thing: {"type":"object"}`)
			found := lines(s.Check(value(t, `{"x":`+tt.value+`}`), Request, 10))
			if !slices.Equal(found, []string{"/x " + tt.want}) {
				t.Errorf("found %q, want %s", found, tt.want)
			}
		})
	}
}

func TestDescribeIsBounded(t *testing.T) {
	circle := `Circle: {"oneOf":[{"$ref":"#/components/schemas/Circle"},{"$ref":"#/components/schemas/Circle"},{"type":"string"}]}`
	many := `{"anyOf":[` + strings.Repeat(`{"type":"string"},{"type":"integer"},`, 50) + `{}]}`
	for _, text := range []string{`{"$ref":"#/components/schemas/Circle"}`, many} {
		if got := compile(t, text, circle).Describe(); len(got) > 1000 || got == "" {
			t.Errorf("got %d bytes, want 1 to 1000: %.100s", len(got), got)
		}
	}
	if got := (*Schema)(nil).Describe(); got != "another value" {
		t.Errorf("got %q", got)
	}
}
