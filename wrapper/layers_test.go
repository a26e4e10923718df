package wrapper_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// TestSign: the headers of each type of key, in place of whatever was there in any spelling, on a header of its own.
func TestSign(t *testing.T) {
	shared := http.Header{"X-Own": {"1"}, "authorization": {"old"}, "X-Xdr-Nonce": {"old"}}
	r := &http.Request{Header: shared}
	if err := wrapper.StandardKey(testKeyID, testKey).Sign(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if h := r.Header; len(h) != 3 || h.Get("Authorization") != testKey || h.Get("X-Xdr-Auth-Id") != testKeyID || h.Get("X-Own") != "1" {
		t.Errorf("signed %v", h)
	}
	//lint:ignore SA1008 the caller wrote the name like this
	if len(shared) != 3 || shared["authorization"][0] != "old" {
		t.Errorf("the header that other requests share became %v", shared)
	}
	nonces := map[string]bool{}
	for range 3 {
		if err := wrapper.AdvancedKey(testKeyID, testKey).Sign(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		h := r.Header
		sum := sha256.Sum256([]byte(testKey + h.Get("X-Xdr-Nonce") + h.Get("X-Xdr-Timestamp")))
		if h.Get("Authorization") != hex.EncodeToString(sum[:]) || h.Get("X-Xdr-Auth-Id") != testKeyID || len(h) != 5 {
			t.Errorf("signed %v", h)
		}
		nonces[h.Get("X-Xdr-Nonce")] = true
	}
	if len(nonces) != 3 {
		t.Errorf("%d nonces in three signatures", len(nonces))
	}
	if r := new(http.Request); wrapper.StandardKey(testKeyID, testKey).Sign(t.Context(), r) != nil || r.Header.Get("Authorization") != testKey {
		t.Errorf("a request without a header: %v", r.Header)
	}
	up := httptest.NewRequest(http.MethodGet, "/v1/../stop", nil)
	if err := wrapper.StandardKey(testKeyID, testKey).Sign(t.Context(), up); err == nil || len(up.Header) != 0 {
		t.Errorf("a path that leads to another one: %v, signed %v", err, up.Header)
	}
	for name, cred := range map[string]wrapper.Credential{"zero": {}, "no key": wrapper.AdvancedKey("17", ""), "a line break": wrapper.StandardKey("17", testKey+"\nx")} {
		r := &http.Request{Header: http.Header{}}
		if err := cred.Sign(t.Context(), r); err == nil || strings.Contains(err.Error(), testKey) || len(r.Header) != 0 {
			t.Errorf("%s: %v, signed %v", name, err, r.Header)
		}
	}
}

// TestCheckResponseAgreesWithTheClient: for every response there is, the two functions and gen return the error that the Client
// returns.
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

// TestCheckResponseOfAnUnknownRequest: the request may have had an effect, and the operation has no name.
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

// TestCheckResponseAfterARedirect: an http.Client that follows redirects turns an abort into a GET of the login page.
func TestCheckResponseAfterARedirect(t *testing.T) {
	abort := httptest.NewRequest(http.MethodPost, "/public_api/v1/endpoints/abort_scan", nil)
	page := httptest.NewRequest(http.MethodGet, "/login", nil)
	page.Response = &http.Response{StatusCode: 302, Request: abort}
	err := wrapper.CheckResponse(&http.Response{StatusCode: 200, Request: page}, []byte(consolePage))
	if !errors.Is(err, wrapper.ErrOutcomeUnknown) || apiError(t, err).Operation != abortOperation {
		t.Error(err)
	}
}

// TestCredentialsInTheHeaderOfAnError are redacted, as they are in its body.
func TestCredentialsInTheHeaderOfAnError(t *testing.T) {
	e := apiError(t, operations[0].call(t, t.Context(), newClient(t, canned(404, "", "X-Echo", "a", "X-Echo", "you sent "+testKey, "X-Other", testKey, "X-"+testKey, "1"))))
	if got := e.Header["X-Echo"]; len(got) != 2 || got[0] != "a" || got[1] != "you sent [redacted]" || e.Header.Get("X-Other") != "[redacted]" || len(e.Header) != 2 {
		t.Errorf("header %v", e.Header)
	}
}
