package wrapper

import (
	"net/http"
	"testing"
)

// TestSharedTransport is one for all, a bounded one, and not the program's own.
func TestSharedTransport(t *testing.T) {
	shared, ok := sharedTransport().(*http.Transport)
	if !ok || sharedTransport() != http.RoundTripper(shared) || shared == http.DefaultTransport {
		t.Fatalf("got %T", sharedTransport())
	}
	if shared.MaxIdleConnsPerHost != 64 || shared.MaxConnsPerHost != 0 || shared.DisableKeepAlives || !shared.ForceAttemptHTTP2 || shared.Proxy == nil {
		t.Errorf("got %+v", shared)
	}
	if shared.IdleConnTimeout <= 0 || shared.TLSHandshakeTimeout <= 0 || shared.ExpectContinueTimeout <= 0 || shared.DialContext == nil {
		t.Errorf("without a time limit: %+v", shared)
	}
}
