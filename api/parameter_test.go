package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"example.com/cortexscan/api"
)

func TestQueryProblems(t *testing.T) {
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

func TestHeaderProblems(t *testing.T) {
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

func TestParameterThatIsJSON(t *testing.T) {
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

// TestListsAreSplitBeforeDecoding: an encoded comma is part of an item. Spaces and bars can only be sent encoded.
func TestListsAreSplitBeforeDecoding(t *testing.T) {
	for _, tt := range []struct{ style, query, want string }{
		{"style: form, explode: true", "f=1&f=2", ""},
		{"style: form, explode: true", "f=1&f=x", "query f /1 must be an integer"},
		{"style: form, explode: false", "f=1,2", ""},
		{"style: form, explode: false", "f=%31,2", ""},
		{"style: form, explode: false", "f=1,x", "query f /1 must be an integer"},
		{"style: form, explode: false", "f=1%2C2", "query f /0 must be an integer"},
		{"style: form, explode: false", "f=1,%ff", "query f /1 is not valid UTF-8"},
		{"style: form, explode: false", "f=1,", "query f /1 must not be empty"},
		{"style: form, explode: false", "f=", "query f must not be empty"},
		{"style: form, explode: false", "f=1&f=2", "query f is given 2 times; only one is allowed"},
		{"style: spaceDelimited, explode: false", "f=1%202", ""},
		{"style: spaceDelimited, explode: false", "f=1+2", ""},
		{"style: pipeDelimited, explode: false", "f=1%7C2", ""},
		{"style: pipeDelimited, explode: false", "f=1|x", "query f /1 must be an integer"},
		{"style: pipeDelimited, explode: true", "f=1&f=2", ""},
	} {
		t.Run(tt.style+" "+tt.query, func(t *testing.T) {
			v := of(t, "  /x: {get: {parameters: [{name: f, in: query, "+tt.style+", schema: {type: array, maxItems: 2, items: {type: integer}}}], responses: {'200': {description: d}}}}\n")
			r := send("GET", "/x", "", "")
			r.URL.RawQuery = tt.query
			wantProblems(t, v.ValidateRequest(r), nonEmpty(tt.want)...)
		})
	}
	v := of(t, "  /x/{p}: {get: {parameters: [{name: p, in: path, required: true, schema: {type: array, items: {type: string, maxLength: 3}}}], responses: {'200': {description: d}}}}\n")
	wantProblems(t, v.ValidateRequest(send("GET", "/x/abc,a%2Cb", "", "")))
	wantProblems(t, v.ValidateRequest(send("GET", "/x/abc%2Cd,e", "", "")), "path p /0 must have at most 3 characters")
}

func nonEmpty(want string) []string {
	if want == "" {
		return nil
	}
	return []string{want}
}

// TestDeepObjects: lists come as repeated names, as the specification has it, or with an index, as the generated client
// sends them.
func TestDeepObjects(t *testing.T) {
	const parameter = "{name: f, in: query, %sstyle: deepObject, schema: {type: object, additionalProperties: false, " +
		"properties: {id: {type: array, maxItems: 11, items: {type: integer}}, name: {type: string}, on: {type: boolean}, in: {type: object, properties: {a: {type: integer}}}}}}"
	for _, tt := range []struct{ query, want string }{
		{"", ""},
		{"f[id]=1&f[id]=3", ""},
		{"f[id]=1", ""},
		{"f%5Bid%5D=1", ""},
		{"f[id][0]=1&f[id][1]=3", ""},
		{"f[id][]=1&f[id][]=3", ""},
		{"f[id]=1&f[id]=x", "query f /id/1 must be an integer, not a string"},
		{"f[id][0]=0&f[id][1]=1&f[id][2]=2&f[id][3]=3&f[id][4]=4&f[id][5]=5&f[id][6]=6&f[id][7]=7&f[id][8]=8&f[id][9]=9&f[id][10]=x", "query f /id/10 must be an integer, not a string"},
		{"f[name]=a&f[on]=true&f[in][a]=1", ""},
		{"f[in][a]=x", "query f /in/a must be an integer, not a string"},
		{"f[name]=a&f[name]=b", "query f /name is given 2 times; only one is allowed"},
		{"f[name]=a&f[name][b]=c", "query f /name is given both as a value and as an object"},
		{"f[nmae]=a", "query f /nmae is not a known property (known: id, in, name, on); the service would ignore it"},
		{"f[id=1", "query f[id has unmatched brackets"},
		{"f[id]x=1", "query f[id]x has unmatched brackets"},
		{"f=1", "query f is not a parameter of this operation (parameters: f)"},
		{"fid]=1", "query fid] is not a parameter of this operation (parameters: f)"},
		{"f" + strings.Repeat("[a]", 33) + "=1", "query f" + strings.Repeat("[a]", 19) + "[a… is nested deeper than 32 levels"},
	} {
		t.Run(tt.query, func(t *testing.T) {
			v := of(t, "  /x: {get: {parameters: ["+fmt.Sprintf(parameter, "")+"], responses: {'200': {description: d}}}}\n")
			wantProblems(t, v.ValidateRequest(send("GET", "/x?"+tt.query, "", "")), nonEmpty(tt.want)...)
		})
	}
	v := of(t, "  /x: {get: {parameters: ["+fmt.Sprintf(parameter, "required: true, ")+"], responses: {'200': {description: d}}}}\n")
	wantProblems(t, v.ValidateRequest(send("GET", "/x", "", "")), "query f is required")
}

// TestCookies: they are validated like other parameters.
func TestCookies(t *testing.T) {
	v := of(t, "  /x: {get: {parameters: [{name: n, in: cookie, schema: {type: integer}}, {name: l, in: cookie, explode: false, schema: {type: array, items: {type: integer}}}], responses: {'200': {description: d}}}}\n")
	for cookies, want := range map[string]string{
		"": "", "n=1; l=1,2": "", "n=1.0": "", "n=007": "cookie n must be an integer", "n=1; n=2": "cookie n is given 2 times; only one is allowed",
		"l=1,x": "cookie l /1 must be an integer", "l=": "cookie l must not be empty", "other=x": "",
	} {
		r := send("GET", "/x", "", "")
		r.Header.Set("Cookie", cookies)
		wantProblems(t, v.ValidateRequest(r), nonEmpty(want)...)
	}
}

// TestOptionalParametersMayBeAbsent: in every style and place.
func TestOptionalParametersMayBeAbsent(t *testing.T) {
	list, object := "schema: {type: array, minItems: 1, items: {type: integer}}", "schema: {type: object, required: [a], properties: {a: {type: integer}}}"
	for _, parameter := range []string{
		"in: cookie, " + list, "in: cookie, explode: false, " + list, "in: cookie, " + object, "in: cookie, explode: false, " + object,
		"in: header, " + list, "in: header, " + object, "in: header, explode: true, " + object,
		"in: query, " + list, "in: query, explode: false, " + list, "in: query, style: spaceDelimited, " + list, "in: query, style: pipeDelimited, explode: false, " + list,
		"in: query, " + object, "in: query, explode: false, " + object, "in: query, style: deepObject, " + object,
		"in: query, content: {application/json: {" + object + "}}", "in: cookie, content: {application/json: {" + object + "}}",
	} {
		t.Run(parameter, func(t *testing.T) {
			for _, required := range []string{"", "required: true, "} {
				v := of(t, "  /x: {get: {parameters: [{name: f, "+required+parameter+"}], responses: {'200': {description: d}}}}\n")
				r := send("GET", "/x", "", "")
				r.AddCookie(&http.Cookie{Name: "other", Value: "1"})
				err := v.ValidateRequest(r)
				if required == "" {
					wantProblems(t, err)
				} else if got := problems(t, err); len(got) != 1 || !strings.HasSuffix(got[0], " f is required") {
					t.Errorf("got %q", got)
				}
			}
		})
	}
}

// TestPathParametersThatServersResolve: the server would see another path.
func TestPathParametersThatServersResolve(t *testing.T) {
	v := of(t, "  /x/{p}: {get: {parameters: [{name: p, in: path, required: true, schema: {type: string}}], responses: {'200': {description: d}}}}\n")
	for path, valid := range map[string]bool{
		"/x/a": true, "/x/a.b": true, "/x/...": true, "/x/..a": true, "/x/a%2Fb": true,
		"/x/.": false, "/x/..": false, "/x/%2e%2E": false, "/x/a%2F..": false, "/x/..%2Fa": false, "/x/a%2F.%2Fb": false, "/x/..%5Ca": false,
	} {
		if err := v.ValidateRequest(send("GET", path, "", "")); (err == nil) != valid {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

// TestParametersOfOtherKinds: openapi3filter decodes them, and its words are not used.
func TestParametersOfOtherKinds(t *testing.T) {
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
		{"cookie", file("a.txt", "MARKER", "text/plain", "x"), []string{"cookie session must be an integer"}},
		{"body", file("a.txt", "7", "text/plain", "MARKER"), []string{"body " + wrong}},
		{"media type", file("a.txt", "7", "text/html", "x"), []string{"header Content-Type must be application/json or text/plain"}},
		{"JSON without a schema", file("a.txt", "7", "application/json", "{"), []string{"body is not valid JSON: it ends too early"}},
	} {
		t.Run(tt.name, func(t *testing.T) { wantProblems(t, v.ValidateRequest(tt.r), tt.want...) })
	}
	r := httptest.NewRequest(http.MethodPut, "/public_api/files/a.txt", nil)
	wantProblems(t, v.ValidateRequest(r), "cookie session is required")
}

// TestFallbacksDoNotOpenTheQuery: an unknown name is still a problem.
func TestFallbacksDoNotOpenTheQuery(t *testing.T) {
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
