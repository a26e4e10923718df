package api_test

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

type closeCounter struct {
	io.Reader
	closed int
}

func (c *closeCounter) Close() error { c.closed++; return nil }

// The caller can read the body again, and the original body is closed exactly once.
func TestRequestIsNotChanged(t *testing.T) {
	cause := errors.New("MARKER cause")
	long := strings.Repeat(" ", 8<<20+5)
	for _, tt := range []struct {
		name, body string
		reader     io.Reader
		problem    string
		err        error
	}{
		{"valid", `{"request_data":{"filters":"all"}}`, strings.NewReader(`{"request_data":{"filters":"all"}}`), "", nil},
		{"streamed", `{"request_data":{"filters":"all"}}`, iotest.HalfReader(strings.NewReader(`{"request_data":{"filters":"all"}}`)), "", nil},
		{"too long", long, strings.NewReader(long), "body is longer than 8388608 bytes", nil},
		{"unreadable", `{"a":`, io.MultiReader(strings.NewReader(`{"a":`), iotest.ErrReader(cause)), "body can't be read", cause},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := &closeCounter{Reader: tt.reader}
			r := newRequest("POST", abortPath, "", "Content-Type: application/json", "X-Mine:  a ", "X_Odd: b")
			r.Body, r.ContentLength = body, -1
			before := r.Clone(r.Context())
			wantProblems(t, validator(t).ValidateRequest(r), linesOf(tt.problem)...)
			got, err := io.ReadAll(r.Body)
			if string(got) != tt.body || !errors.Is(err, tt.err) {
				t.Errorf("read %d bytes again, want %d; error %v", len(got), len(tt.body), err)
			}
			if _ = r.Body.Close(); body.closed != 1 {
				t.Errorf("the body was closed %d times, want 1", body.closed)
			}
			if r.Body = before.Body; !reflect.DeepEqual(r, before) {
				t.Errorf("got %+v, want %+v", r, before)
			}
		})
	}
	r := get("")
	r.Body = nil
	if _ = validator(t).ValidateRequest(r); r.Body != nil {
		t.Error("ValidateRequest added a body")
	}
}

func TestContentTypeProblems(t *testing.T) {
	const charset = "header Content-Type must not specify a charset other than utf-8 or us-ascii, because JSON is always UTF-8"
	for _, tt := range []struct {
		values []string
		want   string
	}{
		{[]string{"application/json"}, ""},
		{[]string{"Application/JSON; charset=utf-8"}, ""},
		{[]string{`application/json; charset="US-ASCII"`}, ""},
		{[]string{"application/json; charset=utf8"}, ""},
		{[]string{`application/json; a=b; CHARSET="latin1"`}, charset},
		{[]string{"application/json; charset=utf-8; charset=utf-16"}, "header Content-Type has an invalid parameter"},
		{nil, "header Content-Type is required and must be application/json"},
		{[]string{""}, "header Content-Type is required and must be application/json"},
		{[]string{"application/jsonx; charset=utf-8"}, "header Content-Type must be application/json"},
		{[]string{";;"}, "header Content-Type must be application/json"},
		{[]string{"application/json", "application/json"}, "header Content-Type must be given only once, not 2 times"},
	} {
		t.Run(strings.Join(tt.values, ", "), func(t *testing.T) {
			r := post(`{}`)
			r.Header["Content-Type"] = tt.values
			// The body is validated even if the header is invalid.
			wantProblems(t, validator(t).ValidateRequest(r), append(linesOf(tt.want), "body /request_data is required")...)
			// A response body is validated as JSON, whatever its Content-Type.
			wantProblems(t, validator(t).ValidateResponse(get(""), 200, http.Header{"Content-Type": tt.values}, []byte(`{"DATA":1}`)),
				"response body /DATA must be a string, not a number")
		})
	}
}

func TestEncodedBodyIsRefused(t *testing.T) {
	const refused = "header Content-Encoding must be left out: send the body uncompressed"
	for _, tt := range []struct {
		lines []string
		want  string
	}{
		{[]string{"Identity, identity", ""}, ""}, {[]string{"gzip"}, refused}, {[]string{"identity, gzip"}, refused}, {[]string{"identity", "br"}, refused},
	} {
		r := post(`{"request_data":{"filters":"all"}}`)
		r.Header["Content-Encoding"] = tt.lines
		wantProblems(t, validator(t).ValidateRequest(r), linesOf(tt.want)...)
	}
	v := ofOperation(t, "parameters: [{name: content-encoding, in: header, schema: {type: string, enum: [gzip]}}], requestBody: {content: {application/json: {schema: {type: object}}}}")
	wantProblems(t, v.ValidateRequest(newRequest("POST", "/x", "\x1f\x8b\x08", "Content-Type: application/json", "Content-Encoding: gzip")))
}

