package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"math"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/cortexscan/internal/text"
)

const (
	redacted = "[redacted]"
	// minCredential is the length in bytes of the shortest credential that is redacted. A shorter one could be an ordinary word.
	minCredential = 8
	// MaxErrorText is the maximum length of an error message, in bytes.
	MaxErrorText = 4 << 10
)

// Redactor replaces the credentials of a request in the response, because a wrong host, a debugging proxy or an error
// page may echo them. It is applied to a body right after it is read, to a transport's error and to strings that were
// taken from a body and made printable.
type Redactor []string

var escape = regexp.MustCompile("%..")

// NewRedactor returns a redactor for a credential in plain form and as common encoders write it.
func NewRedactor(credential string) (r Redactor) {
	if len(credential) < minCredential {
		return nil
	}
	inJSON, _ := json.Marshal(credential)
	quoted := strconv.Quote(credential)
	inHTML := html.EscapeString(credential)
	inQuery, inPath := url.QueryEscape(credential), url.PathEscape(credential)
	for _, form := range []string{
		credential,
		string(inJSON[1 : len(inJSON)-1]),
		quoted[1 : len(quoted)-1], // JSON that does not escape HTML, and Go's %q
		inHTML,
		strings.NewReplacer("&#34;", "&quot;", "&#39;", "&#x27;").Replace(inHTML), // Python
		inQuery, inPath,
		escape.ReplaceAllStringFunc(inQuery, strings.ToLower), escape.ReplaceAllStringFunc(inPath, strings.ToLower),
		strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(inQuery), // JavaScript
	} {
		if !slices.Contains(r, form) {
			r = append(r, form)
		}
	}
	// Longest first, because a form may contain a shorter one.
	slices.SortStableFunc(r, func(a, b string) int { return len(b) - len(a) })
	return r
}

// Redact returns s without the credentials.
func (r Redactor) Redact(s string) string {
	for _, secret := range r {
		s = strings.ReplaceAll(s, secret, redacted)
	}
	return s
}

func (r Redactor) body(b []byte) []byte {
	for _, secret := range r {
		if bytes.Contains(b, []byte(secret)) {
			b = bytes.ReplaceAll(b, []byte(secret), []byte(redacted))
		}
	}
	return b
}

// Header returns a copy of h without the credentials. A header whose name contains a credential is omitted.
func (r Redactor) Header(h http.Header) http.Header {
	h = h.Clone()
	for name, values := range h {
		for _, secret := range r {
			if strings.Contains(strings.ToLower(name), strings.ToLower(secret)) { // net/http changes the case of header names
				delete(h, name)
			}
		}
		for i, v := range values {
			values[i] = r.Redact(v)
		}
	}
	return h
}

// sanitizeError returns an error with the message of err: redacted, printable and limited in length. net/http quotes
// malformed responses, which may echo credentials. errors.Is finds everything that err wraps, but errors.As finds
// only error types of the standard library's network packages.
func (r Redactor) sanitizeError(err error) error {
	s := r.Redact(text.Printable(r.Redact(err.Error()), math.MaxInt)) // before truncation, which might leave half a credential
	return &redactedError{
		text: text.Printable(s, MaxErrorText),
		is:   func(target error) bool { return errors.Is(err, target) },
		as:   func(target any) bool { return r.as(err, target) },
	}
}

// redactedError replaces an error of a transport, because that error may contain the request. The original error is only in
// closures, so that printing a redactedError does not print it.
type redactedError struct {
	text string
	is   func(error) bool
	as   func(any) bool
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return e.is(target) }
func (e *redactedError) As(target any) bool   { return e.as(target) }

// redactedNetError is a redactedError that is a net.Error.
type redactedNetError struct {
	error
	timeout bool
}

func (e *redactedNetError) Timeout() bool   { return e.timeout }
func (e *redactedNetError) Temporary() bool { return e.timeout }

// as implements errors.As for net.Error, and for the types in packages net, crypto/tls and crypto/x509. An error of
// any other type, such as a RoundTripper's own, may contain the request.
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
	}
	wanted := reflect.TypeOf(target).Elem()
	named := wanted
	if named.Kind() == reflect.Pointer {
		named = named.Elem()
	}
	found := reflect.New(wanted)
	if !slices.Contains([]string{"net", "crypto/tls", "crypto/x509"}, named.PkgPath()) || !errors.As(err, found.Interface()) {
		return false
	}
	if s := found.Elem().Interface().(error).Error(); r.Redact(s) != s {
		return false
	}
	reflect.ValueOf(target).Elem().Set(found.Elem())
	return true
}
