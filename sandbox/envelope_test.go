package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/cortexscan/sandbox"
)

// Each operation answers in the envelope of its family, but 401 is the platform's for both.
func TestEnvelopes(t *testing.T) {
	anonymous := func(r *http.Request) *http.Request { r.Header.Del("Authorization"); return r }
	twoAgents := statusRequest(1)
	twoAgents.Header.Add("User-Agent", "second")
	for _, c := range []struct {
		name    string
		request *http.Request
		status  int
		body    string // its beginning
	}{
		{"abort, unauthorized", anonymous(abortRequest(`"all"`)), 401, unauthorizedBody},
		{"unknown path, unauthorized", httptest.NewRequest("GET", "/", nil), 401, unauthorizedBody},
		{"broken abort, unauthorized", anonymous(abortBody(`{`)), 401, unauthorizedBody},
		{"status without parameters", withCredentials(httptest.NewRequest("GET", runPath, nil)), 400, `{"err_msg":"`},
		{"two user agents", twoAgents, 400, `{"err_msg":"`},
		{"abort, no JSON", abortBody(`{`), 400, `{"`},
		{"abort, empty", abortBody(``), 400, `{"`},
		{"abort, too large", abortRequest(`"` + strings.Repeat("x", 1<<20) + `"`), 413, `{"reply":{"err_code":413,`},
		{"unknown path", withCredentials(httptest.NewRequest("GET", "/", nil)), 404, `{"reply":{"err_code":404,`},
		{"unknown method", withCredentials(httptest.NewRequest("GET", abortPath, nil)), 405, `{"reply":{"err_code":405,`},
		{"status, too large", func() *http.Request {
			r := httptest.NewRequest("GET", runPath+"?id=1&fields=status", strings.NewReader(strings.Repeat("x", 1<<20+1)))
			return withCredentials(r)
		}(), 413, `{"err_msg":"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := sandbox.New()
			w := send(tenant, c.request)
			if w.Code != c.status || !strings.HasPrefix(w.Body.String(), c.body) {
				t.Errorf("got %d %s, want %d %s…", w.Code, w.Body, c.status, c.body)
			}
			if got := w.Header().Get("Content-Type"); got != "application/json" {
				t.Errorf("content type %q", got)
			}
			call := lastCall(t, tenant)
			if call.Status != c.status {
				t.Errorf("recorded %d, want %d", call.Status, c.status)
			}
			if refused := c.status < 500; refused && len(call.Problems) == 0 {
				t.Error("the record does not say why")
			}
		})
	}
}
