package api_test

import (
	"slices"
	"testing"
)

func TestQuery(t *testing.T) {
	for _, tt := range []struct {
		name, query string
		want        []string
	}{
		{"good", "id=789&fields=status", nil},
		{"several fields", "fields=status&id=-1&fields=other", nil},
		{"escaped names", "%69d=7&f%69elds=a+b%26c", nil},
		{"empty pairs", "&&id=1&&fields=a&", nil},
		{"nothing", "", []string{"query id is required", "query fields is required"}},
		{"placeholder", "id=1&fields=", []string{"query fields must not be empty"}},
		{"one field empty", "id=1&fields=a&fields=", []string{"query fields /1 must not be empty"}},
		{"empty id", "id=&fields=a", []string{"query id must not be empty"}},
		{"no value", "id&fields=a", []string{"query id must not be empty"}},
		{"a word", "id=abc&fields=a", []string{"query id must be an integer"}},
		{"a fraction", "id=1.5&fields=a", []string{"query id must be an integer"}},
		{"space", "id=+1&fields=a", []string{"query id must be an integer"}},
		{"twice", "id=1&id=2&fields=a", []string{"query id is given 2 times; only one is allowed"}},
		{"twice, once escaped", "id=1&%69d=1&fields=a", []string{"query id is given 2 times; only one is allowed"}},
		{"unknown", "id=1&fields=a&feilds=b", []string{"query feilds is not a parameter of this operation (parameters: id, fields)"}},
		{"the wrong case", "ID=1&fields=a", []string{"query ID is not a parameter of this operation (parameters: id, fields)", "query id is required"}},
		{"no name", "id=1&fields=a&=b", []string{`query "" is not a parameter of this operation (parameters: id, fields)`}},
		{"broken escape", "id=1&fields=%zz", []string{"query fields is not valid percent-encoding"}},
		{"broken escape in a name", "id=1&fields=a&%z=1", []string{"query %z is not valid percent-encoding"}},
		{"semicolon", "id=1;fields=a", []string{"query id contains a semicolon, which servers read in different ways; write it as %3B", "query id must be an integer", "query fields is required"}},
		{"invalid UTF-8", "id=1&fields=%ff", []string{"query fields is not valid UTF-8"}},
		{"control characters in a name", "id=1&fields=a&x%0a%00%e2%80%ae=b", []string{"query x �� is not a parameter of this operation (parameters: id, fields)"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantProblems(t, validator(t).ValidateRequest(get(tt.query)), tt.want...)
		})
	}
}

func TestHeaders(t *testing.T) {
	v := validator(t)
	for _, tt := range []struct {
		name   string
		values []string
		want   []string
	}{
		{"given", []string{"cortexscan/1"}, nil},
		{"missing", nil, []string{"header User-Agent is required"}},
		{"empty", []string{""}, []string{"header User-Agent must not be empty"}},
		{"space", []string{" \t"}, []string{"header User-Agent must not be empty"}},
		{"twice", []string{"a", "b"}, []string{"header User-Agent is given 2 times; only one is allowed"}},
	} {
		t.Run("User-Agent "+tt.name, func(t *testing.T) {
			r := get("id=1&fields=status")
			r.Header["User-Agent"] = tt.values
			wantProblems(t, v.ValidateRequest(r), tt.want...)
		})
	}
	for _, tt := range []struct {
		name   string
		values []string
		want   []string
	}{
		{"given", []string{"application/json"}, nil},
		{"with a parameter", []string{"Application/JSON; charset=utf-8"}, nil},
		{"with a broken parameter", []string{"application/json; charset"}, []string{"header Content-Type has a parameter that is not valid"}},
		{"missing", nil, []string{"header Content-Type is required, and must be application/json"}},
		{"empty", []string{""}, []string{"header Content-Type is required, and must be application/json"}},
		{"another", []string{"text/plain"}, []string{"header Content-Type must be application/json"}},
		{"nonsense", []string{";;"}, []string{"header Content-Type must be application/json"}},
		{"twice", []string{"application/json", "application/json"}, []string{"header Content-Type is given 2 times; only one is allowed"}},
	} {
		t.Run("Content-Type "+tt.name, func(t *testing.T) {
			r := post(`{"request_data":{"filters":"all"}}`)
			r.Header["Content-Type"] = tt.values
			wantProblems(t, v.ValidateRequest(r), tt.want...)
			// The body's problems are told beside the header's.
			r = post(`{}`)
			r.Header["Content-Type"] = tt.values
			wantProblems(t, v.ValidateRequest(r), append(slices.Clone(tt.want), "body /request_data is required")...)
		})
	}
}
