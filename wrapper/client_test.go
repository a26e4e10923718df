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

func newForTenant(tenant string, rt http.RoundTripper) (*wrapper.Client, error) {
	return wrapper.New(tenant, wrapper.StandardKey(testKeyID, testKey), wrapper.WithHTTPClient(&http.Client{Transport: rt}))
}
