package sandbox_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
)

const (
	runPath   = "/public_api/netscan/v1/scan/run"
	abortPath = "/public_api/v1/endpoints/abort_scan"

	unauthorizedBody = `{"reply":{"err_code":401,"err_msg":"Public API request unauthorized","err_extra":null}}`
)

// statusRequest returns a request with credentials that any tenant without keys accepts.
func statusRequest(id int64) *http.Request {
	return withCredentials(httptest.NewRequest(http.MethodGet, fmt.Sprintf("%s?id=%d&fields=status", runPath, id), nil))
}

// abortRequest returns a request with these filters, in JSON.
func abortRequest(filters string) *http.Request {
	return abortBody(`{"request_data":{"filters":` + filters + `}}`)
}

func abortBody(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, abortPath, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return withCredentials(r)
}

func withCredentials(r *http.Request) *http.Request {
	r.Header.Set("User-Agent", "test")
	r.Header.Set("X-Xdr-Auth-Id", "1")
	r.Header.Set("Authorization", "any key")
	return r
}

// sign signs a request with an Advanced key. It shares no code with the tenant, so that tests find mistakes in the tenant.
func sign(r *http.Request, id, key, nonce string, at time.Time) *http.Request {
	timestamp := fmt.Sprint(at.UnixMilli())
	sum := sha256.Sum256([]byte(key + nonce + timestamp))
	r.Header.Set("X-Xdr-Auth-Id", id)
	r.Header.Set("X-Xdr-Nonce", nonce)
	r.Header.Set("X-Xdr-Timestamp", timestamp)
	r.Header.Set("Authorization", hex.EncodeToString(sum[:]))
	return r
}

func newNonce() string { return (rand.Text() + rand.Text() + rand.Text())[:64] }

func send(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func wantResponse(t testing.TB, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	if got := strings.TrimSpace(w.Body.String()); w.Code != status || got != body {
		t.Errorf("got  %d %s\nwant %d %s", w.Code, got, status, body)
	}
}

func lastCall(t testing.TB, tenant *sandbox.Tenant) sandbox.Call {
	t.Helper()
	calls := tenant.Calls()
	if len(calls) == 0 {
		t.Fatal("no call was recorded")
	}
	return calls[len(calls)-1]
}
