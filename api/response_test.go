package api_test

import (
	"net/http"
	"testing"
)

func TestResponse(t *testing.T) {
	const text = "must be a string or a number"
	statusCodes := " " + statuses(t, statusPath, http.MethodGet)
	status, abort := get("id=1"), post("{}")
	for _, tt := range []struct {
		name   string
		r      *http.Request
		status int
		body   string
		want   []string
	}{
		{"status", status, 200, `{"DATA":"Scan is in Running state"}`, nil},
		{"a member more", status, 200, `{"DATA":"x","more":{"a":[1]}}`, nil},
		{"another spelling", status, 200, `{"data":"x"}`, nil},
		{"another type", status, 200, `{"DATA":null}`, []string{"response body /DATA must be a string, not null"}},
		{"empty", status, 200, ``, []string{"response body is empty, but the spec documents JSON"}},
		{"HTML", status, 200, `<html>`, []string{"response body is not valid JSON at byte 0"}},
		{"cut off", status, 200, `{"DATA":"x"`, []string{"response body is not valid JSON: it ends too early"}},
		{"something after it", status, 200, `{"DATA":"x"}<!-- -->`, []string{"response body has data after its JSON value, at byte 12"}},
		{"a name twice", status, 200, `{"DATA":"x","DATA":"y"}`, []string{"response body /DATA is given more than once"}},
		{"a name twice where the contract is open", status, 200, `{"DATA":"x","a":[{"b":1,"b":2}]}`, []string{"response body /a/0/b is given more than once"}},
		{"an error in the place of success", abort, 200, `{"reply":{"err_code":500,"err_msg":"x"}}`, []string{"response body /reply/action_id is required"}},

		{"text", abort, 200, `{"reply":{"action_id":"1","status":"1","endpoints_count":"2"}}`, nil},
		{"numbers", abort, 200, `{"reply":{"action_id":22519813685366,"status":1,"endpoints_count":1.5}}`, nil},
		{"neither", abort, 200, `{"reply":{"action_id":true,"status":{},"endpoints_count":[]}}`, []string{
			"response body /reply/action_id " + text + ", not a boolean",
			"response body /reply/endpoints_count " + text + ", not a list",
			"response body /reply/status " + text + ", not an object",
		}},

		{"not documented", status, 302, `{}`, []string{"response status 302 is not documented for this operation" + statusCodes}},
		{"no status", status, 0, ``, []string{"response status 0 is not documented for this operation" + statusCodes}},
		{"402 of the other operation", status, 402, `{}`, []string{"response status 402 is not documented for this operation" + statusCodes}},
		{"no content described", status, 429, ``, nil},
		{"no content described, some sent", abort, 429, `Too many requests`, nil},

		{"netscan error", status, 400, `{"err_msg":"x","metadata":{"err_extra":[{"field":"id","message":"y"},{"field":3}]}}`, nil},
		{"netscan error, text", status, 500, `{"err_msg":"x","metadata":{"err_extra":"y","err_code":400}}`, nil},
		{"netscan error, null", status, 403, `{"err_msg":"x","metadata":{"err_extra":null}}`, nil},
		{"netscan error, deep", status, 404, `{"err_msg":"x","metadata":{"err_extra":[{"message":1}]}}`, []string{
			"response body /metadata/err_extra/0/message must be a string, not a number",
		}},
		{"netscan error, another type", status, 404, `{"err_msg":"x","metadata":{"err_extra":1}}`, []string{
			"response body /metadata/err_extra must be a list of ErrorDetails, a string or null, not a number",
		}},
		{"401 of the platform", status, 401, `{"reply":{"err_code":401,"err_msg":"x","err_extra":null}}`, nil},
		{"401 of the wrong family", status, 401, `{"err_msg":"x"}`, []string{"response body /reply is required"}},
		{"flat error", abort, 500, `{"err_code":"500","err_msg":"x","err_extra":{}}`, nil},
		{"wrapped error", abort, 500, `{"reply":{"err_code":500}}`, nil},
		{"no error", abort, 500, `{}`, []string{"response body /err_msg is required"}},
		{"plain text", abort, 500, `Internal Server Error`, []string{"response body is not valid JSON at byte 0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// JSON is known by its bytes, whatever the header says.
			for _, h := range []http.Header{nil, {"Content-Type": {"application/json"}}, {"Content-Type": {"text/html"}}} {
				wantProblems(t, validator(t).ValidateResponse(tt.r, tt.status, h, []byte(tt.body)), tt.want...)
			}
		})
	}
}

func TestResponseToNoOperation(t *testing.T) {
	r := get("")
	r.URL.Path = "/other"
	for _, r := range []*http.Request{r, nil} {
		err := validator(t).ValidateResponse(r, 200, nil, []byte(`{"DATA":"x"}`))
		if got := problems(t, err); len(got) != 1 {
			t.Errorf("got %q", got)
		}
	}
}

func TestResponsesWithoutABody(t *testing.T) {
	content := "content: {application/json: {schema: {type: object}}}"
	v := of(t, "  /x: {get: {responses: {'200': {description: d, "+content+"}, '204': {description: d, "+content+"}}}, head: {responses: {'200': {description: d, "+content+"}}}}\n")
	wantProblems(t, v.ValidateResponse(send("GET", "/x", "", ""), 204, nil, nil))
	wantProblems(t, v.ValidateResponse(send("HEAD", "/x", "", ""), 200, nil, nil))
	wantProblems(t, v.ValidateResponse(send("GET", "/x", "", ""), 200, nil, nil), "response body is empty, but the spec documents JSON")
	wantProblems(t, v.ValidateResponse(send("GET", "/x", "", ""), 204, nil, []byte("[]")), "response body must be an object, not a list")
}

// What only a range covers is JSON if it says so, or looks like it.
func TestResponsesOfARange(t *testing.T) {
	v := withContent(t, "*/*")
	r := send("POST", "/x", "", "")
	for _, tt := range []struct {
		contentType, body string
		want              []string
	}{
		{"text/html", "<html>", nil}, {"", "", nil}, {"text/plain", "7", nil},
		{"text/plain", `{"a":1}`, nil},
		{"", ` []`, []string{"response body must be an object, not a list"}},
		{"text/plain", `{`, []string{"response body is not valid JSON: it ends too early"}},
		{"application/json", "", []string{"response body is empty, but the spec documents JSON"}},
		{"application/json", "<html>", []string{"response body is not valid JSON at byte 0"}},
	} {
		wantProblems(t, v.ValidateResponse(r, 200, http.Header{"Content-Type": {tt.contentType}}, []byte(tt.body)), tt.want...)
	}
	html := of(t, "  /x: {post: {responses: {'200': {description: d, content: {text/html: {}}}}}}\n")
	wantProblems(t, html.ValidateResponse(r, 200, http.Header{"Content-Type": {"text/html"}}, []byte("{")))
}
