package security_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"testing"

	"example.com/cortexscan/wrapper"
)

// TestProxyPasswordIsHidden checks that only the proxy receives the password, whatever its response.
func TestProxyPasswordIsHidden(t *testing.T) {
	const password = "ProxyMarkerN8b7V6c5"
	basic := base64.StdEncoding.EncodeToString([]byte("proxyuser:" + password))
	for name, response := range map[string]string{
		"wants a password": "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
		"fails":            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
		"sends nonsense":   "nonsense\r\n\r\n",
		"hangs up":         "",
		"is not a tunnel":  "HTTP/1.1 200 OK\r\n\r\nthis is not TLS",
	} {
		for keyType, cred := range credentials {
			t.Run(name+"/"+keyType, func(t *testing.T) {
				address, proxied := serve(t, func(*http.Request) string { return response })
				proxy, err := url.Parse(address)
				if err != nil {
					t.Fatal(err)
				}
				proxy.User = url.UserPassword("proxyuser", password)
				c, log := client(t, "https://gateway.example.org", cred, wrapper.WithHTTPClient(&http.Client{
					Transport: &http.Transport{Proxy: http.ProxyURL(proxy)},
				}))
				if _, err = c.GetScanRunStatus(t.Context(), 1); err == nil {
					t.Fatal("got no error")
				}
				if header := proxied.requests[0].Header; header.Get("Proxy-Authorization") != "Basic "+basic || len(proxied.secrets()) > 1 {
					t.Fatalf("the proxy received %v, want its password and no credentials", header)
				}
				wantHidden(t, "error", []string{password, basic, keyMarker}, printed(err)...)
				wantHidden(t, "log", []string{password, basic, keyMarker}, log.String())
			})
		}
	}
}
