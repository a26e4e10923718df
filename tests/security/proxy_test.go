package security_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
)

const proxyMarker = "ProxyMarkerN8b7V6c5"

// proxyAnswers are what the proxy says to a CONNECT, by the host that is asked for.
var proxyAnswers = map[string]string{
	"wants-a-password.example.org": "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
	"fails.example.org":            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
	"redirects.example.org":        "HTTP/1.1 302 Found\r\nLocation: https://example.org/\r\nContent-Length: 0\r\n\r\n",
	"talks-nonsense.example.org":   "nonsense\r\n\r\n",
	"hangs-up.example.org":         "",
	"tunnels-nowhere.example.org":  "HTTP/1.1 200 OK\r\n\r\nthis is no TLS",
}

// proxied is what the proxy was sent.
var proxied recorded

type recorded struct {
	mu   sync.Mutex
	list []http.Header
}

func (r *recorded) add(h http.Header) { r.mu.Lock(); r.list = append(r.list, h); r.mu.Unlock() }
func (r *recorded) reset()            { r.mu.Lock(); r.list = nil; r.mu.Unlock() }
func (r *recorded) headers() []http.Header {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.list
}

// TestMain sets the proxy variable before net/http reads it, which it does once. Requests to this machine, which
// are those of all other tests, never go through a proxy.
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
				proxied.add(r.Header)
				host, _, _ := net.SplitHostPort(r.Host)
				io.WriteString(conn, proxyAnswers[host])
			}()
		}
	}()
	os.Setenv("HTTPS_PROXY", "http://proxyuser:"+proxyMarker+"@"+listener.Addr().String())
	for _, name := range []string{"https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "REQUEST_METHOD"} {
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}
