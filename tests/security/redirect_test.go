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
	"testing"

	"example.com/cortexscan/wrapper"
)

// TestRedirectsAreNotFollowed connects every address except the tenant's to another server. A client that followed a redirect
// would send its signed headers there.
func TestRedirectsAreNotFollowed(t *testing.T) {
	var elsewhere, asked, status int // there is only one request at a time
	var location string
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	tenant := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Location", location)
		w.Header().Set("Set-Cookie", "session=1; Path=/")
		w.Header().Set("Refresh", "0; url="+location)
		w.WriteHeader(status)
	}))
	defer tenant.Close()
	transport := tenant.Client().Transport.(*http.Transport).Clone()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		to := tenant.Listener.Addr().String()
		if address != "example.com:443" { // the name in httptest's certificate
			to = other.Listener.Addr().String()
			elsewhere++
		}
		return (&net.Dialer{}).DialContext(ctx, network, to)
	}
	jar, _ := cookiejar.New(nil)
	hc := &http.Client{Transport: transport, Jar: jar} // http.Client follows redirects and keeps cookies

	for _, status = range []int{301, 302, 303, 307, 308, 300, 200, 201} {
		for _, location = range []string{
			"https://example.org/public_api/netscan/v1/scan/run", "https://example.com:8443/", "https://login.example.com/",
			"http://example.com/public_api/netscan/v1/scan/run", "//example.org/", "/public_api/netscan/v1/scan/run?id=789",
		} {
			for name, call := range calls {
				t.Run(fmt.Sprintf("%d/%s/%s", status, location, name), func(t *testing.T) {
					asked = 0
					c, log := client(t, "https://example.com", credentials["standard"], wrapper.WithHTTPClient(hc))
					err := call(t.Context(), c)
					var e *wrapper.APIError
					if emptySuccess := status < 300 && strings.HasSuffix(name, "through API"); emptySuccess {
						if err != nil {
							t.Errorf("got %v, want a success without a body", err)
						}
					} else if !errors.As(err, &e) || e.StatusCode != status || !errors.Is(err, wrapper.ErrUnexpectedResponse) {
						t.Errorf("got %v, want an ErrUnexpectedResponse of status %d", err, status)
					}
					if asked != 1 || strings.Contains(log.String(), "example.org") {
						t.Errorf("the tenant received %d requests, want 1; or the log names another host: %s", asked, log)
					}
				})
			}
		}
	}
	cookies := jar.Cookies(&url.URL{Scheme: "https", Host: "example.com", Path: "/"})
	if elsewhere != 0 || len(cookies) != 0 {
		t.Errorf("%d connections went elsewhere, and the jar has %d cookies; want none", elsewhere, len(cookies))
	}
}
