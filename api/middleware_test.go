package api_test

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/cortexscan/api"
)

// served sends a request through the middleware and reports whether the request reached the handler.
func served(tb testing.TB, v *api.Validator, r *http.Request) (w *httptest.ResponseRecorder, called bool) {
	tb.Helper()
	w = httptest.NewRecorder()
	v.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true })).ServeHTTP(w, r)
	return w, called
}

func signed(r *http.Request) *http.Request {
	r.Header.Set("Authorization", "key")
	r.Header.Set("x-xdr-auth-id", "1")
	return r
}

func TestMiddlewareRefusesInvalidRequests(t *testing.T) {
	const mismatch = `"err_msg":"The request does not match the API's specification"`
	unauthorized := `{"reply":{"err_code":401,"err_msg":"Public API request unauthorized: the operation requires the header Authorization and the header x-xdr-auth-id","err_extra":null}}`
	unreadable, withBody := signed(post("")), signed(get("id=1&fields=a"))
	unreadable.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
	withBody.Body = io.NopCloser(strings.NewReader("x"))
	unread := post("")
	unread.Body = io.NopCloser(iotest.ErrReader(errors.New("the body was read before the credentials were checked")))
	for _, tt := range []struct {
		name string
		r    *http.Request
		code int
		want string
	}{
		{"no key", newRequest("POST", abortPath, "{}", "x-xdr-auth-id: 1"), 401, unauthorized},
		{"no credentials", unread, 401, unauthorized},
		{"no ID", newRequest("POST", abortPath, "{}", "Authorization: key"), 401, unauthorized},
		{"a blank key", newRequest("POST", abortPath, "{}", "x-xdr-auth-id: 1", "Authorization:   "), 401, unauthorized},
		{"an unknown path", newRequest("GET", "/other", ""), 404, `{"reply":{"err_code":404,"err_msg":"Unknown operation","err_extra":"path is not in the spec (…)"}}`},
		{"another method", newRequest("DELETE", abortPath, ""), 405,
			`{"reply":{"err_code":405,"err_msg":"Unknown operation","err_extra":"method is not allowed for ` + abortPath + ` (allowed: POST)"}}`},
		{"invalid parameters", signed(get("id=x&fields=a&fields=")), 400,
			`{` + mismatch + `,"metadata":{"err_extra":[{"field":"id","message":"must be an integer"},{"field":"fields/1","message":"must not be empty"}]}}`},
		{"an unexpected body", withBody, 400, `{` + mismatch + `,"metadata":{"err_extra":[{"field":"body","message":"is not allowed for this operation"}]}}`},
		{"an invalid body", signed(post(`{"request_data":{"filters":"all"},"<b>":1}`)), 400,
			`{"reply":{"err_code":400,` + mismatch + `,"err_extra":"body /<b> is not a known property (known: request_data); the service would ignore it"}}`},
		{"too long", signed(post(strings.Repeat(" ", 1<<20+1))), 413,
			`{"reply":{"err_code":413,"err_msg":"The request body is too long","err_extra":"body is longer than 1048576 bytes"}}`},
		{"as long as allowed", signed(post(strings.Repeat(" ", 1<<20-2) + "{}")), 400,
			`{"reply":{"err_code":400,` + mismatch + `,"err_extra":"body /request_data is required"}}`},
		{"unreadable", unreadable, 400, `{"reply":{"err_code":400,` + mismatch + `,"err_extra":"body can't be read"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, called := served(t, validator(t), tt.r)
			if called {
				t.Error("the request reached the handler")
			}
			got := strings.TrimSpace(w.Body.String())
			if strings.Contains(tt.want, "(…)") {
				got = lists.ReplaceAllString(got, "(…)")
			}
			if w.Code != tt.code || got != tt.want || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("got  %d %v %s\nwant %d %s", w.Code, w.Header(), got, tt.code, tt.want)
			}
			if allow := w.Header().Get("Allow"); (tt.code == 405) != (allow == "POST") {
				t.Errorf("got the header Allow: %q", allow)
			}
			if tt.code == 400 || tt.code == 401 { // the spec documents these responses
				wantProblems(t, validator(t).ValidateResponse(tt.r, w.Code, w.Header(), w.Body.Bytes()))
			}
		})
	}
}

// If an operation documents err_code at the top level, its errors have the flat envelope.
func TestErrorsHaveTheDocumentedEnvelope(t *testing.T) {
	v := of(t, "  /x: {post: {responses: {'400': {description: d, content: {application/json: {schema: {type: object, properties: {err_code: {type: string}}}}}}}}}\n")
	w, _ := served(t, v, newRequest("POST", "/x", "x"))
	want := `{"err_code":"400","err_msg":"The request does not match the API's specification","err_extra":"body is not allowed for this operation"}` + "\n"
	if w.Code != 400 || w.Body.String() != want {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A ReverseProxy behind the middleware must send the valid request that the middleware checked, or nothing.
func TestMiddlewareBeforeAProxy(t *testing.T) {
	const body = `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["a"]}]}}`
	sent := false
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "service.example"})
	proxy.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		sent = true
		got, _ := io.ReadAll(r.Body)
		switch {
		case string(got) != body || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Authorization") != "key" || r.Header.Get("X-Xdr-Auth-Id") != "1":
			t.Errorf("the proxy sent %v %s", r.Header, got)
		case len(r.TransferEncoding) > 0 || r.ContentLength != int64(len(body)) || len(r.Trailer) > 0:
			t.Errorf("the proxy sent %d bytes, %v, %v", r.ContentLength, r.TransferEncoding, r.Trailer)
		}
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	})
	handler := validator(t).Middleware(proxy)
	length := fmt.Sprintf("Content-Length: %d\r\n", len(body))
	chunked := fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n", len(body), body)
	for _, tt := range []struct {
		name, line, headers, rest string // rest: the length or the transfer encoding, and the body
		want                      int
	}{
		{"valid", "", "", "", 200},
		{"valid, kept alive", "", "Connection: keep-alive, X-Other\r\nX-Other: 1\r\n", "", 200},
		{"valid, chunked", "", "", chunked + "\r\n", 200},
		{"valid, a trailer that is not announced", "", "", chunked + "Content-Type: text/plain\r\n\r\n", 200},
		{"valid, a slash at the end", "POST " + abortPath + "/ HTTP/1.1", "", "", 200},
		{"valid, an absolute target", "POST http://any.example" + abortPath + " HTTP/1.1", "", "", 200},

		{"upgrade to HTTP/2", "", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAA\r\n", "", 400},
		{"upgrade, empty", "", "Upgrade:\r\n", "", 400},
		{"connection names Content-Type", "", "Connection: close, Content-Type\r\n", "", 400},
		{"connection names Authorization, in another line", "", "Connection: close\r\nConnection: x, AUTHORIZATION\r\n", "", 400},
		{"connection names an undocumented header of the platform", "", "Connection: X-Xdr-Any\r\n", "", 400},
		{"a trailer that is announced", "", "Trailer: X-Any\r\n", chunked + "X-Any: 1\r\n\r\n", 400},
		{"two keys", "", "Authorization: other\r\n", "", 400},
		{"a media type with an underscore", "", "Content_Type: text/plain\r\n", "", 400},
		{"a key ID with underscores", "", "X_XDR_AUTH_ID: 2\r\n", "", 400},
		{"another path", "", "X-Original-URL: /other\r\n", "", 400},
		{"a tunnel", "CONNECT " + abortPath + " HTTP/1.1", "", "", 405},
		{"valid, after invalid requests", "", "", "", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sent = false
			line, rest := cmp.Or(tt.line, "POST "+abortPath+" HTTP/1.1"), cmp.Or(tt.rest, length+"\r\n"+body)
			raw := line + "\r\nHost: h\r\nContent-Type: application/json\r\nAuthorization: key\r\nX-Xdr-Auth-Id: 1\r\n" + tt.headers + rest
			r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
			if err != nil {
				t.Fatal(err)
			}
			before, w := r.ContentLength, httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != tt.want || sent != (tt.want == 200) {
				t.Errorf("got %d %s, the proxy sent a request: %t; want %d", w.Code, w.Body, sent, tt.want)
			}
			if r.ContentLength != before {
				t.Errorf("the middleware changed the length of its request from %d to %d", before, r.ContentLength)
			}
		})
	}
}

// TestMiddlewareChecksOtherOperations covers features that api/openapi.yaml does not use: parameters in the path and in
// headers, CONNECT, and other security schemes.
func TestMiddlewareChecksOtherOperations(t *testing.T) {
	v := of(t, `
  /p/{p}:
    get: &operation
      security: []
      parameters:
        - {name: p, in: path, required: true, schema: {type: string}}
        - {name: X-Plain, in: header, schema: {type: string}}
        - {name: X-Object, in: header, schema: {type: object}}
      responses: {'200': {description: d}}
    connect: *operation
  /x:
    get: {security: [{Bearer: []}, {Query: [], Cookie: []}], responses: {'200': {description: d}}}
    put: {security: [{Basic: []}], responses: {'200': {description: d}}}
    post: {security: [{}], responses: {'200': {description: d}}}
