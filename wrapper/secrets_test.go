package wrapper_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// What comes back of a request's credentials is removed by internal/exchange; tests/security lets real servers send them
// back, in every place.

// TestCredentialsThatComeBack are gone from the error and from the body that it keeps.
func TestCredentialsThatComeBack(t *testing.T) {
	const want = "you sent [redacted] and [redacted], 17"
	for name, cred := range keysOfBothTypes {
		for _, status := range []int{200, 401} {
			for _, op := range operations {
				rt := transport(func(r *http.Request) (*http.Response, error) {
					second := r.Header.Get("X-Xdr-Nonce")
					if second == "" {
						second = testKey
					}
					return response(r, status, "you sent "+r.Header.Get("Authorization")+" and "+second+", 17"), nil
				})
				e := apiError(t, op.call(t, t.Context(), clientWithKey(t, rt, cred)))
				if e.Message != want || string(e.Body) != want {
					t.Errorf("%s, %s: message %q, body %q", name, op.name, e.Message, e.Body)
				}
			}
		}
	}
}

// TestCredentialsInAStatus are gone before it is decoded, and the error of a wait does not quote the service.
func TestCredentialsInAStatus(t *testing.T) {
	got, err := newClient(t, canned(200, `{"DATA": "you sent `+testKey+`"}`)).WaitScanRun(t.Context(), 1, wrapper.WaitOptions{})
	if err == nil || strings.Contains(err.Error(), "sent") || got == nil || got.DATA != "you sent [redacted]" {
		t.Errorf("got %+v, %v", got, err)
	}
}
