package playground

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const (
	runPath   = "/public_api/netscan/v1/scan/run"
	abortPath = "/public_api/v1/endpoints/abort_scan"
	testKey   = "the-key-of-the-playground"
	testHost  = "127.0.0.1:8470"
)

func newPlayground() (*Playground, http.Handler) {
	p := New(Key{ID: "1", Secret: testKey, Type: "standard"})
	return p, p.handler(func(host string) bool { return host == testHost })
}

// send calls the handler directly. header alternates between names and values.
func send(h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Host = testHost
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func signed() []string {
	return []string{"User-Agent", "test", "X-Xdr-Auth-Id", "1", "Authorization", testKey, "Content-Type", "application/json"}
}

func wantCalls(t testing.TB, p *Playground, n int) {
	t.Helper()
	if got := len(p.tenant.Calls()); got != n {
		t.Errorf("got %d recorded calls, want %d", got, n)
	}
}
