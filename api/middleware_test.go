package api_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"example.com/cortexscan/api"
)

// served sends a request through the middleware. It returns what next could read and whether it was called.
func served(tb testing.TB, v *api.Validator, r *http.Request) (*httptest.ResponseRecorder, string, bool) {
	tb.Helper()
	var body string
	called := false
	next := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		called = true
		if r.Body == nil {
			return
		}
		b, err := io.ReadAll(r.Body)
		if err != nil {
			tb.Error(err)
		}
		body = string(b)
	})
	w := httptest.NewRecorder()
	v.Middleware(next).ServeHTTP(w, r)
	return w, body, called
}

func signed(r *http.Request) *http.Request {
	r.Header.Set("Authorization", "key")
	r.Header.Set("x-xdr-auth-id", "1")
	return r
}

func TestMiddlewarePassesValidRequestsOn(t *testing.T) {
	v := validator(t)
	const body = " {\"request_data\":{\"filters\":\"all\"}}\n"
	chunked := signed(post(body))
	chunked.Body, chunked.ContentLength = io.NopCloser(iotest.OneByteReader(strings.NewReader(body))), -1
	advanced := signed(post(body))
	advanced.Header.Set("x-xdr-nonce", "n")
	advanced.Header.Set("x-xdr-timestamp", "1")
	noBody := signed(get("id=1&fields=status"))
	noBody.Body = nil
	for name, tt := range map[string]struct {
		r    *http.Request
		body string
	}{
		"status":   {signed(get("id=1&fields=status")), ""},
		"nil body": {noBody, ""},
		"abort":    {signed(post(body)), body},
		"chunked":  {chunked, body},
		"advanced": {advanced, body},
	} {
		t.Run(name, func(t *testing.T) {
			length := tt.r.ContentLength
			w, got, called := served(t, v, tt.r)
			if !called || got != tt.body || w.Code != 200 || w.Body.Len() > 0 {
				t.Errorf("called %t with body %q, got %d %s", called, got, w.Code, w.Body)
			}
			if tt.r.ContentLength != length {
				t.Error("the length changed")
			}
		})
	}
}

