package api_test

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/cortexscan/api"
)

func TestBodyProblems(t *testing.T) {
	const (
		noFilters = `must be "all" or a list of at least one EndpointFilter`
		noValue   = "must be a list of at least one string, a string or an integer"
		noJSON    = "body is not valid JSON"
	)
	filter := func(s string) string { return `{"request_data":{"filters":[` + s + `]}}` }
	for _, tt := range []struct {
		name, body string
		want       []string
	}{
		{"everything", `{"request_data":{"filters":"all"}}`, nil},
		{"space around", " \t\r\n{ \"request_data\" : { \"filters\" : \"all\" } } \n", nil},
		{"incident", `{"request_data":{"filters":"all","incident_id":"4711"}}`, nil},
		{"list", filter(`{"field":"hostname","operator":"in","value":["a","b"]}`), nil},
		{"one string", filter(`{"field":"hostname","operator":"in","value":"a"}`), nil},
		{"time", filter(`{"field":"last_seen","operator":"gte","value":1584983036945}`), nil},
		{"a field of next year", filter(`{"field":"tomorrow","operator":"near","value":["x"]}`), nil},
		{"names written with escapes", `{"request_d\u0061ta":{"filter\u0073":"\u0061ll"}}`, nil},
		{"text in every script", filter(`{"field":"hostname","operator":"in","value":["日本","\ud83d\ude00","\\\"\/\b\f\n\r\t"]}`), nil},

		{"empty", ``, []string{"body is required"}},
		{"only space", "  \n", []string{noJSON + ": it ends too early"}},
		{"no JSON", `request_data`, []string{noJSON + " at byte 0"}},
		{"cut off", `{"request_data":{"filters":"al`, []string{noJSON + ": it ends too early"}},
		{"byte order mark", "\ufeff{}", []string{noJSON + ": it begins with a byte order mark"}},
		{"another value after it", `{"request_data":{"filters":"all"}}{}`, []string{"body has data after its JSON value, at byte 34"}},
		{"invalid UTF-8", "{\"request_data\":{\"filters\":\"all\",\"incident_id\":\"\xff\"}}", []string{"body is not valid UTF-8"}},
		{"too deep", strings.Repeat("[", 1_000_000), []string{"body is nested deeper than 1000 levels"}},
		{"deep and unknown", `{"request_data":{"filters":"all"},"x":` + strings.Repeat("[", 900) + strings.Repeat("]", 900) + `}`,
			[]string{"body /x is not a known property (known: request_data); the service would ignore it"}},

		{"null", `null`, []string{"body must be an object (AbortScanRequest), not null"}},
		{"a list", `[]`, []string{"body must be an object (AbortScanRequest), not a list"}},
		{"no request_data", `{}`, []string{"body /request_data is required"}},
		{"request_data null", `{"request_data":null}`, []string{"body /request_data must be an object (AbortScanRequestData), not null"}},
		{"no filters", `{"request_data":{}}`, []string{"body /request_data/filters is required"}},
		{"filters null", `{"request_data":{"filters":null}}`, []string{"body /request_data/filters " + noFilters + ", not null"}},
		{"no filter", `{"request_data":{"filters":[]}}`, []string{"body /request_data/filters must have at least one item"}},
		{"another word", `{"request_data":{"filters":"ALL"}}`, []string{"body /request_data/filters " + noFilters + ", not another string"}},
		{"a number", `{"request_data":{"filters":1}}`, []string{"body /request_data/filters " + noFilters + ", not a number"}},
		{"an object", `{"request_data":{"filters":{}}}`, []string{"body /request_data/filters " + noFilters + ", not an object"}},
		{"a list with all", `{"request_data":{"filters":["all"]}}`, []string{"body /request_data/filters/0 must be an object (EndpointFilter), not a string"}},
		{"all and filters", filter(`"all",{"field":"hostname","operator":"in","value":["a"]}`), []string{"body /request_data/filters/0 must be an object (EndpointFilter), not a string"}},
		{"incident a number, as published clients send it", `{"request_data":{"filters":"all","incident_id":4711}}`, nil},
		{"incident a boolean", `{"request_data":{"filters":"all","incident_id":true}}`, []string{"body /request_data/incident_id must be a string or an integer, not a boolean"}},
		{"the wrong case", `{"Request_Data":{"filters":"all"}}`, []string{
			"body /Request_Data is not a known property (known: request_data); the service would ignore it",
			"body /request_data is required",
		}},

		{"a filter with nothing", filter(`{}`), []string{
			"body /request_data/filters/0/field is required",
			"body /request_data/filters/0/operator is required",
			"body /request_data/filters/0/value is required",
		}},
		{"the second filter mistyped", filter(`{"field":"hostname","operator":"in","value":["a"]},{"field":"alias","operater":"in","value":["a"]}`), []string{
			"body /request_data/filters/1/operater is not a known property (known: field, operator, value); the service would ignore it",
			"body /request_data/filters/1/operator is required",
		}},
		{"empty field", filter(`{"field":"","operator":"in","value":["a"]}`), []string{"body /request_data/filters/0/field must not be empty"}},
		{"no value", filter(`{"field":"a","operator":"in","value":[]}`), []string{"body /request_data/filters/0/value must have at least one item"}},
		{"a list of numbers", filter(`{"field":"a","operator":"in","value":["a",1,null]}`), []string{
			"body /request_data/filters/0/value/1 must be a string, not a number",
			"body /request_data/filters/0/value/2 must be a string, not null",
		}},
		{"a boolean", filter(`{"field":"a","operator":"in","value":true}`), []string{"body /request_data/filters/0/value " + noValue + ", not a boolean"}},
		{"a fraction", filter(`{"field":"a","operator":"gte","value":1.5}`), []string{"body /request_data/filters/0/value " + noValue + ", not a number with a fraction"}},
		{"whole numbers in other notations", filter(`{"field":"a","operator":"gte","value":1.0},{"field":"a","operator":"gte","value":1e3},{"field":"a","operator":"gte","value":-0}`), nil},

		{"a name twice", `{"request_data":{"filters":[{"field":"a","operator":"in","value":["a"]}],"filters":"all"}}`,
			[]string{"body /request_data/filters is given more than once"}},
		{"names twice at every depth", `{"request_data":{"filters":[{"field":"a","field":"a","operator":"in","value":["a"]}]},"request_data":{"filters":"all"}}`,
			[]string{"body /request_data/filters/0/field is given more than once", "body /request_data is given more than once"}},
		{"everything at once", `{"request_data":{"filters":[{"operator":"","operator":"","value":{}}],"incident":1}} {`, []string{
			"body /request_data/filters/0/operator is given more than once",
			"body has data after its JSON value, at byte 85",
			"body /request_data/filters/0/field is required",
			"body /request_data/filters/0/operator must not be empty",
			"body /request_data/filters/0/value " + noValue + ", not an object",
			"body /request_data/incident is not a known property " + members(t, "AbortScanRequestData") + "; the service would ignore it",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := problems(t, validator(t).ValidateRequest(post(tt.body)))
			slices.Sort(got)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
			}
		})
	}
}

