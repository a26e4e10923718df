package playground

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Serve refuses other hosts and long headers.
func TestServeEndsWithItsContext(t *testing.T) {
	l, err := Listen(t.Context(), "0", false)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := newPlayground()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- p.Serve(ctx, l) }()
	for want, header := range map[int]http.Header{
		200: {}, 421: {"Host": {"evil.example"}}, 431: {"X": {strings.Repeat("x", 2*maxHeader)}},
	} {
		r, _ := http.NewRequest("GET", l.URL(), nil)
		r.Header, r.Host = header, header.Get("Host")
		if resp, err := http.DefaultClient.Do(r); err != nil || resp.StatusCode != want {
			t.Errorf("got %v, %v, want status %d", resp, err, want)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("got %v, want no error when the context ends", err)
	}
	if err := p.Serve(t.Context(), l); err == nil {
		t.Error("got no error for a closed listener")
	}
}

func TestRequestsFromOtherSitesAndHostsAreRefused(t *testing.T) {
	const site = "Sec-Fetch-Site"
	for _, c := range []struct {
		name, method, target string
		header               []string
		want                 int
	}{
		{"a program", "GET", "/", nil, 200},
		{"a program calls an operation", "GET", runPath + "?id=789&fields=status", signed(), 200},
		{"a script of the live page", "GET", "/live", []string{site, "same-origin", "Sec-Fetch-Mode", "cors"}, 200},
		{"a link on another site", "GET", "/docs", []string{site, "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
		{"an operation of the docs page", "POST", abortPath, append([]string{site, "same-origin", "Origin", "http://" + testHost}, signed()...), 400},

		{"another host", "GET", "/", []string{"Host", "evil.example:8470"}, 421},
		{"another host and no path", "OPTIONS", "*", []string{"Host", "evil.example:8470"}, 421},
		{"a script of another site", "GET", "/docs", []string{site, "cross-site", "Sec-Fetch-Mode", "cors"}, 403},
		{"a frame", "GET", "/", []string{site, "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403},
		{"an image", "GET", runPath, []string{site, "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 403},
		{"a form of another site", "POST", abortPath, append([]string{site, "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, signed()...), 403},
		{"a script in an older browser", "GET", "/docs", []string{"Origin", "http://evil.example"}, 403},
		{"a file or a sandboxed frame", "POST", abortPath, append([]string{"Origin", "null"}, signed()...), 403},
		{"a preflight", "OPTIONS", abortPath, []string{site, "cross-site", "Origin", "http://evil.example", "Access-Control-Request-Method", "POST"}, 403},
		{"a POST to a page", "POST", "/", nil, 405},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, h := newPlayground()
			w := send(h, c.method, c.target, "", c.header...)
			if w.Code != c.want {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, c.want)
			}
			for name := range w.Header() {
				if strings.HasPrefix(name, "Access-Control-") {
					t.Errorf("got the header %s", name)
				}
			}
			if slices.Contains([]int{403, 405, 421}, c.want) {
				wantCalls(t, p, 0)
				if h := w.Header(); h.Get("Content-Type") != "text/plain; charset=utf-8" || (h.Get("Allow") == "GET, HEAD") != (c.want == 405) {
					t.Errorf("got headers %v", h)
				}
				if strings.Contains(w.Body.String(), "evil") || strings.Count(w.Body.String(), "\n") != 1 {
					t.Errorf("got body %q, want one line without the host", w.Body)
				}
			}
		})
	}
}

func TestPagesHaveSecurityHeaders(t *testing.T) {
	_, h := newPlayground()
	for _, path := range append(slices.Collect(maps.Keys(assets())), "/", "/live", "/docs", "/openapi.yaml", "/robots.txt") {
		header := send(h, "GET", path, "").Header()
		for name, want := range map[string]string{
			"Cache-Control":                "no-store",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Referrer-Policy":              "no-referrer",
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s: got %q, want %q", path, name, got, want)
			}
		}
		if got := header.Get("Content-Encoding") == "gzip"; got != strings.Contains(path, "swagger-ui") {
			t.Errorf("%s: compressed: got %v, want %v", path, got, !got)
		}
		csp := header.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'; ") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: got policy %q", path, csp)
		}
		if w := send(h, "HEAD", path, ""); w.Code != 200 && path != "/robots.txt" {
			t.Errorf("HEAD %s: got status %d, want 200", path, w.Code)
		}
	}
	if w := send(h, "GET", runPath+"?id=789&fields=status", "", signed()...); w.Code != 200 || len(w.Header()) != 3 {
		t.Errorf("the tenant's response: got status %d and headers %v, want 200 and three headers", w.Code, w.Header())
	}
}
