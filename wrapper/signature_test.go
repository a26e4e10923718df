package wrapper

import "testing"

// TestSignatureKnownAnswer holds the scheme to a signature that was not made by this program. The nonce of a
// real request is random, so there is no public door to this.
func TestSignatureKnownAnswer(t *testing.T) {
	const (
		nonce = "b5834c137a825cc6c80111f237e1c5f8dedeef5df9dcd4c7f1dc73f180c89b47"
		want  = "8eb5e56a1656a35c9d187762d945339455b5382e11d779c458a63c652e1e79e9"
	)
	if got := signature("testApiKey", nonce, "1584983036945"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
