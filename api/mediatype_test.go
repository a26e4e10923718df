package api_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/api"
)

func TestContentType(t *testing.T) {
	v := validator(t)
	for _, tt := range []struct {
		name   string
		values []string
		want   []string
	}{
		{"given", []string{"application/json"}, nil},
		{"with a parameter", []string{"Application/JSON; charset=utf-8"}, nil},
		{"with a broken parameter", []string{"application/json; charset"}, []string{"header Content-Type has an invalid parameter"}},
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
			// The body's problems are reported beside the header's.
			r = post(`{}`)
			r.Header["Content-Type"] = tt.values
			wantProblems(t, v.ValidateRequest(r), append(slices.Clone(tt.want), "body /request_data is required")...)
		})
	}
}

// TestContentEncoding: a body that was compressed is not what the contract describes, unless the operation has that header.
func TestContentEncoding(t *testing.T) {
	for encoding, want := range map[string][]string{
		"": nil, "identity": nil, "gzip": {"header Content-Encoding must be left out, and the body sent uncompressed"},
	} {
		for _, body := range []string{`{"request_data":{"filters":"all"}}`, "\x1f\x8b\x08"} {
			if r := post(body); encoding == "gzip" || body[0] == '{' {
				r.Header.Set("Content-Encoding", encoding)
				wantProblems(t, validator(t).ValidateRequest(r), want...)
			}
		}
	}
	v, err := api.NewValidatorOf([]byte(`{openapi: 3.0.3, info: {title: T, version: "1"}, paths: {/a: {post: {
		parameters: [{name: content-encoding, in: header, schema: {type: string, enum: [gzip]}}],
		requestBody: {content: {application/json: {schema: {type: object}}}}, responses: {'200': {description: OK}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/a", strings.NewReader("\x1f\x8b\x08"))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Content-Encoding", "gzip")
	wantProblems(t, v.ValidateRequest(r))
}

// withContent is a contract whose request and response are of the media type.
func withContent(tb testing.TB, key string) *api.Validator {
	content := "content: {'" + key + "': {schema: {type: object, required: [a], properties: {a: {type: integer}}}}}"
	return of(tb, "  /x: {post: {requestBody: {required: true, "+content+"}, responses: {'200': {description: d, "+content+"}}}}\n")
}

func TestMediaTypesOfTheContract(t *testing.T) {
	const (
		good = `{"a":1}`
		bad  = `{"a":2,"a":"MARKER"} x`
	)
	wrong := func(in string) []string {
		return []string{in + " /a is given more than once", in + " has data after its JSON value, at byte 21", in + " /a must be an integer, not a string"}
	}
	for _, tt := range []struct {
		key  string
		sent []string
	}{
		{"application/json", []string{"application/json", "application/json; charset=utf-8", "Application/JSON ; Charset = UTF-8", `application/json;charset="utf-8"`, "application/json; profile=x"}},
		{"application/json; charset=UTF-8", []string{"application/json", "application/json; charset=UTF-8", "application/json;charset=utf-8"}},
		{"application/*", []string{"application/json", "application/json; charset=utf-8", "application/problem+json"}},
		{"*/*", []string{"application/json", "application/problem+json;charset=utf-8", "text/json"}},
		{"application/problem+json", []string{"application/problem+json", "application/Problem+JSON; charset=utf-8"}},
		{"Application/JSON;charset=iso-8859-1", []string{"application/json"}},
	} {
		v := withContent(t, tt.key)
		for _, sent := range tt.sent {
			t.Run(tt.key+" "+sent, func(t *testing.T) {
				wantProblems(t, v.ValidateRequest(send("POST", "/x", sent, good)))
				wantProblems(t, v.ValidateRequest(send("POST", "/x", sent, bad)), wrong("body")...)
				r, h := send("POST", "/x", "", ""), http.Header{"Content-Type": {sent}}
				wantProblems(t, v.ValidateResponse(r, 200, h, []byte(good)))
				wantProblems(t, v.ValidateResponse(r, 200, h, []byte(bad)), wrong("response body")...)
			})
		}
	}
}

func TestCharset(t *testing.T) {
	const refused = "header Content-Type must have the charset utf-8 or us-ascii, or none: JSON is sent as UTF-8"
	for sent, want := range map[string][]string{
		"application/json; charset=iso-8859-1":            {refused},
		"application/json; charset=UTF-16":                {refused},
		`application/json; a=b; CHARSET="latin1"`:         {refused},
		"application/json; charset=utf8":                  nil,
		"application/json; charset=":                      {"header Content-Type has an invalid parameter"},
		"application/json; charset=utf-8; charset=utf-16": {"header Content-Type has an invalid parameter"},
		"application/json; charset=utf-16; =":             {"header Content-Type has an invalid parameter"},
		"application/json;":                               nil,
		"application/jsonx; charset=utf-8":                {"header Content-Type must be application/json"},
	} {
		t.Run(sent, func(t *testing.T) {
			r := post(`{"request_data":{"filters":"all"}}`)
			r.Header.Set("Content-Type", sent)
			wantProblems(t, validator(t).ValidateRequest(r), want...)
		})
		// Of a response the bytes decide.
		wantProblems(t, validator(t).ValidateResponse(get(""), 200, http.Header{"Content-Type": {sent}}, []byte(`{"DATA":1}`)),
			"response body /DATA must be a string, not a number")
	}
}

// The entry for the type itself comes before a range.
func TestTheMoreSpecificMediaTypeDecides(t *testing.T) {
	v := of(t, `
  /x:
    post:
      requestBody:
        content:
          '*/*': {schema: {type: object, required: [any]}}
          application/*: {schema: {type: object, required: [some]}}
          application/json: {schema: {type: object, required: [json]}}
      responses: {'200': {description: d}}
`)
	for sent, want := range map[string]string{"application/json": "json", "application/a+json": "some", "text/json": "any"} {
		wantProblems(t, v.ValidateRequest(send("POST", "/x", sent, "{}")), "body /"+want+" is required")
	}
	wantProblems(t, v.ValidateRequest(send("POST", "/x", "", "{}")), "header Content-Type is required, and must be application/json, application/* or */*")
}
