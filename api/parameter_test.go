package api_test

import (
	"fmt"
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
		{"f[id=1", "query f[id must have its brackets in pairs"},
		{"f[id]x=1", "query f[id]x must have its brackets in pairs"},
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
