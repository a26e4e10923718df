package api_test

import (
	"net/http"
	"testing"
)

func TestQuery(t *testing.T) {
	known := queryParameters(t, statusPath, http.MethodGet)
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
		{"a fraction", "id=1.5&fields=a", []string{"query id must be an integer, not a number with a fraction"}},
		{"a whole number with a point", "id=1.0&fields=a", nil},
		{"a leading zero, which JSON does not have", "id=007&fields=a", []string{"query id must be an integer"}},
		{"a plus sign, which JSON does not have", "id=%2B5&fields=a", []string{"query id must be an integer"}},
		{"space", "id=+1&fields=a", []string{"query id must be an integer"}},
		{"twice", "id=1&id=2&fields=a", []string{"query id is given 2 times; only one is allowed"}},
		{"twice, once escaped", "id=1&%69d=1&fields=a", []string{"query id is given 2 times; only one is allowed"}},
		{"unknown", "id=1&fields=a&feilds=b", []string{"query feilds is not a parameter of this operation " + known}},
		{"the wrong case", "ID=1&fields=a", []string{"query ID is not a parameter of this operation " + known, "query id is required"}},
		{"no name", "id=1&fields=a&=b", []string{`query "" is not a parameter of this operation ` + known}},
		{"broken escape", "id=1&fields=%zz", []string{"query fields is not valid percent-encoding"}},
		{"broken escape in a name", "id=1&fields=a&%z=1", []string{"query %z is not valid percent-encoding"}},
		{"semicolon", "id=1;fields=a", []string{"query id contains a semicolon, which servers interpret in different ways; encode it as %3B", "query id must be an integer", "query fields is required"}},
		{"invalid UTF-8", "id=1&fields=%ff", []string{"query fields /0 is not valid UTF-8"}},
		{"control characters in a name", "id=1&fields=a&x%0a%00%e2%80%ae=b", []string{"query x �� is not a parameter of this operation " + known}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantProblems(t, validator(t).ValidateRequest(get(tt.query)), tt.want...)
		})
	}
}
