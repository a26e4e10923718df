package wrapper

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// secrets are the credentials that one request carried. A wrong host, a debugging proxy and an error page may
// send them back; they are kept out of everything that is made of an answer.
type secrets []string

const hidden = "[hidden]"

// secretsOf returns the credentials on a signed request, in each form in which an answer may repeat them. The
// key's ID is no secret.
func secretsOf(signed http.Header) (s secrets) {
	for _, name := range []string{headerAuthorization, headerNonce} {
		value := signed.Get(name)
		if value == "" {
			continue
		}
		if strings.IndexFunc(value, isPunctuation) >= 0 { // which the keys of today do not have
			inJSON, _ := json.Marshal(value)
			quoted := strconv.Quote(value)
			s = append(s, // the longer ones first, which contain the shorter
				string(inJSON[1:len(inJSON)-1]), escapeHTML.Replace(value), url.QueryEscape(value), url.PathEscape(value), quoted[1:len(quoted)-1])
		}
		s = append(s, value)
	}
	return s
}

// Package html would do it, and bring 73 KB of names of characters into every program.
var (
	escapeHTML   = strings.NewReplacer("&", "&amp;", "'", "&#39;", "<", "&lt;", ">", "&gt;", `"`, "&#34;")
	unescapeHTML = strings.NewReplacer("&amp;", "&", "&#39;", "'", "&apos;", "'", "&lt;", "<", "&gt;", ">", "&#34;", `"`, "&quot;", `"`,
		"&nbsp;", " ", "&#160;", " ", "&middot;", "·", "&ndash;", "–", "&mdash;", "—", "&hellip;", "…", "&reg;", "®", "&trade;", "™")
)

func isPunctuation(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

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

// hideEnd returns text without the beginning of a credential at its end, where an answer broke off.
func (s secrets) hideEnd(text []byte) []byte {
	const tellsNothing = 4 // bytes
	for _, secret := range s {
		for n := len(secret) - 1; n >= tellsNothing; n-- {
			if rest, cut := bytes.CutSuffix(text, []byte(secret[:n])); cut {
				return append(bytes.Clone(rest), hidden...)
			}
		}
	}
	return text
}

// presentable returns err as it is, or, where its text repeats a credential or has characters that a terminal
// obeys, an error that does not. net/http quotes a malformed answer in its errors.
func (s secrets) presentable(err error) error {
	text := err.Error()
	shown := s.hideText(text)
	if shown == text && utf8.ValidString(text) && !strings.ContainsFunc(text, isControl) {
		return err
	}
	return &quietError{
		text: clean(shown, maxErrorText),
		is:   func(target error) bool { return errors.Is(err, target) },
		as:   func(target any) bool { return errors.As(err, target) },
	}
}

// quietError stands for an error that is not to be printed. errors.Is and errors.As look into it; whoever prints
// what it wraps finds nothing there.
type quietError struct {
	text string
	is   func(error) bool
	as   func(any) bool
}

func (e *quietError) Error() string        { return e.text }
func (e *quietError) Is(target error) bool { return e.is(target) }
func (e *quietError) As(target any) bool   { return e.as(target) }
