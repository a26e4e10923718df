package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/cortexscan/api"
)

// What the package does not decode itself is judged by openapi3filter, without its words.
func TestOtherParametersAndBodies(t *testing.T) {
	v := grown(t)
	file := func(target, cookie, contentType, body string) *http.Request {
		r := httptest.NewRequest(http.MethodPut, "/public_api/files/"+target, strings.NewReader(body))
		r.AddCookie(&http.Cookie{Name: "session", Value: cookie})
		r.Header.Set("Content-Type", contentType)
		return r
	}
	const wrong = "does not match its schema"
	for _, tt := range []struct {
		name string
		r    *http.Request
		want []string
	}{
		{"good", file("a.txt?filter[a]=1", "7", "text/plain", "hello"), nil},
		{"no body", file("a.txt", "7", "", ""), nil},
		{"a key in the query", file("a.csv?key=secret", "7", "text/plain", "x"), nil},
		{"path", file("abcde.exe", "7", "text/plain", "x"), []string{"path name must have at most 4 characters", `path ext must be one of "txt", "csv"`}},
		{"query", file("a.txt?filter[a]=MARKER", "7", "text/plain", "x"), []string{"query filter /a must be an integer, not a string"}},
		{"cookie", file("a.txt", "MARKER", "text/plain", "x"), []string{"cookie session " + wrong}},
		{"body", file("a.txt", "7", "text/plain", "MARKER"), []string{"body " + wrong}},
		{"media type", file("a.txt", "7", "text/html", "x"), []string{"header Content-Type must be application/json or text/plain"}},
		{"JSON without a schema", file("a.txt", "7", "application/json", "{"), []string{"body is not valid JSON: it ends too early"}},
	} {
		t.Run(tt.name, func(t *testing.T) { wantProblems(t, v.ValidateRequest(tt.r), tt.want...) })
	}
	r := httptest.NewRequest(http.MethodPut, "/public_api/files/a.txt", nil)
	wantProblems(t, v.ValidateRequest(r), "cookie session is required")
}

// A body that nothing here can read passes unread.
func TestBodiesOfOtherTypes(t *testing.T) {
	v := of(t, `
  /x:
    post:
      requestBody:
        content:
          application/xml: {schema: {type: object}}
          image/png: {schema: {type: string, format: binary}}
          text/plain; charset=UTF-8: {schema: {type: string, maxLength: 3}}
          application/x-www-form-urlencoded: {schema: {type: object, required: [a], properties: {a: {type: integer}}}}
          application/octet-stream: {}
      responses: {'200': {description: d}}
`)
	for _, tt := range []struct {
		contentType, body string
		good              bool
	}{
		{"application/xml", "<a/>", true}, {"image/png", "\x89PNG", true}, {"application/octet-stream", "\xff", true},
		{"text/plain", "abc", true}, {"text/plain; charset=utf-8", "abc", true}, {"text/plain", "abcd", false},
		{"application/x-www-form-urlencoded", "a=1", true}, {"application/x-www-form-urlencoded", "a=x", false}, {"application/x-www-form-urlencoded", "b=1", false},
	} {
		var want []string
		if !tt.good {
			want = []string{"body does not match its schema"}
		}
		wantProblems(t, v.ValidateRequest(send("POST", "/x", tt.contentType, tt.body)), want...)
	}
}

// Parameters that openapi3filter decodes do not open the query to any name.
func TestQueryBesideFallbacks(t *testing.T) {
	operation := func(parameter string) *api.Validator {
		return of(t, "  /x: {get: {parameters: [{name: n, in: query, schema: {type: integer}}, "+parameter+"], responses: {'200': {description: d}}}}\n")
	}
	const (
		deep   = "{name: f, in: query, style: deepObject, schema: {type: object, properties: {a: {type: integer}}}}"
		form   = "{name: f, in: query, schema: {allOf: [{type: object, properties: {a: {type: integer}}}]}}"
		free   = "{name: f, in: query, schema: {type: object, additionalProperties: {type: integer}}}"
		either = "{name: f, in: query, schema: {oneOf: [{type: integer}, {type: array, items: {type: integer}}]}}"
		header = "{name: f, in: header, schema: {type: object}}"
	)
	for _, tt := range []struct{ parameter, query, unknown string }{
		{deep, "n=1&f[a]=1", ""}, {deep, "n=1&a=1", "a"}, {deep, "f=1", "f"},
		{form, "n=1&a=1", ""}, {form, "n=1&b=1", "b"},
		{free, "n=1&b=1", ""},
		{either, "f=1", ""}, {either, "g=1", "g"},
		{header, "f=1", "f"},
	} {
		var want []string
		if tt.unknown != "" {
			parameters := "n, f"
			if tt.parameter == header {
				parameters = "n"
			}
			want = []string{"query " + tt.unknown + " is not a parameter of this operation (parameters: " + parameters + ")"}
		}
		t.Run(tt.parameter+" "+tt.query, func(t *testing.T) {
			wantProblems(t, operation(tt.parameter).ValidateRequest(send("GET", "/x?"+tt.query, "", "")), want...)
		})
	}
}
