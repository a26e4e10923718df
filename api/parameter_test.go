package api_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestParameters(t *testing.T) {
	const (
		integer = "schema: {type: integer}"
		list    = "schema: {type: array, maxItems: 2, items: {type: integer}}"
		json    = "content: {application/json; charset=UTF-8: {schema: {type: object, required: [a], properties: {a: {type: integer}}}}}"
		deep    = "in: query, required: true, style: deepObject, schema: {type: object, additionalProperties: false, properties: " +
			"{id: {type: array, maxItems: 11, items: {type: integer}}, name: {type: string}, on: {type: boolean}, in: {type: object, properties: {a: {type: integer}}}, " +
			"any: {maxLength: 2}, list: {type: array, items: {type: object, properties: {a: {type: integer}}}}, either: {oneOf: [{type: string}, {type: array, items: {}}]}}}"
		either = "in: query, schema: {oneOf: [{type: integer, minimum: 0}, {type: string, enum: [now]}]}"
		// openapi3filter validates these parameters, but its messages are not used.
		form  = "in: query, schema: {allOf: [{type: object, properties: {a: {type: integer}}}]}"
		free  = "in: query, schema: {type: object, additionalProperties: {type: integer}}"
		union = "in: query, schema: {oneOf: [{type: integer}, {type: array, items: {type: integer}}]}"
	)
	for _, tt := range []struct{ parameter, sent, want string }{ // sent is a query or lines of headers
		{"in: query, schema: {type: boolean}", "f=true", ""},
		{"in: query, schema: {type: boolean}", "f=1", "query f must be true or false"},
		{"in: query, allowEmptyValue: true, " + integer, "f=", ""},
		{either, "f=-1", "query f must be at least 0"},
		{either, "f=later", `query f must be an integer or "now", not another string`},
		{"in: query, schema: {maxLength: 2}", "f=123", "query f must have at most 2 characters"}, // without a type, the value is a string

		{"in: query, " + list, "f=1&f=2", ""},
		{"in: query, " + list, "f=1&f=x", "query f /1 must be an integer"},
		// An encoded comma is part of an item. Encoded spaces and bars separate
		// items, because a valid URL contains them only in encoded form.
		{"in: query, explode: false, " + list, "f=%31,2", ""},
		{"in: query, explode: false, " + list, "f=1%2C2", "query f /0 must be an integer"},
		{"in: query, explode: false, " + list, "f=1,%ff", "query f /1 is not valid UTF-8"},
		{"in: query, explode: false, " + list, "f=", "query f must not be empty"},
		{"in: query, explode: false, " + list, "f=1&f=2", "query f must be given only once, not 2 times"},
		{"in: query, style: spaceDelimited, explode: false, " + list, "f=1+2", ""},
		{"in: query, style: pipeDelimited, explode: false, " + list, "f=1%7C2", ""},
		{"in: query, style: pipeDelimited, explode: false, " + list, "f=1|x", "query f /1 must be an integer"},
		{"in: query, style: pipeDelimited, explode: true, " + list, "f=1&f=2", ""},
		{"in: header, " + list, "F: 1, 2", ""},
		{"in: header, explode: true, " + list, "F: 1, 2", ""},
		{"in: header, " + list, "F: 1\nF: x, 3", "header f /1 must be an integer"},

		{"in: query, " + json, "f=%7B%22a%22:1%7D", ""},
		{"in: query, " + json, `f=%7B%22a%22:"MARKER",%22a%22:"x"%7D`, "query f /a appears more than once\nquery f /a must be an integer, not a string"},
		{"in: header, " + integer, "F: 1\nF: 2", "header f must be given only once, not 2 times"},
		{"in: header, schema: {type: string, minLength: 1}", "F: \t", "header f must not be empty"},
		{"in: header, " + json, `F: {"a":1} x`, "header f contains data after the JSON value, at byte 8"},
		{"in: header, " + json, "F: \xff", "header f is not valid UTF-8"},

		{"in: cookie, " + integer, "Cookie: f=1.0; other=x", ""},
		{"in: cookie, " + integer, "Cookie: f=007", "cookie f must be an integer"},
		{"in: cookie, " + integer, "Cookie: f=1; f=2", "cookie f must be given only once, not 2 times"},
		{"in: cookie, explode: false, " + list, "Cookie: f=1,x", "cookie f /1 must be an integer"},

		// In OpenAPI, every item of a list repeats the name. The generated client sends indexes instead.
		{deep, "f[id]=1&f[id]=3", ""},
		{deep, "f[id]=1&f[either][0]=a&f[either][1]=b", ""},
		{deep, "f[id][]=1&f[id][]=3", ""},
		{deep, "f[id]=1&f[id]=x", "query f /id/1 must be an integer, not a string"},
		{deep, "f[id][0]=0&f[id][1]=1&f[id][2]=2&f[id][3]=3&f[id][4]=4&f[id][5]=5&f[id][6]=6&f[id][7]=7&f[id][8]=8&f[id][9]=9&f[id][10]=x", "query f /id/10 must be an integer, not a string"},
		{deep, "f[name]=a&f[on]=true&f[in][a]=1", ""},
		{deep, "f[any]=123", "query f /any must have at most 2 characters"},
		{deep, "f[list][0][a]=x", "query f /list/0/a must be an integer, not a string"},
		{deep, "f[either]=a&f[either]=b", ""},
		{deep, "f[name]=a&f[name]=b", "query f /name must be given only once, not 2 times"},
		{deep, "f[name]=a&f[name][b]=c", "query f /name is given both as a value and as an object"},
		{deep, "f[nmae]=a", "query f /nmae is not a known property (known: any, either, id, in, list, name, on); the service would ignore it"},
		{deep, "f[id=1", "query f[id contains unmatched brackets"},
		{deep, "f[id]x=1", "query f[id]x contains unmatched brackets"},
		{deep, "f=1", "query f is not a parameter of this operation (parameters: f)\nquery f is required"},
		{deep, "fid]=1", "query fid] is not a parameter of this operation (parameters: f)\nquery f is required"},
		{deep, "f" + strings.Repeat("[a]", 33) + "=1", "query f" + strings.Repeat("[a]", 19) + "[a… is nested deeper than 32 levels"},

		{form, "a=1", ""},
		{form, "a=x", "query f does not match its schema"},
		{form, "b=1", "query b is not a parameter of this operation (parameters: f)"},
		{free, "b=1", ""},
		{union, "f=1", ""},
		{"in: header, schema: {type: object}", "f=1", "query f is not a parameter of this operation"},
		{"in: header, required: true, schema: {type: object, properties: {a: {type: integer}}}", "F: a,x", "header f does not match its schema"},
		// OpenAPI ignores header parameters with this name.
		{"in: header, required: true, schema: {type: string}, name: accept", "", ""},
	} {
		t.Run(tt.parameter+" "+tt.sent, func(t *testing.T) {
			if !strings.Contains(tt.parameter, "name: ") || strings.Contains(tt.parameter, "properties: {id") {
				tt.parameter = "name: f, " + tt.parameter
			}
			v := ofOperation(t, "parameters: [{"+tt.parameter+"}]")
			r := newRequest("POST", "/x", "")
			if strings.Contains(tt.sent, ": ") {
				r = newRequest("POST", "/x", "", strings.Split(tt.sent, "\n")...)
			} else {
				r.URL.RawQuery = tt.sent
			}
			wantProblems(t, v.ValidateRequest(r), linesOf(tt.want)...)
		})
	}
}

