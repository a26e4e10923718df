package exchange

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestRedact(t *testing.T) {
	r := NewRedactor(key)
	for in, want := range map[string]string{
		"you sent " + key + " and " + key + ", 17": "you sent [redacted] and [redacted], 17",
		"it begins with " + key[:8]:                "it begins with " + key[:8],
		"":                                         "",
	} {
		if got, body := r.Redact(in), r.body([]byte(in)); got != want || string(body) != want {
			t.Errorf("%q: %q, and as a body %q", in, got, body)
		}
	}
	for n, want := range map[int]int{7: 0, 8: 1} { // bytes
		if got := NewRedactor(strings.Repeat("k", n)); len(got) != want {
			t.Errorf("%d bytes: %d forms", n, len(got))
		}
	}
}

// Encoders of several languages write punctuation in their own ways.
func TestCredentialsWithPunctuation(t *testing.T) {
	for _, c := range []string{`a"b\c&d<e>f'g h+i/j%k`, `"it-begins`, `it-ends&`, "(a!*~b)-_.c", "two  spaces"} {
		quoted := strconv.Quote(c)
		goJSON, _ := json.Marshal(c)
		query := url.QueryEscape(c)
		lower := regexp.MustCompile("%..").ReplaceAllStringFunc(query, strings.ToLower)
		for name, form := range map[string]string{
			"plain": c, "JSON of Go": strings.Trim(string(goJSON), `"`), "JSON of Python": quoted[1 : len(quoted)-1],
			"HTML of Go": html.EscapeString(c), "HTML of Python": strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;").Replace(c),
			"query": query, "query in lower case": lower, "path": url.PathEscape(c), "path in lower case": regexp.MustCompile("%..").ReplaceAllStringFunc(url.PathEscape(c), strings.ToLower),
			"encodeURIComponent": strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(query),
		} {
			if name == "JSON of Go" {
				form = string(goJSON[1 : len(goJSON)-1])
			}
			if got := NewRedactor(c).Redact("you sent " + form + "!"); got != "you sent [redacted]!" {
				t.Errorf("%s of %s: %s", name, c, got)
			}
		}
	}
}

// A response can echo only the last two signatures, so the redactor keeps no others.
func TestRedactionCostsTheSameForEveryAttempt(t *testing.T) {
	res := do(t.Context(), t, newClient(canned(429, ""), func(c *Client) { c.Attempts, c.MaxDelay = 200, 0 }), http.MethodGet)
	if res.Attempts != 200 || len(res.Redactor) > 10 {
		t.Errorf("%d attempts, %d forms", res.Attempts, len(res.Redactor))
	}
}

type ownError struct{ text string }

func (e *ownError) Error() string { return e.text }

// hidingError does not show the error that it wraps.
type hidingError struct{ cause ownError }

func (e hidingError) Error() string { return "no details" }
func (e hidingError) Unwrap() error { return &e.cause }

