package exchange

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
)

// Encoders differ in how they write punctuation. A credential of fewer than eight bytes could be a word, and is not redacted.
func TestCredentialIsRedactedInEveryEncoding(t *testing.T) {
	for credential, forms := range map[string][]string{
		`a"b\c&d<e>f'g h+i/j%k(!*)`: {
			`a"b\c&d<e>f'g h+i/j%k(!*)`,
			`a\"b\\c\u0026d\u003ce\u003ef'g h+i/j%k(!*)`, `a\"b\\c&d<e>f'g h+i/j%k(!*)`, // JSON
			`a&#34;b\c&amp;d&lt;e&gt;f&#39;g h+i/j%k(!*)`, `a&quot;b\c&amp;d&lt;e&gt;f&#x27;g h+i/j%k(!*)`, // HTML
			`a%22b%5Cc%26d%3Ce%3Ef%27g+h%2Bi%2Fj%25k%28%21%2A%29`, `a%22b%5cc%26d%3ce%3ef%27g+h%2bi%2fj%25k%28%21%2a%29`, // URL query
			`a%22b%5Cc&d%3Ce%3Ef%27g%20h+i%2Fj%25k%28%21%2A%29`, `a%22b%5cc&d%3ce%3ef%27g%20h+i%2fj%25k%28%21%2a%29`, // URL path
			`a%22b%5Cc%26d%3Ce%3Ef'g%20h%2Bi%2Fj%25k(!*)`, // encodeURIComponent
		},
		`"it-begins`: {`\"it-begins`}, `it-ends&`: {`it-ends\u0026`}, "8 bytes!": {"8 bytes!"},
	} {
		r := NewRedactor(credential)
		for _, form := range forms {
			in, want := "you sent "+form+" and "+form+", not "+form[:7], "you sent [redacted] and [redacted], not "+form[:7]
			if got, body := r.Redact(in), r.body([]byte(in)); got != want || string(body) != want {
				t.Errorf("%s: got %s, and %s as a body", form, got, body)
			}
		}
	}
	if got := NewRedactor("7 bytes"); got != nil {
		t.Errorf("7 bytes: got %q, want no redaction", got)
	}
}

type ownError struct {
	text  string
	cause error
}

func (e *ownError) Error() string { return e.text }
func (e *ownError) Unwrap() error { return e.cause }

// The message of an error is redacted, printable and limited in length. errors.Is still finds the error of the transport.
func TestErrorsAreSanitized(t *testing.T) {
	full := strings.Repeat("a", MaxErrorText)
	for text, want := range map[string]string{
		"sent " + key: "sent [redacted]", "sent " + key[:5] + "\u200b" + key[5:]: "sent [redacted]",
		"größer\x1b[31m\n\u202e\xff": "größer[31m \ufffd", full: full, full[10:] + key: full[10:] + redacted,
	} {
		own := &ownError{text: text}
		err := do(t.Context(), t, newClient(failing(own)), http.MethodPost).Err
		var found *ownError
		if err.Error() != want || !errors.Is(err, own) || errors.Is(err, io.EOF) || errors.As(err, &found) || errors.As(err, new(net.Error)) || errors.Unwrap(err) != nil {
			t.Errorf("got %q, want %q", err, want)
		}
	}
	for n := range 20 {
		err := do(t.Context(), t, newClient(failing(&ownError{text: full[n:] + key + key})), http.MethodPost).Err
		if len(err.Error()) > MaxErrorText || strings.Contains(err.Error(), "k") {
			t.Errorf("%d: got %d bytes that end in %s", n, len(err.Error()), err.Error()[MaxErrorText-30:])
		}
	}
	if err := do(t.Context(), t, newClient(cutOff(200, "", &ownError{text: "sent " + key})), http.MethodPost).Err; err.Error() != "sent [redacted]" {
		t.Errorf("a truncated body: got %v", err)
	}
}

// errors.As finds a few types, without the data that a transport added to them. tests/security covers what it must not find.
func TestErrorsAsFindsAFewTypes(t *testing.T) {
	fail := func(err error) error {
		return do(t.Context(), t, newClient(failing(fmt.Errorf("wrapped: %w", err)), once), http.MethodPost).Err
	}
	operation, ok := errors.AsType[*net.OpError](fail(&net.OpError{Op: "dial", Net: "tcp", Err: &ownError{"sent " + key, syscall.ECONNREFUSED}}))
	if !ok || operation.Error() != "dial tcp: sent [redacted]" || !errors.Is(operation, syscall.ECONNREFUSED) {
		t.Errorf("net.OpError: got %v", operation)
	}
	if _, ok := errors.AsType[*ownError](error(operation)); ok {
		t.Errorf("errors.As finds what a net.OpError wraps: %v", operation)
	}
	timeout, ok := errors.AsType[net.Error](fail(&url.Error{Op: "Get", URL: key, Err: context.DeadlineExceeded}))
	if !ok || !timeout.Timeout() || strings.Contains(fmt.Sprintf("%v %+v %#v", timeout, timeout, timeout), key) {
		t.Errorf("net.Error: got %#v", timeout)
	}
	if name, ok := errors.AsType[*net.DNSError](fail(&net.DNSError{Name: "acme", IsNotFound: true})); !ok || name.Name != "acme" {
		t.Errorf("net.DNSError: got %v", name)
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](fail(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}})); !ok {
		t.Error("errors.As does not find the reason for a refused certificate")
	}
	if e, ok := errors.AsType[*net.DNSError](fail(&net.DNSError{Name: key})); ok {
		t.Errorf("errors.As finds an error that contains the key: %v", e)
	}
}