func TestMiddlewareRefusesInvalidRequests(t *testing.T) {
	v := validator(t)
	unauthorized := `{"reply":{"err_code":401,"err_msg":"Public API request unauthorized: it requires the header Authorization and the header x-xdr-auth-id","err_extra":null}}`
	onlyKey, onlyID, blank := post("{}"), post("{}"), signed(post("{}"))
	onlyKey.Header.Set("Authorization", "key")
	onlyID.Header.Set("x-xdr-auth-id", "1")
	blank.Header.Set("Authorization", "  ")
	other := func(method, path string) *http.Request { return signed(httptest.NewRequest(method, path, nil)) }
	unreadable := signed(post(""))
	unreadable.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
	for _, tt := range []struct {
		name string
		r    *http.Request
		code int
		want string
	}{
		{"no credentials", post("{}"), 401, unauthorized},
		{"no ID", onlyKey, 401, unauthorized},
		{"no key", onlyID, 401, unauthorized},
		{"blank key", blank, 401, unauthorized},
		{"no credentials, status", get(""), 401, unauthorized},
		{"unknown path", other("GET", "/public_api/v1/other"), 404,
			`{"reply":{"err_code":404,"err_msg":"Unknown operation","err_extra":"path is not in the spec (operations: ` + operations(t) + `)"}}`},
		{"wrong method", other("DELETE", abortPath), 405,
			`{"reply":{"err_code":405,"err_msg":"Unknown operation","err_extra":"method is not allowed for ` + abortPath + ` (allowed: POST)"}}`},
		{"status", signed(get("id=x&fields=a&fields=")), 400,
			`{"err_msg":"The request does not match the API's specification","metadata":{"err_extra":[{"field":"id","message":"must be an integer"},{"field":"fields/1","message":"must not be empty"}]}}`},
		{"status with a body", func() *http.Request {
			r := signed(get("id=1&fields=a"))
			r.Body = io.NopCloser(strings.NewReader("x"))
			return r
		}(), 400,
			`{"err_msg":"The request does not match the API's specification","metadata":{"err_extra":[{"field":"body","message":"is not allowed for this operation"}]}}`},
		{"abort", signed(post(`{"request_data":{"filters":"All"},"<b>":1}`)), 400,
			`{"reply":{"err_code":400,"err_msg":"The request does not match the API's specification","err_extra":"body /<b> is not a known property (known: request_data); the service would ignore it; body /request_data/filters must be \"all\" or a list of at least one EndpointFilter, not another string"}}`},
		{"too long", signed(post(strings.Repeat(" ", 1<<20+1))), 413,
			`{"reply":{"err_code":413,"err_msg":"The request body is too long","err_extra":"body is longer than 1048576 bytes"}}`},
		{"as long as may be", signed(post(strings.Repeat(" ", 1<<20-2) + "{}")), 400,
			`{"reply":{"err_code":400,"err_msg":"The request does not match the API's specification","err_extra":"body /request_data is required"}}`},
		{"unreadable", unreadable, 400,
			`{"reply":{"err_code":400,"err_msg":"The request does not match the API's specification","err_extra":"body can't be read"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := tt.r.Clone(t.Context())
			w, _, called := served(t, v, tt.r)
			if called {
				t.Error("let through")
			}
			if got := strings.TrimSpace(w.Body.String()); w.Code != tt.code || got != tt.want {
				t.Errorf("got  %d %s\nwant %d %s", w.Code, got, tt.code, tt.want)
			}
			if !json.Valid(w.Body.Bytes()) || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("not JSON: %v %s", w.Header(), w.Body)
			}
			if allow := w.Header().Get("Allow"); (tt.code == 405) != (allow == "POST") {
				t.Errorf("Allow: %s", allow)
			}
			// The response is one that the spec documents.
			if tt.code == 400 || tt.code == 401 {
				if err := v.ValidateResponse(r, w.Code, w.Header(), w.Body.Bytes()); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

type untouchable struct{ tb testing.TB }

func (u untouchable) Read([]byte) (int, error) {
	u.tb.Error("the body was read")
	return 0, io.EOF
}

func TestMiddlewareChecksCredentialsBeforeReadingTheBody(t *testing.T) {
	r := post("")
	r.Body, r.ContentLength = io.NopCloser(untouchable{t}), 10
	if w, _, _ := served(t, validator(t), r); w.Code != http.StatusUnauthorized {
		t.Errorf("got %d", w.Code)
	}
}

func TestMiddlewareOverAConnection(t *testing.T) {
	server := httptest.NewServer(validator(t).Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})))
	defer server.Close()
	for _, body := range []string{manyIDs(1000), manyIDs(30_000), `{"request_data":{"filters":"all"}}`} {
		r, err := http.NewRequest(http.MethodPost, server.URL+abortPath, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		resp, err := server.Client().Do(signed(r))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		switch {
		case err != nil:
			t.Error(err)
		case len(body) > 1<<20 && resp.StatusCode != http.StatusRequestEntityTooLarge:
			t.Errorf("%d bytes: %s", len(body), resp.Status)
		case len(body) <= 1<<20 && string(got) != body:
			t.Errorf("%d bytes: %s", len(body), resp.Status)
		}
	}
}

func TestEnvelopeWithoutReply(t *testing.T) {
	r := command("x/command", `{"command":"pause"}`)
	r.Header.Set("Authorization", "k")
	r.Header.Set("x-xdr-auth-id", "1")
	w := httptest.NewRecorder()
	v := grown(t)
	v.Middleware(http.NotFoundHandler()).ServeHTTP(w, r)
	want := `{"err_code":"400","err_msg":"The request does not match the API's specification","err_extra":"path id must be an integer"}` + "\n"
	if w.Code != 400 || w.Body.String() != want {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	wantProblems(t, v.ValidateResponse(r, w.Code, w.Header(), w.Body.Bytes()))
}

// TestMiddlewareBeforeAProxy sends raw requests through a server, the middleware and a ReverseProxy to a service. Whatever the
// service receives must be the valid request that the middleware checked.
func TestMiddlewareBeforeAProxy(t *testing.T) {
	const body = `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["a"]}]}}`
	var mu sync.Mutex
	var seen []*http.Request
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		mu.Lock()
		seen = append(seen, r)
		mu.Unlock()
		switch {
		case string(got) != body || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("Authorization") != "key" || r.Header.Get("X-Xdr-Auth-Id") != "1":
			t.Errorf("the service got %v %s", r.Header, got)
		case len(r.TransferEncoding) > 0 || r.ContentLength != int64(len(body)) || len(r.Trailer) > 0:
			t.Errorf("the service got %d bytes, %v, %v", r.ContentLength, r.TransferEncoding, r.Trailer)
		}
		if r.Header.Get("Upgrade") != "" {
			w.Header().Set("Connection", "Upgrade")
			w.Header().Set("Upgrade", r.Header.Get("Upgrade"))
			w.WriteHeader(http.StatusSwitchingProtocols)
		}
	}))
	defer service.Close()
	target, err := url.Parse(service.URL)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(validator(t).Middleware(httputil.NewSingleHostReverseProxy(target)))
	defer front.Close()

	length := fmt.Sprintf("Content-Length: %d\r\n", len(body))
	chunked := fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n", len(body), body)
	for _, tt := range []struct {
		name, line, headers, rest string // the rest follows the headers, with the length or the transfer encoding
		want                      int
	}{
		{"valid", "", "", "", 200},
		{"valid, to be closed", "", "Connection: close\r\n", "", 200},
		{"valid, kept alive", "", "Connection: keep-alive, X-Other\r\nX-Other: 1\r\n", "", 200},
		{"valid, chunked", "", "", chunked + "\r\n", 200},
		{"valid, a trailer that is not announced", "", "", chunked + "Content-Type: text/plain\r\n\r\n", 200},
		{"valid, in parts", "", "Expect: 100-continue\r\n", "", 200},
		{"valid, not encoded", "", "Content-Encoding: identity\r\n", "", 200},
		{"valid, a slash at the end", "POST " + abortPath + "/ HTTP/1.1", "", "", 200},
		{"valid, an absolute target", "POST http://any.example" + abortPath + " HTTP/1.1", "", "", 200},

		{"upgrade to HTTP/2", "", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAA\r\n", "", 400},
		{"upgrade to a WebSocket", "", "Connection: upgrade\r\nUpgrade: websocket\r\n", "", 400},
		{"upgrade without Connection", "", "Upgrade: anything\r\n", "", 400},
		{"upgrade, empty", "", "Upgrade:\r\n", "", 400},
		{"connection names Content-Type", "", "Connection: close, Content-Type\r\n", "", 400},
		{"connection names Authorization, in another line", "", "Connection: close\r\nConnection: x, AUTHORIZATION\r\n", "", 400},
		{"connection names the key ID", "", "Connection: x-xdr-auth-id\r\n", "", 400},
		{"connection names a nonce", "", "Connection: X-Xdr-Nonce\r\n", "", 400},
		{"connection names Content-Encoding", "", "Connection: \tcontent-encoding\r\n", "", 400},
		{"connection names Content-Length", "", "Connection: Content-Length\r\n", "", 400},
		{"connection names Transfer-Encoding", "", "Connection: Transfer-Encoding\r\n", "", 400},
		{"encoded", "", "Content-Encoding: gzip\r\n", "", 400},
		{"encoded by the second value", "", "Content-Encoding: identity, gzip\r\n", "", 400},
		{"encoded by the second line", "", "Content-Encoding: identity\r\nContent-Encoding: br\r\n", "", 400},
		{"a trailer that is announced", "", "Trailer: X-Any\r\n", chunked + "X-Any: 1\r\n\r\n", 400},
		{"two media types", "", "Content-Type: text/plain\r\n", "", 400},
		{"two keys", "", "Authorization: other\r\n", "", 400},
		{"two key IDs", "", "X-XDR-Auth-ID: 2\r\n", "", 400},
		{"a media type with an underscore", "", "Content_Type: text/plain\r\n", "", 400},
		{"a key ID with underscores", "", "X_XDR_AUTH_ID: 2\r\n", "", 400},
		{"another method", "", "X-HTTP-Method-Override: DELETE\r\n", "", 400},
		{"another path", "", "X-Original-URL: /other\r\n", "", 400},
		{"another path, with underscores", "", "X_Rewrite_URL: /other\r\n", "", 400},
		{"a semicolon in the query", "POST " + abortPath + "?a=1;b=2 HTTP/1.1", "", "", 400},
		{"an unknown parameter", "POST " + abortPath + "?_method=DELETE HTTP/1.1", "", "", 400},
		{"a broken query", "POST " + abortPath + "?%zz HTTP/1.1", "", "", 400},
		{"a tunnel", "CONNECT " + abortPath + " HTTP/1.1", "", "", 405},
		{"a tunnel to a host", "CONNECT any.example:443 HTTP/1.1", "", "", 404},
		{"an encoded slash", "POST /" + strings.Replace(abortPath[1:], "/", "%2F", 1) + " HTTP/1.1", "", "", 404},
		{"dots", "POST /x/.." + abortPath + " HTTP/1.1", "", "", 404},
		{"a backslash", "POST " + abortPath + "%5C.. HTTP/1.1", "", "", 404},
		{"two slashes", "POST /" + abortPath + " HTTP/1.1", "", "", 404},
		{"a body for GET", "GET " + statusPath + "?id=1&fields=status HTTP/1.1", "User-Agent: x\r\n", "", 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mu.Lock()
			seen = nil
			mu.Unlock()
			line, rest := cmp.Or(tt.line, "POST "+abortPath+" HTTP/1.1"), cmp.Or(tt.rest, length+"\r\n"+body)
			conn, err := net.Dial("tcp", front.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, line+"\r\nHost: h\r\nContent-Type: application/json\r\nAuthorization: key\r\nX-Xdr-Auth-Id: 1\r\n"+tt.headers+rest)
			in := bufio.NewReader(conn)
			resp, err := http.ReadResponse(in, nil)
			for err == nil && resp.StatusCode == http.StatusContinue {
				resp, err = http.ReadResponse(in, nil)
			}
			if err != nil {
				t.Fatal(err)
			}
			answer, _ := io.ReadAll(resp.Body)
			mu.Lock()
			defer mu.Unlock()
			if resp.StatusCode != tt.want || len(seen) > 0 != (tt.want == 200) {
				t.Errorf("got %d %s, the service saw %d requests; want %d", resp.StatusCode, answer, len(seen), tt.want)
			}
		})
	}
}

// TestEncodedSlashesAreRefusedBeforeAProxy: servers decode them in different ways.
func TestEncodedSlashesAreRefusedBeforeAProxy(t *testing.T) {
	v := of(t, "  /x/{p}: {get: {parameters: [{name: p, in: path, required: true, schema: {type: string}}], responses: {'200': {description: d}}}, connect: {parameters: [{name: p, in: path, required: true, schema: {type: string}}], responses: {'200': {description: d}}}}\n")
	for target, want := range map[string]bool{"GET /x/a": true, "GET /x/a/": true, "GET /x/a%20b": true, "GET /x/a%2Fb": false, "GET /x/a%5Cb": false, "GET /x/%2E%2E": false, "CONNECT /x/a": false} {
		method, path, _ := strings.Cut(target, " ")
		if _, _, called := served(t, v, httptest.NewRequest(method, "http://h"+path, nil)); called != want {
			t.Errorf("%s: passed on: %t", target, called)
		}
	}
}

func TestMiddlewareRequiresCredentials(t *testing.T) {
	h := grown(t).Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	const file = "/public_api/files/a.txt"
	for _, tt := range []struct {
		name, method, target string
		header               http.Header
		want                 int
	}{
		{"none asked for", "GET", "/public_api/netscan/v1/scan/job/latest/command", nil, 204},
		{"none given", "PUT", file, nil, 401},
		{"bearer", "PUT", file, http.Header{"Authorization": {"bearer x"}, "Cookie": {"session=1"}}, 204},
		{"bearer of nothing", "PUT", file, http.Header{"Authorization": {"Bearer "}}, 401},
		{"another scheme", "PUT", file, http.Header{"Authorization": {"Basic x"}}, 401},
		{"query and cookie", "PUT", file + "?key=x", http.Header{"Cookie": {"key=x; session=1"}}, 204},
		{"query alone", "PUT", file + "?key=x", http.Header{"Cookie": {"session=1"}}, 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.target, nil)
			if tt.header != nil {
				r.Header = tt.header
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, tt.want)
			}
		})
	}
}
