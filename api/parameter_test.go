package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestHeaderParameter(t *testing.T) {
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
}

func TestParameterOfJSONText(t *testing.T) {
	v := of(t, `
  /x:
    get:
      parameters:
        - {name: f, in: query, content: {application/json; charset=UTF-8: {schema: {type: object, required: [a], properties: {a: {type: integer}}}}}}
        - {name: X-F, in: header, required: true, content: {application/json: {schema: {type: array, items: {type: string}}}}}
      responses: {'200': {description: d, headers: {X-Limits: {content: {application/json: {schema: {type: array, items: {}}}}}}}}
`)
	r := send("GET", `/x?f=`+url.QueryEscape(`{"a":1}`), "", "")
	wantProblems(t, v.ValidateRequest(r), "header X-F is required")
	r.Header.Set("X-F", `["a"]`)
	wantProblems(t, v.ValidateRequest(r))
	r = send("GET", `/x?f=`+url.QueryEscape(`{"a":"MARKER","a":"x"}`), "", "")
	r.Header.Set("X-F", `["a",7] x`)
	wantProblems(t, v.ValidateRequest(r),
		"header X-F has data after its JSON value, at byte 8", "header X-F /1 must be a string, not a number",
		"query f /a is given more than once", "query f /a must be an integer, not a string")
	wantProblems(t, v.ValidateResponse(r, 200, http.Header{"X-Limits": {"{}"}}, nil), "response header X-Limits must be a list of items, not an object")
}

func TestStyles(t *testing.T) {
	for style, texts := range map[string][]string{
		"style: form, explode: true": {"f=1&f=2"}, "style: form, explode: false": {"f=1,2", "f=1%2C2"},
		"style: spaceDelimited, explode: false": {"f=1%202", "f=1+2"}, "style: pipeDelimited, explode: false": {"f=1%7C2", "f=1|2"},
		"style: pipeDelimited, explode: true": {"f=1&f=2"},
	} {
		v := of(t, "  /x: {get: {parameters: [{name: f, in: query, "+style+", schema: {type: array, maxItems: 2, items: {type: integer}}}], responses: {'200': {description: d}}}}\n")
		for _, text := range texts {
			r := send("GET", "/x", "", "")
			r.URL.RawQuery = text
			wantProblems(t, v.ValidateRequest(r))
			r.URL.RawQuery = strings.TrimSuffix(text, "2") + "x"
			wantProblems(t, v.ValidateRequest(r), "query f /1 must be an integer")
		}
	}
}
