package wrapper_test

import (
	"fmt"
	"net/http"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

func TestClientNamesItsHostAndNoMore(t *testing.T) {
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

// TestAPIIsTheWholeGeneratedClient, of which the answers are the generated types.
func TestAPIIsTheWholeGeneratedClient(t *testing.T) {
	res, err := newClient(t, transport(good)).API().GetScanRunStatusWithResponse(t.Context(), &gen.GetScanRunStatusParams{ID: 1, Fields: []string{"status"}})
	if err != nil || res.JSON200 == nil || res.JSON200.DATA != "Scan is in Running state" {
		t.Errorf("got %+v, %v", res, err)
	}
	// A 200 of another JSON type is the generated client's own decoding error.
	if res, err := newClient(t, canned(200, `[]`)).API().GetScanRunStatusWithResponse(t.Context(), &gen.GetScanRunStatusParams{ID: 1}); res != nil || err == nil {
		t.Errorf("got %+v, %v", res, err)
	}
}

func newForTenant(tenant string, rt http.RoundTripper) (*wrapper.Client, error) {
	return wrapper.New(tenant, wrapper.StandardKey(testKeyID, testKey), wrapper.WithHTTPClient(&http.Client{Transport: rt}))
}
