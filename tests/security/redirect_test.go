package security_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/cortexscan/wrapper"
)

// TestRedirectsAreNotFollowed puts the client on a network where every address but the tenant's leads to one server, which
// counts connections: a redirect would send the signed headers there.
func TestRedirectsAreNotFollowed(t *testing.T) {
	var elsewhere, asked, status atomic.Int32
	var location atomic.Value
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer other.Close()
	tenant := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Location", location.Load().(string))
		w.Header().Set("Set-Cookie", "session=1; Path=/")
		w.Header().Set("Refresh", "0; url="+location.Load().(string))
		w.WriteHeader(int(status.Load()))
	}))
	defer tenant.Close()
	transport := tenant.Client().Transport.(*http.Transport).Clone()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		to := tenant.Listener.Addr().String()
		if address != "example.com:443" { // the name on the certificate of httptest
			to = other.Listener.Addr().String()
			elsewhere.Add(1)
		}
		return (&net.Dialer{}).DialContext(ctx, network, to)
	}
	jar, _ := cookiejar.New(nil)
	hc := &http.Client{Transport: transport, Jar: jar} // by itself it would follow redirects and keep cookies

	for _, code := range []int{301, 302, 303, 307, 308, 300, 304, 200, 201} {
		for _, to := range []string{
			"https://example.org/public_api/netscan/v1/scan/run", "https://example.com:8443/", "https://login.example.com/",
			"http://example.com/public_api/netscan/v1/scan/run", "https://a:b@example.org/", "//example.org/",
			"/public_api/netscan/v1/scan/run?id=789", "::::%zz", "file:///etc/passwd",
		} {
			for name, call := range calls {
				t.Run(fmt.Sprintf("%d/%s/%s", code, to, name), func(t *testing.T) {
					status.Store(int32(code))
					location.Store(to)
					asked.Store(0)
					c, log := client(t, "https://example.com", credentials["standard"], wrapper.WithHTTPClient(hc))
					err := call(t.Context(), c)
					var e *wrapper.APIError
					if emptySuccess := code < 300 && strings.HasSuffix(name, "through API"); emptySuccess {
						if err != nil {
							t.Errorf("got %v, want a success without a body", err)
						}
					} else if !errors.As(err, &e) || e.StatusCode != code || !errors.Is(err, wrapper.ErrUnexpectedResponse) {
						t.Errorf("got %v, want an ErrUnexpectedResponse of status %d", err, code)
					}
					if n := asked.Load(); n != 1 {
						t.Errorf("the tenant received %d requests", n)
					}
					if strings.Contains(log.String(), "example.org") {
						t.Errorf("the location was logged: %s", log)
					}
				})
			}
		}
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("%d connections went elsewhere", n)
	}
	if cookies := jar.Cookies(&url.URL{Scheme: "https", Host: "example.com", Path: "/"}); len(cookies) != 0 {
		t.Errorf("cookies were kept: %v", cookies)
	}
	location.Store("https://example.org/")
	status.Store(302)
	if res, err := hc.Get("https://example.com/"); err == nil {
		res.Body.Close()
	}
	if elsewhere.Load() == 0 {
		t.Error("a client that follows redirects was not noticed")
	}
}
