package security_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// echo writes the credential, and then a request's headers one after another, as a debugging page would.
func echo(r *http.Request) string {
	var b strings.Builder
	b.WriteString(r.Header.Get("Authorization") + " ")
	for name, values := range r.Header {
		fmt.Fprintf(&b, "%s=%s; ", name, strings.Join(values, ","))
	}
	return b.String()
}

// TestAnEchoGivesNoCredentialAway: whatever part of an answer repeats the request's headers, no credential comes out in an
// error, in anything that it wraps, in APIError.Body, or in a log.
func TestAnEchoGivesNoCredentialAway(t *testing.T) {
	for place, respond := range answers {
		for keyType, cred := range credentials {
			for name, call := range calls {
				t.Run(place+"/"+keyType+"/"+name, func(t *testing.T) {
					wantNoEcho(t, cred, call, func(r *http.Request) string { return respond(echo(r)) }, 0)
				})
			}
		}
	}
}

// TestAnEchoThatBreaksOff does so within the credential, a byte before its end.
func TestAnEchoThatBreaksOff(t *testing.T) {
	for keyType, cred := range credentials {
		for name, call := range calls {
			t.Run(keyType+"/"+name, func(t *testing.T) {
				wantNoEcho(t, cred, call, func(r *http.Request) string {
					secret := r.Header.Get("Authorization")
					return answers["cut off"]("you sent " + secret[:len(secret)-1])
				}, 1)
			})
		}
	}
}

// wantNoEcho makes a call and looks for what was secret in its request, but for so many bytes at its end.
func wantNoEcho(t *testing.T, cred wrapper.Credential, call caller, respond func(*http.Request) string, without int) {
	t.Helper()
	url, heard := serve(t, respond)
	c, log := client(t, url, cred, wrapper.WithMaxResponseBytes(20_000))
	err := call(t.Context(), c)
	secrets := heard.secrets()
	if len(heard.requests) == 0 {
		t.Fatal("nothing was sent")
	}
	for i := range secrets {
		secrets[i] = secrets[i][:len(secrets[i])-without]
	}
	wantHidden(t, "error", secrets, printed(err)...)
	wantHidden(t, "log", secrets, log.String())
	if log.Len() == 0 {
		t.Error("nothing was logged")
	}
}
