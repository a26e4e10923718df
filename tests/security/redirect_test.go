package security_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"

	"example.com/cortexscan/wrapper"
)

// TestRedirectsAreNotFollowed uses an http.Client that follows redirects and keeps cookies.
func TestRedirectsAreNotFollowed(t *testing.T) {
	var elsewhere, asked, status int // there is only one request at a time
	var location string
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	tenant := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Location", location)
		w.Header().Set("Set-Cookie", "session=1; Path=/")
		w.WriteHeader(status)
	}))
	defer tenant.Close()
	jar, _ := cookiejar.New(nil)
	for _, status = range []int{300, 301, 302, 303, 307, 308} {
		for _, location = range []string{other.URL + "/public_api/netscan/v1/scan/run", "//" + other.Listener.Addr().String(), "/login?id=789"} {
			for name, call := range calls {
				t.Run(fmt.Sprintf("%d/%s/%s", status, location, name), func(t *testing.T) {
					asked = 0
					c, _ := client(t, tenant.URL, credentials["standard"], wrapper.WithHTTPClient(&http.Client{Jar: jar}))
					var e *wrapper.APIError
					if err := call(t.Context(), c); !errors.As(err, &e) || e.StatusCode != status || !errors.Is(err, wrapper.ErrUnexpectedResponse) {
						t.Errorf("got %v, want an ErrUnexpectedResponse of status %d", err, status)
					}
					if asked != 1 {
						t.Errorf("the tenant received %d requests, want 1", asked)
					}
				})
			}
		}
	}
	address, _ := url.Parse(tenant.URL)
	if cookies := jar.Cookies(address); elsewhere != 0 || len(cookies) != 0 {
		t.Errorf("%d requests went elsewhere, and the jar has %d cookies; want none", elsewhere, len(cookies))
	}
}