// The most specific media type in the document applies. Its parameters are ignored.
func TestMediaTypesMatchByTypeAndSubtype(t *testing.T) {
	const content = "content: {'*/*': {schema: {required: [any]}}, application/*: {schema: {required: [some]}}, Application/JSON;charset=iso-8859-1: {schema: {required: [json]}}}"
	v := of(t, "  /x: {post: {requestBody: {"+content+"}, responses: {'200': {description: d, "+content+"}}}}\n")
	for sent, want := range map[string]string{
		"application/json;charset=utf-8": "json", "application/problem+JSON; charset=utf-8": "some", "text/json": "any", "x/problem+json;charset=utf-8": "any",
	} {
		wantProblems(t, v.ValidateRequest(newRequest("POST", "/x", "{}", "Content-Type: "+sent)), "body /"+want+" is required")
		wantProblems(t, v.ValidateResponse(newRequest("POST", "/x", ""), 200, http.Header{"Content-Type": {sent}}, []byte("{}")), "response body /"+want+" is required")
	}
	wantProblems(t, v.ValidateRequest(newRequest("POST", "/x", "{}")), "header Content-Type is required and must be Application/JSON;charset=iso-8859-1, application/* or */*")
}

func TestResponseProblems(t *testing.T) {
	const text = "must be a string or a number"
	status, abort := get("id=1"), post("{}")
	for _, tt := range []struct {
		name   string
		r      *http.Request
		status int
		body   string
		want   string
	}{
		{"a field in lower case", status, 200, `{"data":"x"}`, ""},
		{"a repeated field", status, 200, `{"DATA":"x","a":[{"b":1,"b":2}]}`, "response body /a/0/b appears more than once"},
		{"an error instead of success", abort, 200, `{"reply":{"err_code":500,"err_msg":"x"}}`, "response body /reply/action_id is required"},
		{"numbers", abort, 200, `{"reply":{"action_id":22519813685366,"status":1,"endpoints_count":1.5}}`, ""},
		{"other types", abort, 200, `{"reply":{"action_id":true,"status":{}}}`, "response body /reply/action_id " + text + ", not a boolean\nresponse body /reply/status " + text + ", not an object"},

		{"a status that is not documented", status, 302, `{}`, "response status 302 is not documented for this operation (…)"},
		{"no documented content, some sent", abort, 429, `Too many requests`, ""},

		{"a network scan error with a number", status, 404, `{"err_msg":"x","metadata":{"err_extra":1}}`, "response body /metadata/err_extra must be a list of ErrorDetails, a string or null, not a number"},
		{"a 401 of the platform", status, 401, `{"reply":{"err_code":401,"err_msg":"x","err_extra":null}}`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, h := range []http.Header{nil, {"Content-Type": {"text/html"}}} {
				wantProblems(t, validator(t).ValidateResponse(tt.r, tt.status, h, []byte(tt.body)), linesOf(tt.want)...)
			}
		})
	}
}

