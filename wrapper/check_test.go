package wrapper_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// The methods of Client and API() accept every form of the documented body with any 2xx status.
func TestSuccesses(t *testing.T) {
	const noError = `"err_code":0,"err_msg":null,"err_extra":null,"errorCode":null` // some successful responses contain these fields
	for _, tt := range []struct {
		name, body string
		run        string // ScanRunStatus.DATA
		reply      gen.AbortScanReply
	}{
		{"as documented", `{"DATA":"Scan is in Running state","reply":{"action_id":"7","status":"1","endpoints_count":"673"}}`,
			"Scan is in Running state", gen.AbortScanReply{ActionID: "7", Status: "1", EndpointsCount: "673"}},
		{"numbers instead of strings", `{"DATA":"x","reply":{"action_id":9007199254740993,"status":1,"endpoints_count":0}}`,
			"x", gen.AbortScanReply{ActionID: "9007199254740993", Status: "1", EndpointsCount: "0"}},
		{"nulls", `{"DATA":"x","reply":{"action_id":"7","status":null,"endpoints_count":null}}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"an empty DATA in lower case", `{"data":"","reply":{"action_id":"7"}}`, "", gen.AbortScanReply{ActionID: "7"}},
		{"escape sequences in DATA", `{"DATA":" \u001b[31mred\u001b[0m\n","reply":{"action_id":"7"}}`, " \x1b[31mred\x1b[0m\n", gen.AbortScanReply{ActionID: "7"}},
		{"a byte order mark and space", "\ufeff\r\n " + `{"DATA":"x","reply":{"action_id":"7"}}` + "\n", "x", gen.AbortScanReply{ActionID: "7"}},
		{"invalid UTF-8", "{\"DATA\":\"x\xff\xfey\",\"reply\":{\"action_id\":\"7\xc3\"}}", "x\ufffd\ufffdy", gen.AbortScanReply{ActionID: "7\ufffd"}},
		{"empty error fields", `{"DATA":"x","reply":{"action_id":"7",` + noError + `},` + noError + `}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"10,000 levels deep, the limit of encoding/json", `{"DATA":"x","reply":{"action_id":"7"},"deep":` + nested(9999) + `}`, "x", gen.AbortScanReply{ActionID: "7"}},
	} {
		for _, status := range []int{200, 201, 299} {
			c := newClient(t, canned(status, tt.body))
			run, err := c.GetScanRunStatus(t.Context(), 789)
			if err != nil || run.DATA != tt.run {
				t.Errorf("%s: GetScanRunStatus: got %+v, %v", tt.name, run, err)
			}
			reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints())
			if err != nil || *reply != tt.reply {
				t.Errorf("%s: AbortScan: got %+v, %v", tt.name, reply, err)
			}
			viaAPI, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{})
			if err != nil || status == 200 && (viaAPI.JSON200 == nil || viaAPI.JSON200.Reply != tt.reply) {
				t.Errorf("%s: API: got %+v, %v", tt.name, viaAPI, err)
			}
		}
	}
}

