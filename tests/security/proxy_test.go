package security_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
)

const proxyMarker = "ProxyMarkerN8b7V6c5"

// proxyResponses are responses to CONNECT, by the host in the request.
var proxyResponses = map[string]string{
	"wants-a-password.example.org": "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
	"fails.example.org":            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
	"talks-nonsense.example.org":   "nonsense\r\n\r\n",
	"hangs-up.example.org":         "",
	"tunnels-nowhere.example.org":  "HTTP/1.1 200 OK\r\n\r\nthis is not TLS",
}

// proxied receives the headers of every request to the proxy.
var proxied = make(chan http.Header, 100)

// TestMain starts the proxy and sets the proxy variable before net/http reads it for the first and only time. The other tests
// use loopback addresses, for which net/http never uses a proxy.
func TestMain(m *testing.M) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				r, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return
				}
				proxied <- r.Header
				host, _, _ := net.SplitHostPort(r.Host)
				io.WriteString(conn, proxyResponses[host])
			}()
		}
	}()
	os.Setenv("HTTPS_PROXY", "http://proxyuser:"+proxyMarker+"@"+listener.Addr().String())
	for _, name := range []string{"https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "REQUEST_METHOD"} {
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

// TestProxyPasswordIsHidden checks that only the proxy sees the password, whatever it responds.
func TestProxyPasswordIsHidden(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte("proxyuser:" + proxyMarker))
	for host := range proxyResponses {
		for keyType, cred := range credentials {
			t.Run(host+"/"+keyType, func(t *testing.T) {
				c, log := client(t, "https://"+host, cred)
				_, err := c.GetScanRunStatus(t.Context(), 1)
				if err == nil {
					t.Fatal("no error")
				}
				for n := 0; n == 0 || len(proxied) > 0; n++ {
					header := <-proxied
					if header.Get("Proxy-Authorization") != "Basic "+basic {
						t.Fatalf("the proxy received %v", header)
					}
					wantHidden(t, "proxy", []string{keyMarker}, fmt.Sprint(header))
				}
				wantHidden(t, "error", []string{proxyMarker, basic, keyMarker}, printed(err)...)
				wantHidden(t, "log", []string{proxyMarker, basic, keyMarker, idMarker}, log.String())
			})
		}
	}
}
