package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
)

// The errors of this file name lines and never repeat them: a line may be a credential.

// parseRawRequest reads one HTTP/1.1 request, its lines ended by LF or CRLF.
func parseRawRequest(content []byte) ([]recorded, error) {
	curl := curlLines(content)
	if curl != nil {
		content = curl
	}
	content = bytes.TrimLeft(content, "\r\n")
	line, rest := cutLine(content)
	r, err := parseRequestLine(line)
	if err != nil {
		return nil, err
	}
	for number := 2; ; number++ {
		if line, rest = cutLine(rest); line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isToken(name) {
			return nil, fmt.Errorf("line %d is not a header", number)
		}
		r.Header.Add(name, strings.TrimSpace(value))
	}
	if length := r.Header.Get("Content-Length"); curl != nil && length != "" && length != "0" {
		return nil, errors.New("curl -v does not show the body: record this request with a proxy")
	}
	body, err := rawBody(r.Header, rest)
	if err != nil {
		return nil, err
	}
	setBody(r, body)
	return []recorded{{request: r}}, nil
}

// curlLines returns the first request's head in what curl -v writes, nil where content is something else.
func curlLines(content []byte) []byte {
	var head []byte
	for line := range bytes.Lines(content) {
		rest, ok := bytes.CutPrefix(line, []byte(">"))
		switch {
		case ok && len(bytes.TrimSpace(rest)) == 0:
			return head
		case ok:
			head = append(head, bytes.TrimPrefix(rest, []byte(" "))...)
		case head == nil && !bytes.ContainsRune([]byte("* \r{}"), rune(line[0])):
			return nil // curl begins with what it tells of the connection, and of its progress
		}
	}
	return head
}

func cutLine(content []byte) (line string, rest []byte) {
	before, rest, _ := bytes.Cut(content, []byte("\n"))
	return strings.TrimSuffix(string(before), "\r"), rest
}

// parseRequestLine takes the target in origin-form and in absolute-form.
func parseRequestLine(line string) (*http.Request, error) {
	want := errors.New("neither a HAR file nor an HTTP request: the first line is to be METHOD TARGET HTTP/1.1")
	fields := strings.Split(line, " ")
	if len(fields) != 3 || !isToken(fields[0]) || !strings.HasPrefix(fields[2], "HTTP/") {
		return nil, want
	}
	u, err := parseTarget(fields[1])
	if err != nil {
		return nil, err
	}
	return &http.Request{Method: fields[0], URL: u, Header: http.Header{}}, nil
}

// parseTarget's error leaves the target out, which net/url's repeats.
func parseTarget(target string) (*url.URL, error) {
	u, err := url.ParseRequestURI(target)
	if err != nil || u.Opaque != "" {
		return nil, errors.New("the request's target is not a path or a URL")
	}
	return u, nil
}

// rawBody cuts the body as the headers say.
func rawBody(h http.Header, rest []byte) ([]byte, error) {
	if strings.EqualFold(h.Get("Transfer-Encoding"), "chunked") {
		body, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(rest)))
		if err != nil {
			return nil, errors.New("the body is not chunked as its header says")
		}
		return body, nil
	}
	length := h.Get("Content-Length")
	if length == "" {
		if len(bytes.TrimSpace(rest)) == 0 {
			return nil, nil
		}
		return rest, nil
	}
	n, err := strconv.ParseUint(length, 10, 31)
	switch {
	case err != nil:
		return nil, errors.New("the Content-Length is not a number")
	case int(n) > len(rest):
		return nil, fmt.Errorf("the body ends after %d of the %d bytes of its Content-Length", len(rest), n)
	case len(bytes.TrimSpace(rest[n:])) > 0:
		return nil, fmt.Errorf("something follows the %d bytes of the Content-Length: a file holds one request", n)
	}
	return rest[:n], nil
}

// setBody gives the request its body, none where it is empty.
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
