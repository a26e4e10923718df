package wrapper_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// An operation of the generated client may document an empty body. The two operations of this package do not.
func TestEmptySuccess(t *testing.T) {
	for _, status := range []int{200, 201, 202, 204} {
		for _, body := range []string{"", "\ufeff"} {
			for _, op := range operations {
				var seen http.Header
				v := &spy{response: func(_ *http.Request, _ int, h http.Header, _ []byte) error { seen = h; return nil }}
				// The generated parser would trust the header.
				err := op.call(t, t.Context(), newClient(t, canned(status, body, "Content-Type", "application/json"), wrapper.WithResponseValidator(v)))
				if op.throughAPI() {
					if err != nil || seen.Get("Content-Type") == "" {
						t.Errorf("%s, %d: %v; a validator has seen %v", op.name, status, err, seen)
					}
					continue
				}
				wantKinds(t, err, withUnknown(op, "Unexpected")...)
				if !strings.Contains(err.Error(), "the body is empty") {
					t.Errorf("%s, %d: %v", op.name, status, err)
				}
			}
		}
	}
}

// The generated client parses what is neither JSON nor HTML.
func TestOtherMediaTypes(t *testing.T) {
	for contentType, good := range map[string]bool{
		"text/csv": true, "text/plain; charset=utf-8": true, "application/octet-stream": true, "application/zip": true,
		"": false, "nonsense;;": false, "text/html": false, "Text/HTML; charset=utf-8": false, "application/xhtml+xml": false,
		"application/json": false, "application/problem+json": false, "application/x-ndjson": false, "text/json": false,
	} {
		for _, op := range operations {
			header := []string{"Content-Type", contentType}
			if contentType == "" {
				header = nil
			}
			err := op.call(t, t.Context(), newClient(t, canned(200, "a;b;c", header...)))
			if op.throughAPI() && good {
				if err != nil {
					t.Errorf("%s, %s: %v", op.name, contentType, err)
				}
				continue
			}
			wantKinds(t, err, withUnknown(op, "Unexpected")...)
		}
	}
}

