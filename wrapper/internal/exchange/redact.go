package exchange

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"html"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"example.com/cortexscan/internal/text"
)

const (
	redacted = "[redacted]"
	// minCredential is the length in bytes below which a credential is left alone: it would blank ordinary words.
	minCredential = 8
	// MaxErrorText bounds the text of an error, in bytes.
	MaxErrorText = 4 << 10
)

// Redactor replaces the credentials of a request in what came back: a wrong host, a debugging proxy or an error page may echo
// them. It is applied to the body of a response right after reading, to the error of a transport, and to strings that were taken
// from a body and made printable.
type Redactor []string

// NewRedactor returns the redactor of a credential, which recognizes it as it is and as common encoders write it. A credential of
// less than 8 bytes is left alone.
func NewRedactor(credential string) (r Redactor) {
	if len(credential) < minCredential {
		return nil
	}
	inJSON, _ := json.Marshal(credential)
	quoted := strconv.Quote(credential)
	inHTML := html.EscapeString(credential)
	inQuery := url.QueryEscape(credential)
	for _, form := range []string{
		string(inJSON[1 : len(inJSON)-1]),
		quoted[1 : len(quoted)-1], // JSON that does not mind HTML, and Go's %q
		inHTML,
		strings.NewReplacer("&#34;", "&quot;", "&#39;", "&#x27;").Replace(inHTML), // Python
		inQuery, lowerEscapes(inQuery),
		url.PathEscape(credential), lowerEscapes(url.PathEscape(credential)),
		strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(inQuery), // JavaScript
		credential,
	} {
		if !slices.Contains(r, form) {
			r = append(r, form)
		}
	}
	slices.SortStableFunc(r, func(a, b string) int { return len(b) - len(a) }) // a form may contain a shorter one
	return r
}

// lowerEscapes writes the escapes of a URL with lower-case digits.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '%' && i+2 < len(b) {
			copy(b[i:], bytes.ToLower(b[i:i+3]))
		}
	}
	return string(b)
}

// Redact returns s without the credentials.
func (r Redactor) Redact(s string) string {
	for _, secret := range r {
		s = strings.ReplaceAll(s, secret, redacted)
	}
	return s
}

// Header returns a copy of h without the credentials, and without headers that are called like one.
func (r Redactor) Header(h http.Header) http.Header {
	h = h.Clone()
	for name, values := range h {
		for _, secret := range r {
			if strings.Contains(strings.ToLower(name), strings.ToLower(secret)) { // net/http has changed its letters
				delete(h, name)
			}
		}
		for i, v := range values {
			values[i] = r.Redact(v)
		}
	}
	return h
}

// body is Redact for bytes.
func (r Redactor) body(b []byte) []byte {
	for _, secret := range r {
		if bytes.Contains(b, []byte(secret)) {
			b = bytes.ReplaceAll(b, []byte(secret), []byte(redacted))
		}
	}
	return b
}

// sanitizeError returns an error with the text of err redacted, printable and bounded: net/http quotes a malformed response in its
// errors. errors.Is looks into err. errors.As finds the types of a short list only, and printing what it finds shows no credential.
func (r Redactor) sanitizeError(err error) error {
	// All of it is redacted before it is cut: a cut might leave half a credential.
	s := r.Redact(text.Printable(r.Redact(err.Error()), math.MaxInt))
	return &redactedError{
		text: text.Printable(s, MaxErrorText),
		is:   func(target error) bool { return errors.Is(err, target) },
		as:   func(target any) bool { return r.as(err, target) },
	}
}

// redactedError stands for an error of a transport, which may hold the request: the functions hide it from a caller that prints
// the fields of an error.
type redactedError struct {
	text string
	is   func(error) bool
	as   func(any) bool
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return e.is(target) }
func (e *redactedError) As(target any) bool   { return e.as(target) }

// redactedNetError is a redactedError for callers that ask about a time limit.
type redactedNetError struct {
	error
	timeout bool
}

func (e *redactedNetError) Timeout() bool { return e.timeout }

// Temporary is part of net.Error, although its meaning is not defined.
func (e *redactedNetError) Temporary() bool { return e.timeout }

// as is errors.As for the types that a caller has a use for. Any other, a RoundTripper's own above all, may hold the request.
func (r Redactor) as(err error, target any) bool {
	switch target := target.(type) {
	case *net.Error:
		e, ok := errors.AsType[net.Error](err)
		if ok {
			*target = &redactedNetError{r.sanitizeError(e), e.Timeout()}
		}
		return ok
	case **net.OpError:
		e, ok := errors.AsType[*net.OpError](err)
		if ok {
			*target = &net.OpError{Op: e.Op, Net: e.Net, Source: e.Source, Addr: e.Addr, Err: r.sanitizeError(e.Err)}
		}
		return ok
	case **net.DNSError:
		return asClean(r, err, target)
	case **tls.CertificateVerificationError:
		return asClean(r, err, target)
	case *tls.RecordHeaderError:
		return asClean(r, err, target)
	case *tls.AlertError:
		return asClean(r, err, target)
	case *x509.UnknownAuthorityError:
		return asClean(r, err, target)
	case *x509.HostnameError:
		return asClean(r, err, target)
	case *x509.CertificateInvalidError:
		return asClean(r, err, target)
	}
	return false
}

// asClean finds an error whose text has no credential in it.
func asClean[T error](r Redactor, err error, target *T) bool {
	e, ok := errors.AsType[T](err)
	if ok = ok && r.Redact(e.Error()) == e.Error(); ok {
		*target = e
	}
	return ok
}
