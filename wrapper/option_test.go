package wrapper_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"example.com/cortexscan/wrapper"
)

func TestWithUserAgent(t *testing.T) {
	const own = "cortexscan/" + wrapper.Version
	for name, tt := range map[string]struct{ product, want string }{
		"default":      {"", own},
		"a product":    {"acme-soc/1.2", "acme-soc/1.2 " + own},
		"space is cut": {"\tacme-soc/1.2 ", "acme-soc/1.2 " + own},
	} {
		for _, op := range operations {
			t.Run(name+"/"+op.name, func(t *testing.T) {
				rec := &recorder{next: transport(good)}
				if err := op.call(t, t.Context(), newClient(t, rec, wrapper.WithUserAgent(tt.product))); err != nil {
					t.Fatal(err)
				}
				if got := rec.requests[0].Header["User-Agent"]; len(got) != 1 || got[0] != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		}
	}
}

// spyJar counts how often it is used.
type spyJar int

func (j *spyJar) SetCookies(*url.URL, []*http.Cookie) { *j++ }
func (j *spyJar) Cookies(*url.URL) []*http.Cookie     { *j++; return nil }

// TestHTTPClientIsNotChanged also shows that neither its cookies nor its redirects are used.
func TestHTTPClientIsNotChanged(t *testing.T) {
	var jar spyJar
	hc := &http.Client{
		Transport:     canned(302, "", "Location", "/elsewhere", "Set-Cookie", "a=b"),
		Jar:           &jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { t.Error("a redirect was followed"); return nil },
		Timeout:       time.Minute,
	}
	before := *hc
	c := newClient(t, nil, wrapper.WithHTTPClient(hc), wrapper.WithTimeout(time.Second), wrapper.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	for _, op := range operations {
		wantKinds(t, op.call(t, t.Context(), c), "Unexpected")
	}
	if hc.Timeout != before.Timeout || hc.Jar != before.Jar || hc.CheckRedirect == nil || hc.Transport == nil {
		t.Error("the http.Client was changed")
	}
	if jar != 0 {
		t.Errorf("the cookie jar was used %d times", jar)
	}
}
