package wrapper_test

import (
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/wrapper"
)

func TestOptionsThatMakeNoSense(t *testing.T) {
	for _, tt := range []struct {
		name string
		opt  wrapper.Option
		want string
	}{
		{"nil", nil, "an Option is nil"},
		{"line break in the product", wrapper.WithUserAgent("a/1\r\nx: y"), "WithUserAgent"},
		{"umlaut in the product", wrapper.WithUserAgent("ü/1"), "WithUserAgent"},
		{"base over maximum", wrapper.WithRetry(wrapper.Retry{BaseDelay: 2, MaxDelay: 1}), "BaseDelay is longer than MaxDelay"},
		{"NaN requests", wrapper.WithRateLimit(math.NaN(), 1), "not a number of requests"},
		{"infinite requests", wrapper.WithRateLimit(math.Inf(1), 1), "not a number of requests"},
		{"infinitely few requests", wrapper.WithRateLimit(math.Inf(-1), 1), "not a number of requests"},
		{"a burst of less than nothing", wrapper.WithRateLimit(1, -1), "negative burst"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := wrapper.New(testTenant, wrapper.StandardKey("1", "k"), tt.opt)
			if c != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v, want an error with %q", c, err, tt.want)
			}
		})
	}
}

func TestOptionsThatMeanTheDefaultOrOff(t *testing.T) {
	for name, opt := range map[string]wrapper.Option{
		"no http.Client":         wrapper.WithHTTPClient(nil),
		"no product":             wrapper.WithUserAgent(" "),
		"no logger":              wrapper.WithLogger(nil),
		"no request validator":   wrapper.WithRequestValidator(nil),
		"no response validator":  wrapper.WithResponseValidator(nil),
		"equal delays":           wrapper.WithRetry(wrapper.Retry{BaseDelay: 1, MaxDelay: 1}),
		"delays off":             wrapper.WithRetry(wrapper.Retry{BaseDelay: -1, MaxDelay: -1}),
		"a base without maximum": wrapper.WithRetry(wrapper.Retry{BaseDelay: time.Hour}),
		"rate limit off":         wrapper.WithRateLimit(-1, -1),
		"burst without limit":    wrapper.WithRateLimit(0, -1),
	} {
		if _, err := wrapper.New(testTenant, wrapper.StandardKey("1", "k"), opt); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

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
