package gen_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"example.com/cortexscan/gen"
)

// A value with several forms must decode to the documented Go type and encode to the same JSON.
func TestUnions(t *testing.T) {
	filters := func(v gen.EndpointFilters) any { return &gen.AbortScanRequestData{Filters: v} }
	value := func(v gen.FilterValue) any { return &gen.EndpointFilter{Field: "a", Operator: "in", Value: v} }
	filter := func(json string) string { return `{"field":"a","operator":"in","value":` + json + `}` }
	for _, tt := range []struct {
		json string
		want any
	}{
		{`{"filters":"all"}`, filters("all")},
		{`{"filters":[` + filter(`["b"]`) + `]}`, filters([]gen.EndpointFilter{{Field: "a", Operator: "in", Value: []string{"b"}}})},
		{`{"filters":[]}`, filters([]gen.EndpointFilter{})},
		{`{"filters":null}`, filters(nil)},
		{filter(`["b","c"]`), value([]string{"b", "c"})},
		{filter(`[]`), value([]string{})},
		{filter(`"b"`), value("b")},
		{filter(`9007199254740993`), value(int64(9007199254740993))}, // float64 can't represent this number
		{filter(`{"b":true}`), value(map[string]any{"b": true})},
		{filter(`null`), value(nil)},
		{`[{"field":"a","message":"b"},{}]`, &gen.ErrorDetails{{Field: "a", Message: "b"}, {}}},
		{`null`, new(gen.ErrorDetails)},
	} {
		got := reflect.New(reflect.TypeOf(tt.want).Elem()).Interface()
		if err := json.Unmarshal([]byte(tt.json), got); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %#v, %v, want %#v", tt.json, got, err, tt.want)
		}
		if back, err := json.Marshal(got); err != nil || string(back) != tt.json {
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

// Published clients send a number.
func TestIncidentAsNumber(t *testing.T) {
	for in, want := range map[string]string{`22519813685366`: "22519813685366", `"4711"`: "4711", `null`: ""} {
		var d gen.AbortScanRequestData
		if err := json.Unmarshal([]byte(`{"filters":"all","incident_id":`+in+`}`), &d); err != nil || d.IncidentID != want {
			t.Errorf("%s: got %q, %v, want %q", in, d.IncidentID, err, want)
		}
	}
}

// A JSON string decodes to one detail whose Field is empty.
func TestDetailsAsText(t *testing.T) {
	var got gen.ErrorDetails
	want := gen.ErrorDetails{{Message: "no\nlicense"}}
	if err := json.Unmarshal([]byte(`"no\nlicense"`), &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}
