package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
)

func filtered(filter string) *http.Request {
	return post(`{"request_data":{"filters":[` + filter + `]}}`)
}

func TestAdvise(t *testing.T) {
	header := filtered(`{"field":"host","operator":"in","value":["a"]}`)
	header.Header.Set("Content-Type", "text/plain")
	for _, tt := range []struct {
		name string
		r    *http.Request
		want []string
	}{
		{"all", post(`{"request_data":{"filters":"all"}}`), nil},
		{"documented", filtered(`{"field":"platform","operator":"in","value":["windows"]},{"field":"last_seen","operator":"gte","value":1}`), nil},
		{"a field", filtered(`{"field":"hostnmae","operator":"in","value":["SECRET"]}`), []string{"body /request_data/filters/0/field is not a documented field; did you mean hostname?"}},
		{"an operator", filtered(`{"field":"hostname","operator":"im","value":["SECRET"]}`),
			[]string{"body /request_data/filters/0/operator is not a documented operator of the field hostname; did you mean in?"}},
		{"values", filtered(`{"field":"alias","operator":"in","value":["SECRET"]},{"field":"platform","operator":"in","value":["Windows","SECRET"]}`), []string{
			"body /request_data/filters/1/value/0 is not a documented value of the field platform; did you mean windows?",
			"body /request_data/filters/1/value/1 is not a documented value of the field platform (documented: windows, linux, macos, android)"}},
		{"one value", filtered(`{"field":"scan_status","operator":"in","value":"in-progress"}`),
			[]string{"body /request_data/filters/0/value is not a documented value of the field scan_status; did you mean in_progress?"}},
		{"a parameter", get("id=1&fields=status&fields=state"), []string{"query fields /1 is not a documented value (documented: status)"}},
		{"a good parameter", get("id=1&fields=status"), nil},

		{"invalid", filtered(`{"field":"host","operator":"in"}`), nil},
		{"another media type", header, nil},
		{"an invalid parameter", get("id=x&fields=state"), nil},
		{"unknown operation", httptest.NewRequest("GET", "/other", nil), nil},
		{"no request", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range validator(t).Advise(tt.r) {
				got = append(got, p.String())
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

func TestAdviseLeavesTheRequest(t *testing.T) {
	const body = `{"request_data":{"filters":[{"field":"host","operator":"in","value":["a"]}]}}`
	r := post(body)
	for range 2 {
		if len(validator(t).Advise(r)) != 1 {
			t.Error("no advice, or only once")
		}
	}
	if got, err := io.ReadAll(r.Body); string(got) != body || err != nil {
		t.Errorf("left %q, %v", got, err)
	}
}

func TestAdviceIsBounded(t *testing.T) {
	r := filtered(`{"field":"platform","operator":"in","value":["a"` + strings.Repeat(`,"windwos"`, 10_000) + `]}`)
	if got := validator(t).Advise(r); len(got) != 100 {
		t.Errorf("%d pieces of advice", len(got))
	}
}

func TestKnownFilters(t *testing.T) {
	filters := api.KnownFilters()
	if len(filters) < 12 || !slices.IsSortedFunc(filters, func(a, b api.KnownFilter) int { return strings.Compare(a.Field, b.Field) }) {
		t.Fatalf("got %v", filters)
	}
	at := func(field string) api.KnownFilter {
		return filters[slices.IndexFunc(filters, func(f api.KnownFilter) bool { return f.Field == field })]
	}
	if f := at("platform"); !slices.Equal(f.Operators, []string{"in"}) || !slices.Equal(f.Values, []string{"windows", "linux", "macos", "android"}) {
		t.Errorf("platform: %v", f)
	}
	if f := at("last_seen"); !slices.Equal(f.Operators, []string{"gte", "lte"}) || f.Values != nil {
		t.Errorf("last_seen: %v", f)
	}
	at("platform").Values[0] = "mine"
	if slices.Contains(api.KnownFilters()[slices.IndexFunc(filters, func(f api.KnownFilter) bool { return f.Field == "platform" })].Values, "mine") {
		t.Error("the slices are the package's own")
	}
}
