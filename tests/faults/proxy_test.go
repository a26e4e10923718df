package faults_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestProxyRefuses shows what becomes of a request whose proxy refuses the CONNECT, or accepts it and then goes away
// before TLS begins: it was never sent.
func TestProxyRefuses(t *testing.T) {
	for name, answer := range map[string]func(*exchange) bool{
		"refuses":   status(407, "who are you?", "Proxy-Authenticate: Basic"),
		"goes away": bytesOnly("HTTP/1.1 200 Connection established\r\n\r\n"),
	} {
		for _, d := range doors {
			t.Run(name+"/"+d.name, func(t *testing.T) {
				proxy := serve(t, answer)
				tr := newTransport(t)
				tr.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy.url) }
				err := d.call(safetyNet(t), newClient(t, "https://127.0.0.1:9", tr))
				wantKinds(t, err, "")
				if !strings.Contains(err.Error(), "not sent: ") || proxy.count() != 3 {
					t.Errorf("the proxy was asked %d times, want 3: %v", proxy.count(), err)
				}
				for _, e := range proxy.all() {
					if e.method != http.MethodConnect || e.signature+e.nonce+e.body != "" {
						t.Errorf("the proxy got more than a CONNECT: %+v", e)
					}
				}
			})
		}
	}
}
