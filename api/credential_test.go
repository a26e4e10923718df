package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestCredentials(t *testing.T) {
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
				t.Errorf("answered %d %s, want %d", w.Code, w.Body, tt.want)
			}
		})
	}
}