// TestInt64IsExact: one rule applies to a body and to a parameter.
func TestInt64IsExact(t *testing.T) {
	const outside = "must be between -9223372036854775808 and 9223372036854775807"
	for number, want := range map[string]string{
		"0": "", "9007199254740993": "", "22519813685366": "",
		"9223372036854775807": "", "-9223372036854775808": "", "9.223372036854775807e18": "",
		"9223372036854775808": outside, "-9223372036854775809": outside, "9.223372036854775808e18": outside,
		"10000000000000000000": outside, "1e19": outside, "-1e300": outside,
		"1e400": "must be a list of at least one string, a string or an integer, not a number that is out of range",
	} {
		t.Run(number, func(t *testing.T) {
			v := validator(t)
			var body, query []string
			if want != "" {
				body = []string{"body /request_data/filters/0/value " + want}
			}
			wantProblems(t, v.ValidateRequest(post(`{"request_data":{"filters":[{"field":"last_seen","operator":"gte","value":`+number+`}]}}`)), body...)
			if want != "" {
				query = []string{"query id " + strings.Replace(want, "a list of at least one string, a string or ", "", 1)}
			}
			wantProblems(t, v.ValidateRequest(get("fields=status&id="+number)), query...)
		})
	}
}

func TestBodyOfAnOperationWithoutOneIsRefused(t *testing.T) {
	r := get("id=1&fields=status")
	r.Body = io.NopCloser(strings.NewReader("{}"))
	wantProblems(t, validator(t).ValidateRequest(r), "body is not allowed for this operation")
	r.Body = io.NopCloser(strings.NewReader(""))
	wantProblems(t, validator(t).ValidateRequest(r))
}

