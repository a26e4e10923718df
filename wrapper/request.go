package wrapper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// prepare gives the headers of r their canonical names, and returns what keeps r from being sent. net/http would say so too late,
// with an error that looks like one of a request that was sent.
func prepare(r *http.Request) error {
	isControl := func(c rune) bool { return c < ' ' && c != '\t' || c == '\x7f' }
	isSpace := func(c rune) bool { return c == ' ' || c == '\t' || isControl(c) }
	switch {
	case r.URL == nil || !strings.HasPrefix(r.URL.Path, "/"):
		return errors.New("the request's URL has no path that begins with a slash")
	case strings.ContainsFunc(r.URL.RawQuery, isSpace):
		return errors.New("the request's query contains a space or a control character: encode it, for example with url.Values")
	case r.Method != "" && !isToken(r.Method):
		return errors.New("the request's method is not a word")
	case strings.ContainsFunc(r.Host, isSpace):
		return errors.New("the request's Host contains a space or a control character")
	}
	if r.Header == nil {
		r.Header = make(http.Header)
	}
	for name, values := range r.Header {
		canonical := http.CanonicalHeaderKey(name)
		switch {
		case !isToken(name):
			return errors.New("the name of one of the request's headers is not a word")
		case strings.ContainsFunc(strings.Join(values, ""), isControl):
			return fmt.Errorf("the request's header %s contains a line break or another control character", name)
		case isOfConnection(canonical, values):
			return fmt.Errorf("the request's header %s belongs to the connection, which the transport manages: leave it out", canonical)
		case canonical != name: // it would be sent as a second header
			delete(r.Header, name)
			r.Header[canonical] = append(r.Header[canonical], values...)
		}
	}
	return checkPath(r.URL)
}

// checkPath refuses a path that a server would resolve to another one, where another operation may be.
func checkPath(u *url.URL) error {
	for segment := range strings.FieldsFuncSeq(u.Path, func(c rune) bool { return c == '/' || c == '\\' }) {
		segment, _, _ = strings.Cut(segment, ";") // Java servers remove what follows
		if segment == "." || segment == ".." {
			return fmt.Errorf("the request's path has the segment %q, which leads to another path: check the path parameters", segment)
		}
	}
	return nil
}

// isOfConnection reports whether HTTP/2 cannot send a header (RFC 9113, section 8.2.2). net/http accepts two values of Connection.
func isOfConnection(name string, values []string) bool {
	switch name {
	case "Transfer-Encoding", "Upgrade":
		return true
	case "Connection":
		return len(values) != 1 || !strings.EqualFold(values[0], "close") && !strings.EqualFold(values[0], "keep-alive")
	}
	return false
}

// isToken reports whether s can be a method or the name of a header (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	const others = "!#$%&'*+-.^_`|~"
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && !strings.ContainsRune(others, c)
	})
}

// readBody reads and closes the request body. It ignores GetBody, which may belong to another body by now.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	if closeErr := r.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("the request body cannot be read: %w", err)
	}
	return body, nil
}

// withBody returns a copy of r with the body, for a validator to read and replace. It shares the URL and the headers of r.
func withBody(ctx context.Context, r *http.Request, body []byte) *http.Request {
	c := r.WithContext(ctx)
	c.Body, c.GetBody, c.ContentLength = http.NoBody, nil, int64(len(body))
	if len(body) > 0 {
		c.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		c.Body, _ = c.GetBody()
	}
	return c
}
