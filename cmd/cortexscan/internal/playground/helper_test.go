package playground

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	runPath   = "/public_api/netscan/v1/scan/run"
	abortPath = "/public_api/v1/endpoints/abort_scan"
	testKey   = "the-key-of-the-playground"
	testHost  = "127.0.0.1:8470"
)

func newPlayground() (*Playground, http.Handler) {
	p := New(Key{ID: "1", Secret: testKey, Type: "advanced"})
	return p, p.handler(func(host string) bool { return host == testHost })
}

// send calls the handler without a network. header contains names and values in turn.
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

var nonces int

// signed returns the headers of a request with the playground's key.
func signed() []string {
	nonces++
	nonce := strings.Repeat("0", 64-len(strconv.Itoa(nonces))) + strconv.Itoa(nonces)
	timestamp := strconv.FormatInt(time.Now().UnixMilli(), 10)
	sum := sha256.Sum256([]byte(testKey + nonce + timestamp))
	return []string{
		"User-Agent", "test", "X-Xdr-Auth-Id", "1", "X-Xdr-Nonce", nonce, "X-Xdr-Timestamp", timestamp,
		"Authorization", hex.EncodeToString(sum[:]), "Content-Type", "application/json",
	}
}

func wantCalls(t testing.TB, p *Playground, n int) {
	t.Helper()
	if got := len(p.tenant.Calls()); got != n {
		t.Errorf("the tenant has recorded %d calls, want %d", got, n)
	}
}