security: [{Bearer: []}]
components:
  securitySchemes:
    Bearer: {type: http, scheme: bearer}
    Basic: {type: http, scheme: basic}
    Query: {type: apiKey, in: query, name: key}
    Cookie: {type: apiKey, in: cookie, name: session}
`)
	for _, tt := range []struct {
		request, header string
		want            bool // whether the request reaches the handler
	}{
		{"GET /p/a/", "", true},
		{"GET /p/a%20b", "", true},
		{"GET /p/a%2Fb", "", false}, // servers decode such paths in different ways
		{"GET /p/a%5Cb", "", false},
		{"GET /p/%2E%2E", "", false},
		{"GET /p/a", "Connection: X-Other", true},
		{"GET /p/a", "Connection: x-plain", false},
		{"GET /p/a", "Connection: x-object", false},
		{"CONNECT /p/a", "", false},

		{"POST /x", "", true},
		{"GET /x", "", false},
		{"GET /x", "Authorization: bearer x", true},
		{"GET /x", "Authorization: Bearer ", false},
		{"GET /x", "Authorization: Basic x", false},
		{"GET /x?key=x", "Cookie: session=x", true},
		{"GET /x?key=x&session=x", "Cookie: session=x", false},
		{"GET /x?key=x", "Session: x", false}, // the session must be in a cookie
		{"PUT /x", "Authorization: Basic x", true},
		{"PUT /x?key=x", "Authorization: Basic x", false},
	} {
		t.Run(tt.request+" "+tt.header, func(t *testing.T) {
			method, target, _ := strings.Cut(tt.request, " ")
			r := newRequest(method, target, "", linesOf(tt.header)...)
			if w, called := served(t, v, r); called != tt.want {
				t.Errorf("the request reached the handler: %t, want %t; got %d %s", called, tt.want, w.Code, w.Body)
			}
		})
	}
}
