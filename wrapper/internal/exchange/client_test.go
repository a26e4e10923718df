package exchange

import (
	"net/http"
	"net/url"
	"testing"
)

func TestTarget(t *testing.T) {
	for _, tt := range []struct{ base, path, want string }{
		{"https://example.org", "/v1/a?b=c", "https://example.org/v1/a?b=c"},
		{"https://example.org/a/b", "/v1", "https://example.org/a/b/v1"},
		{"https://example.org/a%2Fb%20c", "/v1/x", "https://example.org/a%2Fb%20c/v1/x"},
		{"https://example.org/a%20c", "/v1/x%2Fy", "https://example.org/a%20c/v1/x%2Fy"},
		{"http://[::1%25eth0]:8080", "/v1/%C3%BC", "http://[::1%25eth0]:8080/v1/%C3%BC"},
	} {
		base, _ := url.Parse(tt.base)
		u, _ := url.Parse(tt.path)
		if got := newClient(nil, func(c *Client) { c.Base = base }).target(u); got.String() != tt.want || base.String() != tt.base {
			t.Errorf("%s below %s: %s, want %s", tt.path, base, got, tt.want)
		}
	}
}

func TestMayHaveEffect(t *testing.T) {
	for method, want := range map[string]bool{
		http.MethodGet: false, "": false, http.MethodHead: true, http.MethodPost: true, http.MethodPut: true, http.MethodDelete: true,
	} {
		if MayHaveEffect(&http.Request{Method: method}) != want {
			t.Errorf("%q may have an effect: %v", method, !want)
		}
	}
	if !MayHaveEffect(nil) {
		t.Error("a request that is not known may have an effect")
	}
}