// The document can describe a response under its status, under a class of statuses (5XX) or as the default.
func TestDocumentedResponses(t *testing.T) {
	const operation = `
  /x:
    get: &get
      responses:
        '200': {description: d, headers: {X-Count: {required: true, schema: {type: integer}}, X-Age: {schema: {type: integer}}, X-Size: {schema: {type: integer}}, Content-Type: {required: true, schema: {enum: [a]}}}, content: {application/json: {schema: {type: object}}, text/plain: {}}}
        '204': {description: d, content: {application/json: {schema: {type: object}}}}
        '502': {description: d, content: {application/*: {schema: {type: object}}}}
        5XX: {description: d, content: {'*/*': {schema: {type: object}}}}
        '409': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
        default: {description: d, content: {application/json: {}}}
    head: *get
components:
  schemas:
    Pet: {type: object, properties: {kind: {type: string}}, discriminator: {propertyName: kind}}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, required: [claws]}]}
`
	v := of(t, operation)
	for _, tt := range []struct {
		method       string
		status       int
		header, body string
		want         string
	}{
		{"GET", 200, "X-Count: 1", "{}", ""},
		{"GET", 200, "X-Count: x", "[]", "response header X-Count must be an integer\nresponse body must be an object, not a list"},
		{"GET", 200, "", "{}", "response header X-Count is required"},
		{"GET", 200, "X-Size: x\nX-Count: 1\nX-Age: x", "{}", "response header X-Age must be an integer\nresponse header X-Size must be an integer"},
		{"GET", 200, "X-Count: 1\nContent-Type: text/plain", "done", ""},
		{"GET", 200, "X-Count: 1\nContent-Type: text/html", "done", "response body is not valid JSON at byte 0"},
		{"GET", 200, "X-Count: 1", "", "response body is empty, but the spec documents a JSON body"},
		{"HEAD", 200, "X-Count: 1", "", ""},
		{"GET", 204, "", "", ""},
		{"GET", 204, "", "[]", "response body must be an object, not a list"},
		{"GET", 409, "", `{"kind":"Cat"}`, "response body /claws is required"},
		{"GET", 404, "", "[1]", ""},
		{"GET", 404, "", "[1", "response body is not valid JSON: it ends too early"},
		// If the document contains only a range of media types, the
		// header or the first byte determines whether the body is JSON.
		{"GET", 503, "Content-Type: text/html", "<html>", ""},
		{"GET", 503, "", "", ""},
		{"GET", 503, "Content-Type: text/plain", "7", ""},
		{"GET", 503, "", " []", "response body must be an object, not a list"},
		{"GET", 503, "Content-Type: text/plain", "{", "response body is not valid JSON: it ends too early"},
		{"GET", 503, "Content-Type: application/json", "", "response body is empty, but the spec documents a JSON body"},
		{"GET", 502, "Content-Type: text/html", "<html>", ""},
		{"GET", 502, "Content-Type: text/html", "[]", "response body must be an object, not a list"},
	} {
		h := newRequest("GET", "/", "", linesOf(tt.header)...).Header
		wantProblems(t, v.ValidateResponse(newRequest(tt.method, "/x", ""), tt.status, h, []byte(tt.body)), linesOf(tt.want)...)
	}
}

func TestBodiesThatAreNotJSON(t *testing.T) {
	v := ofOperation(t, `requestBody: {content: {
		application/xml: {schema: {type: object}},
		text/plain; charset=UTF-8: {schema: {type: string, maxLength: 3}},
		application/x-www-form-urlencoded: {schema: {type: object, required: [a], properties: {a: {type: integer}}}},
		application/octet-stream: {},
		multipart/form-data: {schema: {type: object, required: [obj], properties: {
			obj: {type: object, required: [a], properties: {a: {type: integer}}},
			list: {type: array, items: {type: object, required: [b]}},
			text: {type: string, maxLength: 3}}}}}}`)
	// form builds a multipart body from parts written as "name|content" or "name;header|content".
	form := func(parts ...string) string {
		var b strings.Builder
		for _, part := range parts {
			name, content, _ := strings.Cut(part, "|")
			b.WriteString("--b\r\nContent-Disposition: form-data; name=" + strings.Replace(name, ";", "\r\n", 1) + "\r\n\r\n" + content + "\r\n")
		}
		return b.String() + "--b--\r\n"
	}
	for _, tt := range []struct {
		contentType, body string
		valid             bool
	}{
		// A body is not checked if its media type has no decoder.
		{"application/xml", "<a/>", true},
		{"application/octet-stream", "\xff", true},
		{"text/plain; charset=utf-8", "abc", true},
		{"text/plain", "abcd", false},
		{"application/x-www-form-urlencoded", "a=1", true},
		{"application/x-www-form-urlencoded", "a=x", false},
		// A part without a Content-Type, such as curl -F 'obj={…}' sends, is decoded as JSON if its schema describes an object.
		{"multipart/form-data; boundary=b", form(`obj|{"a":1}`), true},
		{"multipart/form-data; boundary=b", form(`obj;Content-Type: application/json|{"a":1}`), true},
		{"multipart/form-data; boundary=b", form(`obj|{"a":"x"}`), false},
		{"multipart/form-data; boundary=b", form(`obj|{"a":1}`, "text|abc"), true},
		{"multipart/form-data; boundary=b", form(`obj|{"a":1}`, `list|{"b":1}`, `list|{"b":2}`), true},
		{"multipart/form-data; boundary=b", form(`obj|{"a":1}`, `list|{"c":1}`), false},
		{"multipart/form-data", "x", false},
	} {
		t.Run(tt.contentType+" "+tt.body, func(t *testing.T) {
			want := map[bool]string{false: "body does not match its schema"}[tt.valid]
			r := newRequest("POST", "/x", tt.body, "Content-Type: "+tt.contentType)
			wantProblems(t, v.ValidateRequest(r), linesOf(want)...)
			if got, _ := io.ReadAll(r.Body); string(got) != tt.body {
				t.Errorf("the body became %q", got)
			}
		})
	}
}