// Through API(), the body of a successful response may be empty, or of a type other than JSON and HTML. The methods of
// Client accept only JSON. JSON is recognized by its bytes: the generated parser relies on the Content-Type, so the Client
// corrects it. A validator sees the Content-Type that arrived. The request in the result is not signed, because programs may log it.
func TestResultsOfAPI(t *testing.T) {
	const inJSON, refused = "application/json", "refused"
	for _, tt := range []struct{ contentType, body, want string }{ // want is the Content-Type of the result
		{"", goodReply, inJSON},
		{"text/html", goodReply, inJSON},
		{";;;", goodReply, inJSON},
		{"application/json; charset=x", goodReply, inJSON},
		{"application/vnd.x+json; charset=latin1", goodReply, "application/vnd.x+json; charset=latin1"}, // the spec may document this type
		{"application/json", "", ""}, // the generated client can't parse an empty body
		{"text/csv", "a;b", "text/csv"},
		{"text/plain; charset=utf-8", "a;b", "text/plain; charset=utf-8"},
		{"", "a;b", refused},
		{"nonsense;;", "a;b", refused},
		{"Text/HTML; charset=utf-8", "a;b", refused},
		{"application/xhtml+xml", "a;b", refused},
		{"application/problem+json", "a;b", refused},
	} {
		var seen http.Header
		v := &spy{response: func(_ *http.Request, _ int, h http.Header, _ []byte) error { seen = h; return nil }}
		c := clientWithKey(t, canned(200, "\ufeff"+tt.body, "Content-Type", tt.contentType, "X-A", "b"), keysOfBothTypes["Advanced"], wrapper.WithResponseValidator(v))
		res, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{})
		if tt.want == refused {
			wantKinds(t, err, "Unexpected", "OutcomeUnknown")
			continue
		}
		h := must(res, err).HTTPResponse
		if err := wrapper.CheckResponse(&http.Response{StatusCode: 200, Header: seen}, []byte(tt.body)); err != nil {
			t.Errorf("%q: CheckResponse: got %v", tt.contentType, err)
		}
		if h.Header.Get("Content-Type") != tt.want || h.Header.Get("X-A") != "b" || seen.Get("Content-Type") != tt.contentType {
			t.Errorf("%q: got %v, want %q; the validator got %v", tt.contentType, h.Header, tt.want, seen)
		}
		if isJSON := tt.body == goodReply; string(res.Body) != tt.body || h.ContentLength != int64(len(tt.body)) || (res.JSON200 != nil) != isJSON || isJSON && res.JSON200.Reply.EndpointsCount != "2" {
			t.Errorf("%q: got %+v, want the body %q", tt.contentType, res, tt.body)
		}
		for header := range h.Request.Header {
			if header == "Authorization" || strings.HasPrefix(header, "X-Xdr") {
				t.Errorf("%q: the result's request has the header %s", tt.contentType, header)
			}
		}
		if err := abort(t, c, wrapper.AllEndpoints()); tt.body != goodReply {
			wantKinds(t, err, "Unexpected", "OutcomeUnknown")
		} else if err != nil {
			t.Errorf("%q: got %v", tt.contentType, err)
		}
	}
	if res, err := newClient(t, canned(200, `[]`)).API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{}); res != nil || err == nil {
		t.Errorf("JSON of another shape: got %+v, %v, want an error", res, err)
	}
}

// Without a request, CheckResponse can't name the operation and assumes that it may
// have had an effect. After redirects, CheckResponse reports the first request, because
// an http.Client that follows redirects turns an abort into a GET of the login page.
func TestCheckResponseFindsTheOperation(t *testing.T) {
	get := httptest.NewRequest(http.MethodGet, "/v1/thing", nil)
	redirected := httptest.NewRequest(http.MethodGet, "/login", nil)
	redirected.Response = &http.Response{StatusCode: 302, Request: httptest.NewRequest(http.MethodPost, "/v1/stop", nil)}
	for _, tt := range []struct {
		res       *http.Response
		operation string
		unknown   bool
	}{
		{nil, "request", true},
		{&http.Response{StatusCode: 503}, "request", true},
		{&http.Response{StatusCode: 503, Request: get}, "GET /v1/thing", false},
		{&http.Response{StatusCode: 503, Request: httptest.NewRequest(http.MethodGet, "/a%0Ab%1B%E2%80%AE", nil)}, "GET /a b", false},
		{&http.Response{StatusCode: 503, Request: httptest.NewRequest(http.MethodGet, "/"+strings.Repeat("a", 300), nil)}, "GET /" + strings.Repeat("a", 247) + "…", false},
		{&http.Response{StatusCode: 200, Request: redirected}, "POST /v1/stop", true},
	} {
		err := wrapper.CheckResponse(tt.res, []byte(consolePage))
		if errors.Is(err, wrapper.ErrOutcomeUnknown) != tt.unknown || apiError(t, err).Operation != tt.operation {
			t.Errorf("got %v, want the operation %s, outcome unknown: %v", err, tt.operation, tt.unknown)
		}
	}
}
