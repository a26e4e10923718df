package wrapper_test

import (
	"fmt"
	"net/http"
	"testing"

	"example.com/cortexscan/wrapper"
)

func TestClientPrintsItsHostOnly(t *testing.T) {
	c, err := newForTenant("https://gateway.example.org:8443/prefix", transport(good))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%s", "%+v"} {
		if got, want := fmt.Sprintf(verb, c), "Client(gateway.example.org:8443)"; got != want {
			t.Errorf("%s: %s, want %s", verb, got, want)
		}
	}
	for _, none := range []*wrapper.Client{nil, {}} {
		if got := none.String(); got != "Client(none)" {
			t.Errorf("got %s", got)
		}
	}
}

// All Clients share one transport, which has limits and is not http.DefaultTransport.
func TestSharedTransport(t *testing.T) {
	shared, ok := wrapper.SharedTransport().(*http.Transport)
	if !ok || wrapper.SharedTransport() != http.RoundTripper(shared) || shared == http.DefaultTransport {
		t.Fatalf("got %T", wrapper.SharedTransport())
	}
	if shared.MaxIdleConnsPerHost != 64 || shared.MaxConnsPerHost != 0 || shared.DisableKeepAlives || !shared.ForceAttemptHTTP2 || shared.Proxy == nil {
		t.Errorf("got %+v", shared)
	}
	if shared.IdleConnTimeout <= 0 || shared.TLSHandshakeTimeout <= 0 || shared.ExpectContinueTimeout <= 0 || shared.DialContext == nil {
		t.Errorf("without a time limit: %+v", shared)
	}
}
