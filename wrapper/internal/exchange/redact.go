package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/cortexscan/internal/text"
)

const (
	redacted = "[redacted]"
	// minCredential is the length in bytes below which a credential is left alone: it would blank ordinary words.
	minCredential = 8
	tellsNothing  = 3       // bytes at the beginning of a credential
	maxErrorText  = 4 << 10 // bytes
)

// Redactor removes the credentials that a call carried from what came back: a wrong host, a debugging proxy or an error
// page may repeat them. It is applied to an answer's body right after reading, to the error of a transport, and to text
// taken from a body after it was made printable, since an invisible character may have split the credential.
type Redactor []string

// NewRedactor returns the redactor of the credentials, each in every form in which an answer may repeat it. A credential
// of less than 8 bytes is left alone.
func NewRedactor(credentials ...string) (r Redactor) {
	for _, c := range credentials {
		if len(c) < minCredential {
			continue
		}
		inJSON, _ := json.Marshal(c)
		quoted := strconv.Quote(c)
		// The longer ones first, which contain the shorter. They differ where a credential has punctuation.
		for _, form := range []string{string(inJSON[1 : len(inJSON)-1]), html.EscapeString(c), url.QueryEscape(c), url.PathEscape(c), quoted[1 : len(quoted)-1], c, text.Printable(c, math.MaxInt)} {
			r = r.and(Redactor{form})
		}
	}
	return r
}

// and returns the redactor of the credentials of both.
func (r Redactor) and(other Redactor) Redactor {
	if r == nil {
		return other
	}
	r = slices.Clip(r)
	for _, secret := range other {
		if !slices.Contains(r, secret) {
			r = append(r, secret)
		}
	}
	return r
}

// Redact returns s without the credentials.
func (r Redactor) Redact(s string) string {
	for _, secret := range r {
		s = strings.ReplaceAll(s, secret, redacted)
	}
	return s
}

// body returns b without the credentials, also where escapes of JSON spell them, or where characters split them that show
// nothing: decoded, or printed, they would be whole again. Of a body that is not whole, the beginning of one at its end goes too.
func (r Redactor) body(b []byte, whole bool) []byte {
	for _, secret := range r {
		if bytes.Contains(b, []byte(secret)) {
			b = bytes.ReplaceAll(b, []byte(secret), []byte(redacted))
		}
	}
	if whole && !bytes.ContainsFunc(b, func(c rune) bool { return c == '\\' || c > '~' || c < ' ' }) {
		return b
	}
	var out []byte
	kept := 0 // what stands before it is in out
	for i := 0; i < len(b); {
		n, size := 0, 1
		for _, secret := range r {
			if b[i] == secret[0] || b[i] == '\\' {
				n = max(n, spelled(b[i:], secret, whole))
			}
		}
		if n > 0 {
			out = append(append(out, b[kept:i]...), redacted...)
			kept = i + n
			size = n
		} else if b[i] == '\\' {
			_, size = character(b[i:]) // what is left of an escape begins neither another one nor a credential
		}
		i += size
	}
	if kept == 0 {
		return b
	}
	return append(out, b[kept:]...)
}

// spelled returns how many bytes of b spell the secret, 0 if b does not begin with it. At the end of a b that is not whole its
// beginning is enough.
func spelled(b []byte, secret string, whole bool) (n int) {
	for i := 0; i < len(secret); {
		if n == len(b) {
			if whole || i <= tellsNothing {
				return 0
			}
			return n
		}
		c, size := character(b[n:])
		switch {
		case c == rune(secret[i]):
			i++
		case i == 0 || !text.IsBlank(string(c)):
			return 0
		}
		n += size
	}
	return n
}

// character returns the first character of a text, of which JSON may have escaped it, and its length in bytes. One that is
// broken off counts as one that shows nothing.
func character(b []byte) (c rune, size int) {
	switch {
	case !utf8.FullRune(b), b[0] == '\\' && (len(b) == 1 || b[1] == 'u' && len(b) < len(`\u0000`)):
		return 0, len(b)
	case b[0] != '\\':
		return utf8.DecodeRune(b)
	case b[1] == '"', b[1] == '/':
		return rune(b[1]), 2
	}
	// Beside these two, Go has every escape that JSON has, but for half a surrogate pair, which is no part of a credential.
	head := string(b[:min(len(b), len(`\u0000`))])
	if c, _, tail, err := strconv.UnquoteChar(head, 0); err == nil {
		return c, len(head) - len(tail)
	}
	if _, err := strconv.ParseUint(head[2:], 16, 16); err == nil && b[1] == 'u' {
		return 0, len(head)
	}
	return '\\', 1
}

// sanitizeError returns an error with the text of err redacted, printable and bounded: net/http quotes a malformed answer in its
// errors. errors.Is and errors.As look into err; whoever prints what the new one wraps finds nothing there.
func (r Redactor) sanitizeError(err error) error {
	// All of it is redacted before it is cut: a cut might leave half a credential.
	return &redactedError{
		text: text.Printable(r.Redact(text.Printable(err.Error(), math.MaxInt)), maxErrorText),
		is:   func(target error) bool { return errors.Is(err, target) },
		as:   func(target any) bool { return errors.As(err, target) },
	}
}

// redactedError stands for an error of a transport, which may hold the request: the functions hide it from whoever prints the
// fields of an error.
type redactedError struct {
	text string
	is   func(error) bool
	as   func(any) bool
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return e.is(target) }
func (e *redactedError) As(target any) bool   { return e.as(target) }