// The string of an error is cleaned, and errors.Is still finds the error.
func TestErrorsAreSanitized(t *testing.T) {
	for text, want := range map[string]string{
		"sent " + key: "sent [redacted]", "sent " + key[:5] + "\u200b" + key[5:]: "sent [redacted]",
		"a\x1b[31mb": "a[31mb", "a\nb": "a b", "a\u202eb": "ab", "a\xffb": "a\ufffdb", "a\u2028b": "a b",
	} {
		own := &ownError{text}
		err := do(t.Context(), t, newClient(failing(fmt.Errorf("%w: %w", own, io.ErrClosedPipe))), http.MethodPost).Err
		if err.Error() != want+": io: read/write on closed pipe" {
			t.Errorf("got %q", err)
		}
		var found *ownError
		if !errors.Is(err, io.ErrClosedPipe) || !errors.Is(err, own) || errors.As(err, &found) || errors.Is(err, io.EOF) {
			t.Errorf("%v is not what it was", err)
		}
		if printed := fmt.Sprintf("%v %+v", err, errors.Unwrap(err)); strings.Contains(printed, text) {
			t.Errorf("unwrapping shows %q", printed)
		}
	}
	// Unwrapping does not reveal a cause that the message hides.
	hidden := hidingError{ownError{"sent " + key}}
	err := do(t.Context(), t, newClient(failing(fmt.Errorf("%w: %w", hidden, io.ErrClosedPipe))), http.MethodPost).Err
	if err.Error() != "no details: io: read/write on closed pipe" || !errors.Is(err, io.ErrClosedPipe) || !errors.Is(err, hidden) {
		t.Errorf("got %v", err)
	}
	if printed := fmt.Sprintf("%#v %#v", err, errors.Unwrap(err)); strings.Contains(printed, key) {
		t.Errorf("unwrapping shows %s", printed)
	}
	// A body that breaks off has such an error too.
	if err := do(t.Context(), t, newClient(cutOff(200, "", &ownError{"sent " + key})), http.MethodPost).Err; err.Error() != "sent [redacted]" {
		t.Errorf("got %v", err)
	}
	// What can be printed is not changed; what is long is cut, after it was redacted.
	for text, want := range map[string]string{
		"größer – 東京": "größer – 東京", strings.Repeat("a", MaxErrorText): strings.Repeat("a", MaxErrorText),
		strings.Repeat("a", MaxErrorText-10) + key: strings.Repeat("a", MaxErrorText-10) + redacted,
	} {
		own := &ownError{text}
		if err := do(t.Context(), t, newClient(failing(own)), http.MethodPost).Err; err.Error() != want || !errors.Is(err, own) {
			t.Errorf("%.20s…: %#v", text, err)
		}
	}
	if err := do(t.Context(), t, newClient(failing(&ownError{strings.Repeat("a", MaxErrorText+1)})), http.MethodPost).Err; len(err.Error()) > MaxErrorText {
		t.Errorf("%d bytes", len(err.Error()))
	}
	for n := range 20 {
		text := strings.Repeat("a", MaxErrorText-n) + key + key
		if err := do(t.Context(), t, newClient(failing(&ownError{text})), http.MethodPost).Err; len(err.Error()) > MaxErrorText || strings.Contains(err.Error(), "k") {
			t.Errorf("%d: %d bytes end in %s", n, len(err.Error()), err.Error()[MaxErrorText-30:])
		}
	}
}

// errors.As finds only the types of a short list, stripped of whatever a transport added to them.
func TestErrorsAsFindsAFewTypes(t *testing.T) {
	secret := &ownError{"sent " + key}
	fail := func(err error) error {
		return do(t.Context(), t, newClient(failing(fmt.Errorf("wrapped: %w", err)), once), http.MethodPost).Err
	}
	var own *ownError
	var protocol textproto.ProtocolError
	var location *url.Error
	for name, err := range map[string]error{
		"a transport's own": fail(secret), "textproto's": fail(textproto.ProtocolError("sent " + key)), "url's": fail(&url.Error{Op: "Get", URL: "u", Err: secret}),
		"in one of net's": fail(&net.OpError{Op: "read", Err: secret}),
	} {
		var operation *net.OpError
		if errors.As(err, &own) || errors.As(err, &protocol) || errors.As(err, &location) || errors.As(err, &operation) && errors.As(error(operation), &own) {
			t.Errorf("%s is found", name)
		}
	}
	var timeout net.Error
	if !errors.As(fail(&url.Error{Op: "Get", URL: key, Err: context.DeadlineExceeded}), &timeout) || !timeout.Timeout() || strings.Contains(fmt.Sprintf("%v %+v %#v", timeout, timeout, timeout), key) {
		t.Errorf("net.Error: %#v", timeout)
	}
	if errors.As(fail(secret), &timeout) {
		t.Error("an error without a time limit has one")
	}
	var operation *net.OpError
	err := fail(&net.OpError{Op: "dial", Net: "tcp", Err: fmt.Errorf("%s: %w", key, syscall.ECONNREFUSED)})
	if !errors.As(err, &operation) || operation.Op != "dial" || !errors.Is(operation, syscall.ECONNREFUSED) || strings.Contains(fmt.Sprintf("%v %+v", operation, operation.Err), key) {
		t.Errorf("net.OpError: %v", operation)
	}
	var name *net.DNSError
	if !errors.As(fail(&net.DNSError{Name: "acme", IsNotFound: true}), &name) || name.Name != "acme" || !name.IsNotFound {
		t.Errorf("net.DNSError: %v", name)
	}
	if errors.As(fail(&net.DNSError{Name: key}), &name) {
		t.Error("a DNS error with a credential is found")
	}
	var refused *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	err = fail(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}})
	if !errors.As(err, &refused) || !errors.As(err, &authority) || errors.As(fail(&tls.CertificateVerificationError{Err: secret}), &refused) {
		t.Errorf("tls.CertificateVerificationError: %v", refused)
	}
}
