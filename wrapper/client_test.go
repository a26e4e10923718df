package wrapper_test

import (
	"fmt"
	"net/http"
	"testing"

	"example.com/cortexscan/wrapper"
)

func TestClientPrintsItsHostOnly(t *testing.T) {
	c := must(wrapper.New("https://gateway.example.org:8443/prefix", wrapper.StandardKey(testKeyID, testKey)))
	got := fmt.Sprintf("%v %+v %v %v", c, c, new(wrapper.Client), (*wrapper.Client)(nil))
	if want := "Client(gateway.example.org:8443) Client(gateway.example.org:8443) Client(none) Client(none)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// All Clients share one transport. It has limits, and is separate from http.DefaultTransport.
func TestSharedTransport(t *testing.T) {
	shared, ok := wrapper.SharedTransport().(*http.Transport)
	if !ok || wrapper.SharedTransport() != http.RoundTripper(shared) || shared == http.DefaultTransport {
		t.Fatalf("got %T", wrapper.SharedTransport())
	}
	if shared.MaxIdleConnsPerHost != 64 || shared.MaxConnsPerHost != 0 || shared.DisableKeepAlives || !shared.ForceAttemptHTTP2 || shared.Proxy == nil {
		t.Errorf("got %+v", shared)
	}
	if shared.IdleConnTimeout <= 0 || shared.TLSHandshakeTimeout <= 0 || shared.ExpectContinueTimeout <= 0 || shared.DialContext == nil {
		t.Errorf("got a transport without a time limit: %+v", shared)
	}
}
