// Package recording reads recorded HTTP requests: HAR files, and single requests as text.
//
// Its errors name entries, lines and members, and never repeat what is in them: any of it may be a credential.
package recording

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Recording is what a file holds.
type Recording struct {
	HAR     bool // a HAR file, otherwise one request as text
	Entries []Entry
}

// Entry is one recorded request, or the reason why it cannot be read.
type Entry struct {
	Number  int // in a HAR file, from 1; otherwise 0
	Request *http.Request
	Err     error
	// URL is the request's as recorded. Where Err is not nil it may be "", or no URL.
	URL string
}

// Error is content that is no recording, and what to do about it.
type Error struct{ Reason, Hint string }

func (e *Error) Error() string { return e.Reason }

// howToRecord works for every program that sends requests; a browser has its own way.
const howToRecord = "Record a HAR file: in a browser, developer tools → Network → Export HAR; for other programs, " +
	"mitmdump --set hardump=FILE.har as their proxy."

// parseTarget's error leaves the target out, which net/url's repeats.
func parseTarget(target string) (*url.URL, error) {
	u, err := url.ParseRequestURI(target)
	if err != nil || u.Opaque != "" {
		return nil, errors.New("the request target is neither a path nor a URL")
	}
	return u, nil
}

// setBody gives the request its body, none if it is empty.
func setBody(r *http.Request, body []byte) {
	r.Header.Del("Content-Length")
	r.Header.Del("Transfer-Encoding")
	if len(body) > 0 {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
}

// isToken reports whether s can be a method or a header's name (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	}) < 0
}