func TestRequestIsNotChanged(t *testing.T) {
	for _, body := range []string{`{"request_data":{"filters":"all"}}`, `{`, ``, strings.Repeat(" ", 8<<20) + "{}"} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"in memory": func(r io.Reader) io.Reader { return r },
			"streamed":  iotest.HalfReader,
		} {
			r, err := http.NewRequest(http.MethodPost, "https://h"+abortPath+"?a=%zz&b=1;2#f", wrap(strings.NewReader(body)))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = http.Header{"Content-Type": {"application/json"}, "X-Mine": {" a "}, "X_Odd": {"b"}}
			before := r.Clone(t.Context())
			url := *r.URL
			hasGetBody := r.GetBody != nil

			_ = validator(t).ValidateRequest(r)

			if r.Method != before.Method || *r.URL != url || r.ContentLength != before.ContentLength || r.Host != before.Host ||
				(r.GetBody != nil) != hasGetBody || !reflect.DeepEqual(r.Header, before.Header) {
				t.Errorf("%s: the request was changed: %+v", name, r)
			}
			if got, err := io.ReadAll(r.Body); err != nil || string(got) != body {
				t.Errorf("%s: body of %d bytes reads as %d bytes, error %v", name, len(body), len(got), err)
			}
			if hasGetBody {
				again, err := r.GetBody()
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(again); err != nil || string(got) != body {
					t.Errorf("%s: GetBody no longer gives the body", name)
				}
			}
		}
	}
	r := get("")
	r.Body = nil
	_ = validator(t).ValidateRequest(r)
	if r.Body != nil {
		t.Error("a body was added")
	}
}

type closeCounter struct {
	io.Reader
	closed int
}

func (c *closeCounter) Close() error { c.closed++; return nil }

func TestBodyThatIsTooLongIsRefusedAndKept(t *testing.T) {
	body := &closeCounter{Reader: strings.NewReader(strings.Repeat(" ", 8<<20+5))}
	r := post("")
	r.Body, r.ContentLength = body, -1
	wantProblems(t, validator(t).ValidateRequest(r), "body is longer than 8388608 bytes")
	if got, err := io.ReadAll(r.Body); err != nil || len(got) != 8<<20+5 {
		t.Errorf("%d bytes left, error %v", len(got), err)
	}
	if _ = r.Body.Close(); body.closed != 1 {
		t.Errorf("closed %d times", body.closed)
	}
}

func TestBodyIsClosedOnce(t *testing.T) {
	body := &closeCounter{Reader: strings.NewReader(`{"request_data":{"filters":"all"}}`)}
	r := post("")
	r.Body = body
	wantProblems(t, validator(t).ValidateRequest(r))
	if body.closed != 1 {
		t.Errorf("closed %d times", body.closed)
	}
}

