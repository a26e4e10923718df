package playground

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is an in-memory listener for synctest.
type pipes chan net.Conn

func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }
func (p pipes) Close() error   { close(p); return nil }

func (p pipes) Accept() (net.Conn, error) {
	if c, open := <-p; open {
		return c, nil
	}
	return nil, net.ErrClosed
}

// serveOnPipes starts a playground for the host localhost. dial connects to the playground and sends a string.
func serveOnPipes(t *testing.T) (dial func(send string) net.Conn, stop context.CancelFunc, ended chan error) {
	listener := make(pipes)
	ctx, stop := context.WithCancel(t.Context())
	p, _ := newPlayground()
	ended = make(chan error, 1)
	go func() { ended <- p.Serve(ctx, &Listener{Listener: listener, name: "localhost", port: "80"}) }()
	return func(send string) net.Conn {
		near, far := net.Pipe()
		listener <- far
		go func() { _, _ = io.WriteString(near, send) }() // the response may arrive before the request is complete
		return near
	}, stop, ended
}

func TestSlowAndExcessiveClientsAreDisconnected(t *testing.T) {
	for _, c := range []struct {
		name, sent string
		within     time.Duration
	}{
		{"the header is too long", "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + strings.Repeat("x", 2*maxHeader) + "\r\n\r\n", 0},
		{"nothing is sent", "", headerTimeout},
		{"the header does not end", "GET / HTTP/1.1\r\n", headerTimeout},
		{"the body does not arrive", "POST " + abortPath + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n", requestTimeout},
		{"no second request arrives", "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n", idleTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, stop, ended := serveOnPipes(t)
				start := time.Now()
				if _, err := io.Copy(io.Discard, dial(c.sent)); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took < c.within-time.Second || took > c.within+time.Second {
					t.Errorf("got a connection of %s, want %s", took, c.within)
				}
				stop()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestShutdownWaitsBrieflyForResponses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, stop, ended := serveOnPipes(t)
		const request = "POST " + abortPath + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n"
		stuck, reading := dial(request), dial(request)
		defer stuck.Close()
		synctest.Wait()
		start := time.Now()
		stop()
		synctest.Wait()
		if _, err := io.WriteString(reading, "{}"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(bufio.NewReader(reading), nil)
		if err != nil || resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("the response in progress was lost: %v", err)
		}
		if err := <-ended; err != nil || time.Since(start) > shutdownGrace+time.Second {
			t.Errorf("shutdown took %s and returned %v", time.Since(start), err)
		}
	})
}

func FuzzHandler(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: " + testHost + "\r\n\r\n"))
	f.Add([]byte("GET /docs HTTP/1.1\r\nHost: evil.example\r\nOrigin: null\r\n\r\n"))
	f.Add([]byte("GET " + runPath + "?id=789&fields=status HTTP/1.1\r\nHost: " + testHost + "\r\nAuthorization: k\r\nX-Xdr-Auth-Id: 1\r\n\r\n"))
	f.Add([]byte("POST " + abortPath + " HTTP/1.1\r\nHost: " + testHost + "\r\nContent-Length: 9\r\n\r\n{\"<b>\":1}"))
	f.Add([]byte("get //%2f..?<%zz HTTP/1.1\r\nHost: " + testHost + "\r\nSec-Fetch-Site: cross-site\r\nX: \xff\xfe\r\n\r\n"))
	f.Add([]byte("GET http://evil.example/ HTTP/1.1\r\nHost: " + testHost + "\r\n\r\n"))
	f.Add([]byte("GET http://" + testHost + "/live HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
	f.Add([]byte("OPTIONS * HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
	_, h := newPlayground()
	f.Fuzz(func(t *testing.T, request []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
		if err != nil {
			t.Skip("no handler would receive this request")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if (w.Code == http.StatusMisdirectedRequest) != (r.Host != testHost) {
			t.Errorf("host %q: got status %d", r.Host, w.Code)
		}
		if w.Code == http.StatusInternalServerError {
			t.Errorf("the handler failed: %s", w.Body)
		}
		page := send(h, "GET", "/live", "")
		if page.Code != http.StatusOK || strings.Contains(page.Body.String(), testKey) || strings.Contains(page.Body.String(), "<b>") {
			t.Errorf("got status %d and an unexpected live page: %s", page.Code, page.Body)
		}
	})
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
