package faults_test

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestProxyRefuses shows what a proxy's 407 comes to. To a CONNECT it means that the request never left. To a
// plain request it is the answer, which is final.
func TestProxyRefuses(t *testing.T) {
	trusted := newAuthority(nil)
	for _, d := range doors {
		t.Run("CONNECT/"+d.name, func(t *testing.T) {
			tenant := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{trusted.issue(nil)}}, (*exchange).good)
			proxy := serve(t, status(407, "who are you?", "Proxy-Authenticate: Basic"))
			tr := through(t, proxy)
			err := d.call(safetyNet(t), newClient(t, tenant.url, tr))
			wantKinds(t, err, "")
			if !strings.Contains(err.Error(), "not sent: ") || !strings.Contains(err.Error(), "Proxy Authentication Required") {
				t.Errorf("the error does not say what it was: %v", err)
			}
			if proxy.count() != 3 || tenant.connections.Load() != 0 {
				t.Errorf("the proxy was asked %d times, the tenant %d times; want 3 and 0", proxy.count(), tenant.connections.Load())
			}
			for _, e := range proxy.all() {
				if e.method != http.MethodConnect || e.signature+e.nonce+e.body != "" {
					t.Errorf("the proxy got more than a CONNECT: %+v", e)
				}
			}
		})
		t.Run("plain/"+d.name, func(t *testing.T) {
			tenant := serve(t, (*exchange).good)
			proxy := serve(t, status(407, "who are you?", "Proxy-Authenticate: Basic"))
			err := d.call(safetyNet(t), newClient(t, tenant.url, through(t, proxy)))
			wantKinds(t, err, "Unexpected")
			if e := apiError(t, err); e.StatusCode != 407 || e.Message != "who are you?" || !strings.Contains(e.Error(), "who are you? (HTTP 407)") {
				t.Errorf("the answer is not reported as it was: %+v", e)
			}
			if proxy.count() != 1 || tenant.connections.Load() != 0 {
				t.Errorf("the proxy was asked %d times, the tenant %d times; want 1 and 0", proxy.count(), tenant.connections.Load())
			}
		})
	}
}

// TestProxyBreaks shows a proxy that accepts the CONNECT and then goes away, before TLS begins: the request never
// left.
func TestProxyBreaks(t *testing.T) {
	for _, d := range doors {
		proxy := serve(t, bytesOnly("HTTP/1.1 200 Connection established\r\n\r\n"))
		err := d.call(safetyNet(t), newClient(t, "https://127.0.0.1:9", through(t, proxy)))
		wantKinds(t, err, "")
		if proxy.count() != 3 {
			t.Errorf("%s: the proxy was asked %d times, want 3: %v", d.name, proxy.count(), err)
		}
	}
}

func through(t testing.TB, proxy *bareServer) *http.Transport {
	tr := newTransport(t)
	u, err := url.Parse(proxy.url)
	if err != nil {
		t.Fatal(err)
	}
	tr.Proxy = http.ProxyURL(u)
	return tr
}
