package gen_test

import (
	"cmp"
	"encoding/json"
	"reflect"
	"testing"

	"example.com/cortexscan/gen"
)

// A value with several forms must decode to the documented Go type and encode to JSON again.
func TestUnions(t *testing.T) {
	filters := func(v gen.EndpointFilters) any { return &gen.AbortScanRequestData{Filters: v} }
	value := func(v gen.FilterValue) any { return &gen.EndpointFilter{Field: "a", Operator: "in", Value: v} }
	filter := func(json string) string { return `{"field":"a","operator":"in","value":` + json + `}` }
	for _, tt := range []struct {
		json    string
		want    any
		encoded string // "" if it is the same JSON
	}{
		{`{"filters":"all"}`, filters("all"), ""},
		{`{"filters":[` + filter(`["b"]`) + `]}`, filters([]gen.EndpointFilter{{Field: "a", Operator: "in", Value: []string{"b"}}}), ""},
		{`{"filters":[]}`, filters([]gen.EndpointFilter{}), ""},
		{`{"filters":null}`, filters(nil), ""},
		{filter(`["b","c"]`), value([]string{"b", "c"}), ""},
		{filter(`[]`), value([]string{}), ""},
		{filter(`"b"`), value("b"), ""},
		{filter(`9007199254740993`), value(int64(9007199254740993)), ""}, // float64 can't represent this number
		{filter(`{"b":true}`), value(map[string]any{"b": true}), ""},
		{filter(`null`), value(nil), ""},
		{`[{"field":"a","message":"b"},{}]`, &gen.ErrorDetails{{Field: "a", Message: "b"}, {}}, ""},
		{`null`, new(gen.ErrorDetails), ""},
		{`"no\nlicense"`, &gen.ErrorDetails{{Message: "no\nlicense"}}, `[{"message":"no\nlicense"}]`},
		// Published clients send a number.
		{`{"filters":"all","incident_id":22519813685366}`, &gen.AbortScanRequestData{Filters: "all", IncidentID: "22519813685366"}, `{"filters":"all","incident_id":"22519813685366"}`},
		{`{"filters":"all","incident_id":null}`, filters("all"), `{"filters":"all"}`},
	} {
		got := reflect.New(reflect.TypeOf(tt.want).Elem()).Interface()
		if err := json.Unmarshal([]byte(tt.json), got); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %#v, %v, want %#v", tt.json, got, err, tt.want)
		}
		if back, err := json.Marshal(got); err != nil || string(back) != cmp.Or(tt.encoded, tt.json) {
			t.Errorf("%s was encoded as %s, %v", tt.json, back, err)
		}
	}
	for in, v := range map[string]any{
		`{"filters":[1]}`: new(gen.AbortScanRequestData), `{"filters":["all"]}`: new(gen.AbortScanRequestData),
		`{"field":1}`: new(gen.EndpointFilter), `[1]`: new(gen.ErrorDetails), `{}`: new(gen.ErrorDetails),
	} {
		if err := json.Unmarshal([]byte(in), v); err == nil {
			t.Errorf("%T accepted %s", v, in)
		}
	}
}
