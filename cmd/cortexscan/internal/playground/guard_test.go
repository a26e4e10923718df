package playground

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	const site = "Sec-Fetch-Site"
	for _, c := range []struct {
		name, method, target string
		header               []string
		want                 int
	}{
		{"a program", "GET", "/", nil, 200},
		{"a program calls an operation", "GET", runPath + "?id=789&fields=status", signed(), 200},
		{"the browser's own page", "GET", "/live", []string{site, "same-origin", "Sec-Fetch-Mode", "cors"}, 200},
		{"an address typed in", "GET", "/", []string{site, "none", "Sec-Fetch-Mode", "navigate"}, 200},
		{"a link from elsewhere", "GET", "/docs", []string{site, "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
		{"try it out", "POST", abortPath, append([]string{site, "same-origin", "Origin", "http://" + testHost}, signed()...), 400},

		{"another host", "GET", "/", []string{"Host", "evil.example:8470"}, 421},
		{"another host, an operation", "GET", runPath, []string{"Host", "evil.example:8470"}, 421},
		{"no host", "GET", "/", []string{"Host", ""}, 421},
		{"a script of another site", "GET", "/docs", []string{site, "cross-site", "Sec-Fetch-Mode", "cors"}, 403},
		{"a script of another port", "GET", "/docs", []string{site, "same-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		{"a frame", "GET", "/", []string{site, "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403},
		{"a picture", "GET", runPath, []string{site, "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 403},
		{"a form of another site", "POST", abortPath, append([]string{site, "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, signed()...), 403},
		{"a form, of an older browser", "POST", abortPath, append([]string{"Origin", "http://evil.example"}, signed()...), 403},
		{"a script, of an older browser", "GET", "/docs", []string{"Origin", "http://evil.example"}, 403},
		{"a file or a sandboxed frame", "POST", abortPath, append([]string{"Origin", "null"}, signed()...), 403},
		{"a preflight", "OPTIONS", abortPath, []string{site, "cross-site", "Origin", "http://evil.example", "Access-Control-Request-Method", "POST"}, 403},
		{"writing to a page", "POST", "/", nil, 405},
		{"deleting a page", "DELETE", "/docs", nil, 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, h := newPlayground()
			w := send(h, c.method, c.target, "", c.header...)
			if w.Code != c.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, c.want)
			}
			for name := range w.Header() {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("it has the header %s", name)
				}
			}
			if slices.Contains([]int{403, 405, 421}, c.want) {
				wantCalls(t, p, 0)
				if strings.Contains(w.Body.String(), "evil") || strings.Count(w.Body.String(), "\n") != 1 {
					t.Errorf("it says %q", w.Body)
				}
			}
		})
	}
}

func TestHeadersOfPages(t *testing.T) {
	_, h := newPlayground()
	for path := range assets() {
		wantPageHeaders(t, send(h, "GET", path, "").Header())
	}
	for _, path := range []string{"/", "/live", "/docs", "/openapi.yaml", "/robots.txt"} {
		wantPageHeaders(t, send(h, "GET", path, "").Header())
		if w := send(h, "HEAD", path, ""); w.Code != 200 && path != "/robots.txt" {
			t.Errorf("HEAD %s: %d", path, w.Code)
		}
	}
}

func wantPageHeaders(t *testing.T, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"Cache-Control":                "no-store",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	csp := h.Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "default-src 'none'; ") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("the policy is %q", csp)
	}
}

// The tenant's answers are its own: whatever is shown of them on the reference page is the service's.
func TestOperationsAreServedUnchanged(t *testing.T) {
	p, h := newPlayground()
	w := send(h, "GET", runPath+"?id=789&fields=status", "", signed()...)
	if w.Code != 200 || w.Body.String() != `{"DATA":"Scan is in Running state"}`+"\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if len(w.Header()) != 3 || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", w.Header())
	}
	for _, path := range []string{"/public_api/v1/other", "//", "/docs/", "/public_api/../docs", "/%2e/"} {
		if w := send(h, "GET", "http://x"+path, "", signed()...); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	wantCalls(t, p, 6)
	for _, path := range []string{"/", "/live", "/docs", "/openapi.yaml", "/favicon.ico", "/robots.txt"} {
		send(h, "GET", path, "")
	}
	wantCalls(t, p, 6)
}