// nested is a list in a list in a list, n deep.
func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// A documented success has the same result in every form of JSON, through a method and through API().
func TestSuccesses(t *testing.T) {
	const noError = `"err_code":0,"err_msg":null,"err_extra":null,"errorCode":null` // as some successes have it
	for _, tt := range []struct {
		name, body string
		run        string // ScanRunStatus.DATA
		reply      gen.AbortScanReply
	}{
		{"as documented", `{"DATA":"Scan is in Running state","reply":{"action_id":"7","status":"1","endpoints_count":"673"}}`,
			"Scan is in Running state", gen.AbortScanReply{ActionID: "7", Status: "1", EndpointsCount: "673"}},
		{"numbers for texts", `{"DATA":"x","reply":{"action_id":22519813685366,"status":1,"endpoints_count":0}}`,
			"x", gen.AbortScanReply{ActionID: "22519813685366", Status: "1", EndpointsCount: "0"}},
		{"nulls", `{"DATA":"x","reply":{"action_id":"7","status":null,"endpoints_count":null}}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"DATA in lower case", `{"data":"x","reply":{"action_id":"7"}}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"DATA in mixed case", `{"Data":"x","reply":{"action_id":"7"}}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"DATA that is empty", `{"DATA":"","reply":{"action_id":"7"}}`, "", gen.AbortScanReply{ActionID: "7"}},
		{"DATA that is empty, in lower case", `{"data":"","reply":{"action_id":"7"}}`, "", gen.AbortScanReply{ActionID: "7"}},
		{"DATA as it came", `{"DATA":" \u001b[31mred\u001b[0m\n","reply":{"action_id":"7"}}`, " \x1b[31mred\x1b[0m\n", gen.AbortScanReply{ActionID: "7"}},
		{"byte order mark", "\ufeff" + `{"DATA":"x","reply":{"action_id":"7"}}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"space around", "\r\n\t {\"DATA\":\"x\",\"reply\":{\"action_id\":\"7\"}} \r\n", "x", gen.AbortScanReply{ActionID: "7"}},
		{"2^53+1", `{"DATA":"x","reply":{"action_id":9007199254740993}}`, "x", gen.AbortScanReply{ActionID: "9007199254740993"}},
		{"more digits than fit", `{"DATA":"x","reply":{"action_id":1234567890123456789012345678901234567890}}`,
			"x", gen.AbortScanReply{ActionID: "1234567890123456789012345678901234567890"}},
		{"a number with an exponent", `{"DATA":"x","reply":{"action_id":1e400}}`, "x", gen.AbortScanReply{ActionID: "1e400"}},
		{"a member twice", `{"DATA":"x","DATA":"y","reply":{"action_id":"7"},"reply":{"action_id":"8"}}`, "y", gen.AbortScanReply{ActionID: "8"}},
		{"invalid UTF-8", "{\"DATA\":\"x\xff\xfey\",\"reply\":{\"action_id\":\"7\xc3\"}}", "x\ufffd\ufffdy", gen.AbortScanReply{ActionID: "7\ufffd"}},
		{"half a surrogate pair", `{"DATA":"x\ud83dy","reply":{"action_id":"\udc00"}}`, "x\ufffdy", gen.AbortScanReply{ActionID: "\ufffd"}},
		{"members that nobody knows yet", `{"new":[1,{"a":null}],"DATA":"x","reply":{"action_id":"7","new":{}}}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"the members of an error, null or empty", `{"DATA":"x","reply":{"action_id":"7",` + noError + `},` + noError + `}`, "x", gen.AbortScanReply{ActionID: "7"}},
		{"10,000 deep, as far as encoding/json goes", `{"DATA":"x","reply":{"action_id":"7"},"deep":` + nested(9999) + `}`, "x", gen.AbortScanReply{ActionID: "7"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, canned(200, tt.body))
			run, err := c.GetScanRunStatus(t.Context(), 789)
			if err != nil || run.DATA != tt.run {
				t.Errorf("GetScanRunStatus: %+v, %v", run, err)
			}
			reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints())
			if err != nil || *reply != tt.reply {
				t.Errorf("AbortScan: %+v, %v", reply, err)
			}
			viaAPI, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{})
			if err != nil || viaAPI.JSON200 == nil || viaAPI.JSON200.Reply != tt.reply {
				t.Errorf("API: %+v, %v", viaAPI, err)
			}
		})
	}
}

// Any 2xx with the documented body is a success. Published clients have seen 201.
func TestAny2xxIsASuccess(t *testing.T) {
	for _, status := range []int{200, 201, 202, 203, 207, 299} {
		c := newClient(t, canned(status, `{"DATA": "Scan is in Running state", "reply": {"action_id": "7"}}`))
		if run, err := c.GetScanRunStatus(t.Context(), 789); err != nil || run.State() != "Running" {
			t.Errorf("%d: %+v, %v", status, run, err)
		}
		if reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints()); err != nil || reply.ActionID != "7" {
			t.Errorf("%d: %+v, %v", status, reply, err)
		}
	}
}

// The generated parser relies on the Content-Type, which may be wrong.
func TestJSONIsRecognizedByItsBytes(t *testing.T) {
	for _, contentType := range []string{"", "text/plain", "text/html", "application/octet-stream", "application/vnd.x+json; charset=latin1", ";;;"} {
		for _, mark := range []string{"", "\ufeff"} {
			c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
				body := mark + goodStatus
				if r.Method == http.MethodPost {
					body = mark + goodReply
				}
				return response(r, 200, body, "Content-Type", contentType), nil
			}))
			for _, op := range operations {
				if err := op.call(t, t.Context(), c); err != nil {
					t.Errorf("%q, %s: %v", contentType, op.name, err)
				}
			}
			res, err := c.API().GetScanRunStatusWithResponse(t.Context(), &gen.GetScanRunStatusParams{ID: 1, Fields: []string{"status"}})
			if err != nil || res.JSON200 == nil || res.JSON200.DATA != "Scan is in Running state" {
				t.Fatalf("%q: %+v, %v", contentType, res, err)
			}
			want := "application/json"
			if strings.HasPrefix(contentType, "application/vnd.x+json") {
				want = contentType // which the spec may document beside the plain one
			}
			if got := res.HTTPResponse.Header.Get("Content-Type"); got != want {
				t.Errorf("%q became %q, want %q", contentType, got, want)
			}
		}
	}
}

// gen with Sign and CheckResponse returns the same error as the Client.
func TestCheckResponseAgreesWithTheClient(t *testing.T) {
	cred := wrapper.AdvancedKey(testKeyID, testKey)
	for _, status := range []int{200, 201, 204, 299, 302, 303, 400, 401, 403, 404, 408, 429, 500, 502, 504, 520, 600} {
		for _, body := range []string{
			"", goodReply, goodStatus, envelope401, "null", "text", consolePage, `{"reply": {"err_code": 500, "err_msg": "m"}}`, `{"detail": "d"}`,
			`{"reply": {"action_id": "7", "err_code": 500}}`, `{"err_msg": "m", "err_extra": "e"}`, "\ufeff" + goodReply,
		} {
			header := []string{"X-Request-Id", "r-1", "Retry-After", "7"}
			if strings.Contains(body, "{") {
				header = append(header, "Content-Type", "application/json")
			}
			rt := canned(status, body, header...)
			alone, err := gen.NewClient("https://"+testTenant, gen.WithHTTPClient(&http.Client{
				Transport: rt, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}), gen.WithRequestEditorFn(cred.Sign))
			if err != nil {
				t.Fatal(err)
			}
			request := gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints}}
			res, err := alone.AbortScan(t.Context(), request)
			if err != nil {
				t.Fatalf("%d %q: %v", status, body, err)
			}
			raw, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			got := wrapper.CheckResponse(res, raw)
			_, want := clientWithKey(t, rt, cred, once()).API().AbortScanWithResponse(t.Context(), request)
			if (got == nil) != (want == nil) || got != nil && got.Error() != want.Error() {
				t.Errorf("%d %q:\ngot  %v\nwant %v", status, body, got, want)
			}
			for _, k := range kinds {
				if errors.Is(got, k.err) != errors.Is(want, k.err) {
					t.Errorf("%d %q: %s: %v, want %v", status, body, k.name, errors.Is(got, k.err), errors.Is(want, k.err))
				}
			}
			if got != nil && (apiError(t, got).Header.Get("X-Request-Id") != "r-1" || apiError(t, want).Header.Get("X-Request-Id") != "r-1") {
				t.Errorf("%d %q: the error has lost the header", status, body)
			}
		}
	}
}

// The request may have had an effect, and the operation has no name.
func TestCheckResponseOfAnUnknownRequest(t *testing.T) {
	for name, res := range map[string]*http.Response{"no request": {StatusCode: 503}, "no response": nil} {
		err := wrapper.CheckResponse(res, nil)
		if !errors.Is(err, wrapper.ErrOutcomeUnknown) || !strings.HasPrefix(err.Error(), "request: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	read := &http.Response{StatusCode: 503, Request: httptest.NewRequest(http.MethodGet, "/v1/thing", nil)}
	if err := wrapper.CheckResponse(read, nil); errors.Is(err, wrapper.ErrOutcomeUnknown) || !strings.HasPrefix(err.Error(), "GET /v1/thing: ") {
		t.Errorf("a GET: %v", err)
	}
	if err := wrapper.CheckResponse(&http.Response{StatusCode: 200}, []byte(goodReply)); err != nil {
		t.Errorf("a success: %v", err)
	}
}

// An http.Client that follows redirects turns an abort into a GET of the login page.
func TestCheckResponseAfterARedirect(t *testing.T) {
	abort := httptest.NewRequest(http.MethodPost, "/public_api/v1/endpoints/abort_scan", nil)
	page := httptest.NewRequest(http.MethodGet, "/login", nil)
	page.Response = &http.Response{StatusCode: 302, Request: abort}
	err := wrapper.CheckResponse(&http.Response{StatusCode: 200, Request: page}, []byte(consolePage))
	if !errors.Is(err, wrapper.ErrOutcomeUnknown) || apiError(t, err).Operation != abortOperation {
		t.Error(err)
	}
}

// The header of an error is redacted like its body.
func TestCredentialsInTheHeaderOfAnError(t *testing.T) {
	e := apiError(t, operations[0].call(t, t.Context(), newClient(t, canned(404, "", "X-Echo", "a", "X-Echo", "you sent "+testKey, "X-Other", testKey, "X-"+testKey, "1"))))
	if got := e.Header["X-Echo"]; len(got) != 2 || got[0] != "a" || got[1] != "you sent [redacted]" || e.Header.Get("X-Other") != "[redacted]" || len(e.Header) != 2 {
		t.Errorf("header %v", e.Header)
	}
}
