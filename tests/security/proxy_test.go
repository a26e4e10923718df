package security_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

const proxyMarker = "ProxyMarkerN8b7V6c5"

// proxyResponses maps the host of a CONNECT request to the proxy's response.
var proxyResponses = map[string]string{
	"wants-a-password.example.org": "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
	"fails.example.org":            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
	"talks-nonsense.example.org":   "nonsense\r\n\r\n",
	"hangs-up.example.org":         "",
	"tunnels-nowhere.example.org":  "HTTP/1.1 200 OK\r\n\r\nthis is not TLS",
}

// proxied receives the headers of every request to the proxy.
var proxied = make(chan http.Header, 100)

// TestMain starts the proxy and sets HTTPS_PROXY before net/http reads the variable, which it does only once. The other
// tests never use the proxy: they call loopback addresses or replace the transport.
func TestMain(m *testing.M) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proxied <- r.Header
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		io.WriteString(conn, proxyResponses[r.URL.Hostname()])
	}))
	os.Setenv("HTTPS_PROXY", "http://proxyuser:"+proxyMarker+"@"+proxy.Listener.Addr().String())
	for _, name := range []string{"https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "REQUEST_METHOD"} {
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

// TestProxyPasswordIsHidden checks that only the proxy receives the password, whatever its response.
func TestProxyPasswordIsHidden(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte("proxyuser:" + proxyMarker))
	for host := range proxyResponses {
		for keyType, cred := range credentials {
			t.Run(host+"/"+keyType, func(t *testing.T) {
				c, log := client(t, "https://"+host, cred)
				_, err := c.GetScanRunStatus(t.Context(), 1)
				if err == nil {
					t.Fatal("got no error")
				}
				for n := 0; n == 0 || len(proxied) > 0; n++ {
					header := <-proxied
					if header.Get("Proxy-Authorization") != "Basic "+basic {
						t.Fatalf("the proxy received %v, want its password", header)
					}
					wantHidden(t, "proxy", []string{keyMarker}, fmt.Sprint(header))
				}
				wantHidden(t, "error", []string{proxyMarker, basic, keyMarker}, printed(err)...)
				wantHidden(t, "log", []string{proxyMarker, basic, keyMarker, idMarker}, log.String())
			})
		}
	}
}