func TestUnreadableBodyIsReported(t *testing.T) {
	cause := errors.New("MARKER cause")
	r := post("")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"a":`), iotest.ErrReader(cause)))
	wantProblems(t, validator(t).ValidateRequest(r), "body can't be read")
	if got, err := io.ReadAll(r.Body); string(got) != `{"a":` || !errors.Is(err, cause) {
		t.Errorf("body reads as %q, error %v", got, err)
	}
}

func TestContentTypeProblems(t *testing.T) {
	v := validator(t)
	for _, tt := range []struct {
		name   string
		values []string
		want   []string
	}{
		{"given", []string{"application/json"}, nil},
		{"with a parameter", []string{"Application/JSON; charset=utf-8"}, nil},
		{"with a broken parameter", []string{"application/json; charset"}, []string{"header Content-Type has an invalid parameter"}},
		{"missing", nil, []string{"header Content-Type is required and must be application/json"}},
		{"empty", []string{""}, []string{"header Content-Type is required and must be application/json"}},
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

// TestEncodedBodyIsRefused: every value of the header counts, unless the operation describes it.
func TestEncodedBodyIsRefused(t *testing.T) {
	for _, tt := range []struct {
		lines   []string
		refused bool
	}{
		{nil, false}, {[]string{""}, false}, {[]string{"identity"}, false}, {[]string{"Identity, identity", ""}, false},
		{[]string{"gzip"}, true}, {[]string{"identity, gzip"}, true}, {[]string{"identity", "br"}, true}, {[]string{"x-own"}, true},
	} {
		var want []string
		if tt.refused {
			want = []string{"header Content-Encoding must be left out, and the body sent uncompressed"}
		}
		r := post(`{"request_data":{"filters":"all"}}`)
		r.Header["Content-Encoding"] = tt.lines
		wantProblems(t, validator(t).ValidateRequest(r), want...)
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

// withContent contains an operation whose request and response have the media type.
func withContent(tb testing.TB, key string) *api.Validator {
	content := "content: {'" + key + "': {schema: {type: object, required: [a], properties: {a: {type: integer}}}}}"
	return of(tb, "  /x: {post: {requestBody: {required: true, "+content+"}, responses: {'200': {description: d, "+content+"}}}}\n")
}

func TestMediaTypesMatchByTypeAndSubtype(t *testing.T) {
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

func TestCharsets(t *testing.T) {
	const refused = "header Content-Type must have the charset utf-8 or us-ascii, or none: JSON is sent as UTF-8"
	for sent, want := range map[string][]string{
		"application/json; charset=iso-8859-1":            {refused},
		"application/json; charset=UTF-16":                {refused},
		`application/json; a=b; CHARSET="latin1"`:         {refused},
		"application/json; charset=utf8":                  nil,
		"application/json; charset=us-ascii":              nil,
		`application/json; charset="US-ASCII"`:            nil,
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
		// The bytes of a response decide.
		wantProblems(t, validator(t).ValidateResponse(get(""), 200, http.Header{"Content-Type": {sent}}, []byte(`{"DATA":1}`)),
			"response body /DATA must be a string, not a number")
	}
}

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
	wantProblems(t, v.ValidateRequest(send("POST", "/x", "", "{}")), "header Content-Type is required and must be application/json, application/* or */*")
}

func TestResponseProblems(t *testing.T) {
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
			// JSON is recognized by its bytes, whatever the header says.
			for _, h := range []http.Header{nil, {"Content-Type": {"application/json"}}, {"Content-Type": {"text/html"}}} {
				wantProblems(t, validator(t).ValidateResponse(tt.r, tt.status, h, []byte(tt.body)), tt.want...)
			}
		})
	}
}

func TestResponseOfAnUnknownOperationIsRefused(t *testing.T) {
	r := get("")
	r.URL.Path = "/other"
	for _, r := range []*http.Request{r, nil} {
		err := validator(t).ValidateResponse(r, 200, nil, []byte(`{"DATA":"x"}`))
		if got := problems(t, err); len(got) != 1 {
			t.Errorf("got %q", got)
		}
	}
}

func TestResponsesThatMayBeEmpty(t *testing.T) {
	content := "content: {application/json: {schema: {type: object}}}"
	v := of(t, "  /x: {get: {responses: {'200': {description: d, "+content+"}, '204': {description: d, "+content+"}}}, head: {responses: {'200': {description: d, "+content+"}}}}\n")
	wantProblems(t, v.ValidateResponse(send("GET", "/x", "", ""), 204, nil, nil))
	wantProblems(t, v.ValidateResponse(send("HEAD", "/x", "", ""), 200, nil, nil))
	wantProblems(t, v.ValidateResponse(send("GET", "/x", "", ""), 200, nil, nil), "response body is empty, but the spec documents JSON")
	wantProblems(t, v.ValidateResponse(send("GET", "/x", "", ""), 204, nil, []byte("[]")), "response body must be an object, not a list")
}

// TestRangeOfMediaTypesInAResponse: the header or the first byte makes it JSON.
func TestRangeOfMediaTypesInAResponse(t *testing.T) {
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

// TestBodiesThatAreNotJSON: a body without a decoder is not checked.
func TestBodiesThatAreNotJSON(t *testing.T) {
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

// TestPartsThatAreObjects: without a Content-Type such a part of a form is JSON, as curl -F 'obj={…}' sends it.
func TestPartsThatAreObjects(t *testing.T) {
	v := of(t, `
  /x:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              required: [obj]
              properties:
                obj: {type: object, required: [a], properties: {a: {type: integer}}}
                list: {type: array, items: {type: object, required: [b]}}
                text: {type: string, maxLength: 3}
      responses: {'200': {description: d}}
`)
	for _, tt := range []struct {
		parts string // name, type or nothing, content; one a line
		valid bool
	}{
		{`obj||{"a":1}`, true},
		{`obj|application/json|{"a":1}`, true},
		{`obj||{"a":"x"}`, false},
		{`obj||{"b":1}`, false},
		{`obj||{`, false},
		{"obj||{\"a\":1}\ntext||abc", true},
		{"obj||{\"a\":1}\ntext||abcd", false},
		{"obj||{\"a\":1}\nlist||{\"b\":1}\nlist||{\"b\":2}", true},
		{"obj||{\"a\":1}\nlist||{\"c\":1}", false},
		{`text||abc`, false},
	} {
		t.Run(tt.parts, func(t *testing.T) {
			var body strings.Builder
			form := multipart.NewWriter(&body)
			for line := range strings.Lines(tt.parts) {
				part := strings.Split(strings.TrimSpace(line), "|")
				header := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + part[0] + `"`}}
				if part[1] != "" {
					header.Set("Content-Type", part[1])
				}
				w, err := form.CreatePart(header)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.WriteString(w, part[2])
			}
			form.Close()
			var want []string
			if !tt.valid {
				want = []string{"body does not match its schema"}
			}
			r := send("POST", "/x", form.FormDataContentType(), body.String())
			wantProblems(t, v.ValidateRequest(r), want...)
			if got, _ := io.ReadAll(r.Body); string(got) != body.String() {
				t.Error("the body changed")
			}
		})
	}
	wantProblems(t, v.ValidateRequest(send("POST", "/x", "multipart/form-data", "x")), "body does not match its schema")
}

// manyIDs returns the body of an abort of n endpoints by ID.
func manyIDs(n int) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf(`"%032x"`, i)
	}
	return `{"request_data":{"filters":[{"field":"endpoint_id_list","operator":"in","value":[` + strings.Join(ids, ",") + `]}]}}`
}
