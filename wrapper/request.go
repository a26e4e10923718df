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

// prepare gives the headers of r their usual names, and says what keeps r from being sent. net/http says so too late: its
// error is that of a request which may have been sent.
func prepare(r *http.Request) error {
	if r.URL == nil || !strings.HasPrefix(r.URL.Path, "/") {
		return errors.New("the request's URL has no path that begins with a slash")
	}
	if err := checkPath(r.URL); err != nil {
		return err
	}
	if strings.ContainsFunc(r.URL.RawQuery, func(c rune) bool { return c <= ' ' || c == '\x7f' }) {
		return errors.New("the request's query contains a space or a control character: encode it, for example with url.Values")
	}
	if r.Method != "" && !isToken(r.Method) {
		return errors.New("the request's method is not a word")
	}
	if strings.ContainsFunc(r.Host, func(c rune) bool { return c <= ' ' || c == '\x7f' }) {
		return errors.New("the request's Host contains a space or a control character")
	}
	for name, values := range r.Header {
		if !isToken(name) {
			return errors.New("the name of one of the request's headers is not a word")
		}
		for _, value := range values {
			if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == '\x7f' }) {
				return fmt.Errorf("the request's header %s contains a line break or another control character", name)
			}
		}
		if isOfConnection(http.CanonicalHeaderKey(name), values) {
			return fmt.Errorf("the request's header %s belongs to the connection, which the transport looks after: leave it out", http.CanonicalHeaderKey(name))
		}
		// Under another spelling it would be sent beside the one that is set here, or that net/http sets.
		if usual := http.CanonicalHeaderKey(name); usual != name {
			delete(r.Header, name)
			r.Header[usual] = append(r.Header[usual], values...)
		}
	}
	return nil
}

// checkPath refuses a path that a server would resolve to another one, on which another operation may be.
func checkPath(u *url.URL) error {
	for segment := range strings.FieldsFuncSeq(u.Path, func(c rune) bool { return c == '/' || c == '\\' }) {
		if segment == "." || segment == ".." {
			return fmt.Errorf("the request's path has the segment %q, which would lead to another path: check the path's parameters", segment)
		}
	}
	return nil
}

// isOfConnection reports whether a header cannot be sent over HTTP/2, which has none of its connection's (RFC 9113, section 8.2.2).
func isOfConnection(name string, values []string) bool {
	switch name {
	case "Transfer-Encoding", "Upgrade":
		return true
	case "Connection": // of which net/http takes these two
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

// readBody reads the body of a request once and closes it. The request's GetBody, which may belong to another body by now,
// is not used.
func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(r.Body)
	if closeErr := r.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("the request's body cannot be read: %w", err)
	}
	return body, nil
}

// withBody returns a copy of r with the body, which its owner may read and replace. URL and header are those of r.
func withBody(ctx context.Context, r *http.Request, body []byte) *http.Request {
	c := r.WithContext(ctx)
	c.Body, c.GetBody, c.ContentLength = http.NoBody, nil, int64(len(body))
	if len(body) > 0 {
		c.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		c.Body, _ = c.GetBody()
	}
	return c
}