func TestOptionalParametersMayBeAbsent(t *testing.T) {
	const (
		list   = "schema: {type: array, minItems: 1, items: {type: integer}}"
		object = "schema: {type: object, required: [a], properties: {a: {type: integer}}}"
	)
	for _, parameter := range []string{
		"in: cookie, " + list, "in: cookie, explode: false, " + list, "in: cookie, " + object, "in: cookie, explode: false, " + object,
		"in: header, " + list, "in: header, " + object, "in: header, explode: true, " + object,
		"in: query, " + list, "in: query, explode: false, " + list, "in: query, style: spaceDelimited, " + list, "in: query, style: pipeDelimited, explode: false, " + list,
		"in: query, " + object, "in: query, explode: false, " + object, "in: query, style: deepObject, " + object,
		"in: query, content: {application/json: {" + object + "}}", "in: cookie, content: {application/json: {" + object + "}}",
	} {
		t.Run(parameter, func(t *testing.T) {
			for required, want := range map[string]string{"false": "", "true": strings.TrimSuffix(parameter[4:10], ",") + " f is required"} {
				v := ofOperation(t, fmt.Sprintf("parameters: [{name: f, required: %s, %s}]", required, parameter))
				wantProblems(t, v.ValidateRequest(newRequest("POST", "/x", "", "Cookie: other=1")), linesOf(want)...)
			}
		})
	}
}

func TestPathParameters(t *testing.T) {
	const dots = `path p must not contain "." or ".." as a path segment, because servers would resolve it to another path`
	const operation = "  /x/{p}: {parameters: [{name: p, in: path, required: true, schema: {type: string}}], get: {responses: {'200': {description: d}}}}\n"
	for _, tt := range []struct{ schema, path, want string }{
		{"{type: string}", "/x/a%2Fb", ""},
		{"{type: string}", "/x/...", ""},
		{"{type: string}", "/x/", "path p must not be empty"},
		{"{type: string}", "/x/.", dots},
		{"{type: string}", "/x/%2e%2E", dots},
		{"{type: string}", "/x/a%2F.%2Fb", dots},
		{"{type: string}", "/x/..%5Ca", dots},
		{"{type: integer}", "/x/1%2F2", "path p must be an integer"},
		{"{type: array, items: {type: integer}}, style: matrix", "/x/;p=1,2", ""},
		{"{type: array, items: {type: integer}}, style: matrix", "/x/;p=x", "path p does not match its schema"},
		{"{type: array, items: {type: string, maxLength: 3}}", "/x/abc,a%2Cb", ""},
		{"{type: array, items: {type: string, maxLength: 3}}", "/x/abc%2Cd,e", "path p /0 must have at most 3 characters"},
	} {
		t.Run(tt.schema+" "+tt.path, func(t *testing.T) {
			v := of(t, strings.Replace(operation, "{type: string}", tt.schema, 1))
			wantProblems(t, v.ValidateRequest(newRequest("GET", tt.path, "")), linesOf(tt.want)...)
		})
	}
	// A parameter of an operation replaces the parameter of the path that has the same name.
	v := of(t, strings.Replace(operation, "get: {", "get: {parameters: [{name: p, in: path, required: true, schema: {type: integer}}], ", 1))
	wantProblems(t, v.ValidateRequest(newRequest("GET", "/x/a", "")), "path p must be an integer")
}
