package gen_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"example.com/cortexscan/gen"
)

// TestUnions checks that a value with several forms decodes to the documented Go type, and encodes to the same JSON.
func TestUnions(t *testing.T) {
	filters := func(json string) string { return `{"filters":` + json + `}` }
	value := func(json string) string { return `{"field":"a","operator":"in","value":` + json + `}` }
	for _, tt := range []struct {
		name, json string
		into       any
		get        func(any) any
		want       any
	}{
		{"all", filters(`"all"`), new(gen.AbortScanRequestData), ofFilters, "all"},
		{"list of filters", filters(`[` + value(`["b"]`) + `]`), new(gen.AbortScanRequestData), ofFilters,
			[]gen.EndpointFilter{{Field: "a", Operator: "in", Value: []string{"b"}}}},
		{"empty list of filters", filters(`[]`), new(gen.AbortScanRequestData), ofFilters, []gen.EndpointFilter{}},
		{"no filters", filters(`null`), new(gen.AbortScanRequestData), ofFilters, nil},
		{"list", value(`["b","c"]`), new(gen.EndpointFilter), ofValue, []string{"b", "c"}},
		{"empty list", value(`[]`), new(gen.EndpointFilter), ofValue, []string{}},
		{"one string", value(`"b"`), new(gen.EndpointFilter), ofValue, "b"},
		{"milliseconds", value(`1584983036945`), new(gen.EndpointFilter), ofValue, int64(1584983036945)},
		{"more than float64 can represent", value(`9007199254740993`), new(gen.EndpointFilter), ofValue, int64(9007199254740993)},
		{"an undocumented form", value(`{"b":true}`), new(gen.EndpointFilter), ofValue, map[string]any{"b": true}},
		{"no value", value(`null`), new(gen.EndpointFilter), ofValue, nil},
		{"list of details", `[{"field":"a","message":"b"},{}]`, new(gen.ErrorDetails), ofDetails, gen.ErrorDetails{{Field: "a", Message: "b"}, {}}},
		{"no details", `null`, new(gen.ErrorDetails), ofDetails, gen.ErrorDetails(nil)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := json.Unmarshal([]byte(tt.json), tt.into); err != nil {
				t.Fatal(err)
			}
			if got := tt.get(tt.into); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %#v, want %#v", got, tt.want)
			}
			if back, err := json.Marshal(tt.into); err != nil || string(back) != tt.json {
				t.Errorf("went back as %s, %v", back, err)
			}
		})
	}
}

// TestIncidentAsNumber covers published clients, which send a number.
func TestIncidentAsNumber(t *testing.T) {
	for in, want := range map[string]string{`4711`: "4711", `"4711"`: "4711", `null`: "", `22519813685366`: "22519813685366"} {
		var d gen.AbortScanRequestData
		if err := json.Unmarshal([]byte(`{"filters":"all","incident_id":`+in+`}`), &d); err != nil || d.IncidentID != want {
			t.Errorf("%s: got %q, %v, want %q", in, d.IncidentID, err, want)
		}
	}
}

func ofFilters(v any) any { return any(v.(*gen.AbortScanRequestData).Filters) }
func ofValue(v any) any   { return any(v.(*gen.EndpointFilter).Value) }
func ofDetails(v any) any { return *v.(*gen.ErrorDetails) }

// TestDetailsAsText checks that a string becomes one detail without a field.
func TestDetailsAsText(t *testing.T) {
	var e gen.NetscanError
	if err := json.Unmarshal([]byte(`{"err_msg":"x","metadata":{"err_extra":"no\nlicense"}}`), &e); err != nil {
		t.Fatal(err)
	}
	if want := (gen.ErrorDetails{{Message: "no\nlicense"}}); !reflect.DeepEqual(e.Metadata.ErrExtra, want) {
		t.Errorf("got %+v, want %+v", e.Metadata.ErrExtra, want)
	}
}

func TestUnionsRefuse(t *testing.T) {
	for name, v := range map[string]any{
		`{"filters":[1]}`:     new(gen.AbortScanRequestData),
		`{"filters":["all"]}`: new(gen.AbortScanRequestData),
		`{"field":1}`:         new(gen.EndpointFilter),
		`[1]`:                 new(gen.ErrorDetails),
		`{}`:                  new(gen.ErrorDetails),
	} {
		if err := json.Unmarshal([]byte(name), v); err == nil {
			t.Errorf("%T accepted %s", v, name)
		}
	}
}
