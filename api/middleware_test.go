package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/cortexscan/api"
)

// served sends a request through the middleware, and tells what next got to read and whether it was called.
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

func TestMiddlewareLetsThrough(t *testing.T) {
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
				t.Errorf("called %t with body %q, answered %d %s", called, got, w.Code, w.Body)
			}
			if tt.r.ContentLength != length {
				t.Error("the length changed")
			}
		})
	}
}

func TestMiddlewareRefuses(t *testing.T) {
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
			`{"reply":{"err_code":404,"err_msg":"Unknown operation","err_extra":"path is not in the contract (operations: ` + operations(t) + `)"}}`},
		{"wrong method", other("DELETE", abortPath), 405,
			`{"reply":{"err_code":405,"err_msg":"Unknown operation","err_extra":"method not allowed for ` + abortPath + ` (only POST)"}}`},
		{"status", signed(get("id=x&fields=a&fields=")), 400,
			`{"err_msg":"The request does not match the API's contract","metadata":{"err_extra":[{"field":"id","message":"must be an integer"},{"field":"fields/1","message":"must not be empty"}]}}`},
		{"status with a body", func() *http.Request {
			r := signed(get("id=1&fields=a"))
			r.Body = io.NopCloser(strings.NewReader("x"))
			return r
		}(), 400,
			`{"err_msg":"The request does not match the API's contract","metadata":{"err_extra":[{"field":"body","message":"is not expected: this operation takes none"}]}}`},
		{"abort", signed(post(`{"request_data":{"filters":"All"},"<b>":1}`)), 400,
			`{"reply":{"err_code":400,"err_msg":"The request does not match the API's contract","err_extra":"body /<b> is not a known member (known: request_data); the service would ignore it; body /request_data/filters must be \"all\" or a list of at least one EndpointFilter, not another string"}}`},
		{"too long", signed(post(strings.Repeat(" ", 1<<20+1))), 413,
			`{"reply":{"err_code":413,"err_msg":"The request is too long","err_extra":"body is longer than 1048576 bytes"}}`},
		{"as long as may be", signed(post(strings.Repeat(" ", 1<<20-2) + "{}")), 400,
			`{"reply":{"err_code":400,"err_msg":"The request does not match the API's contract","err_extra":"body /request_data is required"}}`},
		{"unreadable", unreadable, 400,
			`{"reply":{"err_code":400,"err_msg":"The request does not match the API's contract","err_extra":"body cannot be read"}}`},
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
			// What the contract documents, the answer follows.
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

func TestMiddlewareAsksForCredentialsFirst(t *testing.T) {
	r := post("")
	r.Body, r.ContentLength = io.NopCloser(untouchable{t}), 10
	if w, _, _ := served(t, validator(t), r); w.Code != http.StatusUnauthorized {
		t.Errorf("answered %d", w.Code)
	}
}

// Over a real connection: the server's own idea of the body survives.
func TestMiddlewareServes(t *testing.T) {
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

func TestFlatEnvelope(t *testing.T) {
	r := command("x/command", `{"command":"pause"}`)
	r.Header.Set("Authorization", "k")
	r.Header.Set("x-xdr-auth-id", "1")
	w := httptest.NewRecorder()
	v := grown(t)
	v.Middleware(http.NotFoundHandler()).ServeHTTP(w, r)
	want := `{"err_code":"400","err_msg":"The request does not match the API's contract","err_extra":"path id must be an integer"}` + "\n"
	if w.Code != 400 || w.Body.String() != want {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	wantProblems(t, v.ValidateResponse(r, w.Code, w.Header(), w.Body.Bytes()))
}
