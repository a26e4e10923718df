package wrapper

import (
	"bytes"
	"net/http"
	"strings"
)

// secrets are the credentials that one request carried. A wrong host, a debugging proxy and an error page may
// send them back; they are kept out of everything that is made of an answer.
type secrets []string

const hidden = "[hidden]"

// secretsOf returns the credentials on a signed request. The key's ID is no secret.
func secretsOf(signed http.Header) (s secrets) {
	for _, name := range []string{headerAuthorization, headerNonce} {
		if value := signed.Get(name); value != "" {
			s = append(s, value)
		}
	}
	return s
}

// hide returns text without the credentials.
func (s secrets) hide(text []byte) []byte {
	for _, secret := range s {
		if bytes.Contains(text, []byte(secret)) {
			text = bytes.ReplaceAll(text, []byte(secret), []byte(hidden))
		}
	}
	return text
}

// hideText is hide for a string.
func (s secrets) hideText(text string) string {
	for _, secret := range s {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	return text
}
