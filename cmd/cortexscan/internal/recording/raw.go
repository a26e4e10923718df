package recording

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
)

// parseRaw reads one HTTP/1.1 request, its lines ended by LF or CRLF, or the request in what curl -v prints.
func parseRaw(content []byte) (*Recording, error) {
	r, err := parseRawRequest(content)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = &Error{Reason: err.Error()}
		}
		return nil, e
	}
	return &Recording{Entries: []Entry{{Request: r, URL: r.URL.String()}}}, nil
}

func parseRawRequest(content []byte) (*http.Request, error) {
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
		return nil, &Error{"curl -v does not print the body", howToRecord}
	}
	body, err := rawBody(r.Header, rest)
	if err != nil {
		return nil, err
	}
	setBody(r, body)
	return r, nil
}

// curlLines returns the head of the first request in what curl -v prints, nil if content is something else.
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
			return nil // curl begins with notes about the connection and its progress
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
	fields := strings.Split(line, " ")
	if len(fields) != 3 || !isToken(fields[0]) || !strings.HasPrefix(fields[2], "HTTP/") {
		return nil, &Error{"neither a HAR file nor an HTTP request, whose first line is METHOD TARGET HTTP/1.1", howToRecord}
	}
	u, err := parseTarget(fields[1])
	if err != nil {
		return nil, err
	}
	return &http.Request{Method: fields[0], URL: u, Header: http.Header{}}, nil
}

// rawBody returns the body that the headers describe. What follows it is refused: nobody would check it.
func rawBody(h http.Header, rest []byte) ([]byte, error) {
	encodings, lengths := h.Values("Transfer-Encoding"), h.Values("Content-Length")
	switch {
	case disagree(lengths):
		return nil, errDifferentLengths
	case len(encodings) > 0 && len(lengths) > 0:
		return nil, errors.New("the request has both a Content-Length and a Transfer-Encoding")
	case len(encodings) == 1 && strings.EqualFold(encodings[0], "chunked"):
		return chunkedBody(rest)
	case len(encodings) > 0:
		return nil, errors.New("the only supported Transfer-Encoding is chunked")
	case len(lengths) > 0:
		return fixedBody(lengths[0], rest)
	case len(bytes.TrimSpace(rest)) == 0:
		return nil, nil
	}
	return rest, nil
}

var errDifferentLengths = errors.New("the request has two different Content-Lengths")

// disagree reports whether the values of Content-Length are more than one number, on separate lines or on one.
func disagree(lengths []string) bool {
	all := strings.Split(strings.Join(lengths, ","), ",")
	for _, length := range all[1:] {
		if strings.TrimSpace(length) != strings.TrimSpace(all[0]) {
			return true
		}
	}
	return false
}

func fixedBody(length string, rest []byte) ([]byte, error) {
	length, _, _ = strings.Cut(length, ",")
	n, err := strconv.ParseUint(strings.TrimSpace(length), 10, 31)
	switch {
	case err != nil:
		return nil, errors.New("the Content-Length is not a number")
	case int(n) > len(rest):
		return nil, fmt.Errorf("the body ends after %d of the %d bytes of its Content-Length", len(rest), n)
	case len(bytes.TrimSpace(rest[n:])) > 0:
		return nil, fmt.Errorf("something follows the body, whose Content-Length is %d: a file holds one request", n)
	}
	return rest[:n], nil
}

func chunkedBody(rest []byte) ([]byte, error) {
	r := bufio.NewReader(bytes.NewReader(rest)) // the chunked reader takes from it no more than it needs
	body, err := io.ReadAll(httputil.NewChunkedReader(r))
	if err != nil {
		return nil, errors.New("the body is not chunked, as its Transfer-Encoding says")
	}
	after, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	for len(after) > 0 { // trailers, up to an empty line
		var line string
		if line, after = cutLine(after); line == "" {
			break
		}
		if name, _, ok := strings.Cut(line, ":"); !ok || !isToken(name) {
			return nil, errAfterChunks
		}
	}
	if len(bytes.TrimSpace(after)) > 0 {
		return nil, errAfterChunks
	}
	return body, nil
}

var errAfterChunks = errors.New("something follows the last chunk of the body: a file holds one request")
