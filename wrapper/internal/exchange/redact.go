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
	"unicode/utf16"
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
		for _, form := range []string{string(inJSON[1 : len(inJSON)-1]), html.EscapeString(c), url.QueryEscape(c), url.PathEscape(c), quoted[1 : len(quoted)-1], c} {
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

// body returns b without the credentials; where it is not whole, also without the beginning of one at its end.
func (r Redactor) body(b []byte, whole bool) []byte {
	for _, secret := range r {
		if bytes.Contains(b, []byte(secret)) {
			b = bytes.ReplaceAll(b, []byte(secret), []byte(redacted))
		}
	}
	b = r.disguised(b)
	if whole {
		return b
	}
	// The longest beginning counts: that of one credential can end in that of another.
	cut := 0
	for _, secret := range r {
		for n := min(len(secret)-1, len(b)); n > max(cut, tellsNothing); n-- {
			if bytes.HasSuffix(b, []byte(secret[:n])) {
				cut = n
			}
		}
	}
	if cut == 0 {
		return b
	}
	return append(b[:len(b)-cut], redacted...)
}

// disguised returns b without the credentials that escapes of JSON spell, or that characters split which show nothing: decoded,
// or printed, they would be whole again.
func (r Redactor) disguised(b []byte) []byte {
	if !bytes.ContainsFunc(b, func(c rune) bool { return c == '\\' || c > '~' || c < ' ' }) {
		return b
	}
	var out []byte
	kept := 0 // what stands before it is in out
	for i := 0; i < len(b); {
		n := 0
		for _, secret := range r {
			if n == 0 && (b[i] == secret[0] || b[i] == '\\') {
				n = spelled(b[i:], secret)
			}
		}
		if n > 0 {
			out = append(append(out, b[kept:i]...), redacted...)
			i += n
			kept = i
			continue
		}
		size := 1
		if b[i] == '\\' {
			_, size = character(b[i:]) // what is left of an escape begins neither another one nor a credential
		}
		i += size
	}
	if kept == 0 {
		return b
	}
	return append(out, b[kept:]...)
}

// spelled returns how many bytes of b spell the secret, 0 if b does not begin with it.
func spelled(b []byte, secret string) (n int) {
	for i := 0; i < len(secret); {
		if c, size := character(b[n:]); size == 0 {
			return 0
		} else if c == rune(secret[i]) {
			i++
			n += size
		} else if i > 0 && text.IsBlank(string(c)) {
			n += size
		} else {
			return 0
		}
	}
	return n
}

// character returns the first character of a text in JSON, and its length in bytes. An escaped line break is a space here.
func character(b []byte) (c rune, size int) {
	if len(b) < 2 || b[0] != '\\' {
		return utf8.DecodeRune(b)
	}
	switch b[1] {
	case '"', '\\', '/':
		return rune(b[1]), 2
	case 'b', 'f', 'n', 'r', 't':
		return ' ', 2
	case 'u':
		if len(b) >= 6 {
			if v, err := strconv.ParseUint(string(b[2:6]), 16, 16); err == nil {
				if utf16.IsSurrogate(rune(v)) {
					return ' ', 6 // half a character that is no part of a credential
				}
				return rune(v), 6
			}
		}
	}
	return '\\', 1
}

// sanitizeError returns err itself where its text can be shown as it is, and otherwise an error with that text redacted,
// printable and bounded. net/http quotes a malformed answer in its errors.
func (r Redactor) sanitizeError(err error) error {
	was := err.Error()
	// All of it is redacted before it is cut: a cut might leave half a credential.
	if shown := r.Redact(text.Printable(was, math.MaxInt)); shown != was || len(shown) > maxErrorText {
		return &redactedError{
			text: text.Printable(shown, maxErrorText),
			is:   func(target error) bool { return errors.Is(err, target) },
			as:   func(target any) bool { return errors.As(err, target) },
		}
	}
	return err
}

// redactedError stands for an error that is not to be printed. errors.Is and errors.As look into it; whoever prints what
// it wraps finds nothing there.
type redactedError struct {
	text string
	is   func(error) bool
	as   func(any) bool
}

func (e *redactedError) Error() string        { return e.text }
func (e *redactedError) Is(target error) bool { return e.is(target) }
func (e *redactedError) As(target any) bool   { return e.as(target) }
