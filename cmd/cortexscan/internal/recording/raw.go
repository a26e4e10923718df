package recording

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

func readRaw(content []byte, each func(Entry)) (*Recording, error) {
	curl := curlLines(content)
	if name := foreign(content); name != "" && curl == nil {
		return nil, &Error{"this is " + name + ", not a recorded request", howToRecord}
	}
	request, err := parseRaw(content, curl)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = &Error{Reason: err.Error()}
		}
		return nil, e
	}
	each(Entry{Request: request, URL: request.URL.String()})
	return &Recording{Entries: 1}, nil
}

// parseRaw parses one HTTP/1.1 request. Lines end in LF or CRLF. If curl is not nil, parseRaw parses curl, the result
// of curlLines, instead of content.
func parseRaw(content, curl []byte) (*http.Request, error) {
	if curl != nil {
		content = curl
	}
	line, rest := cutLine(bytes.TrimLeft(content, "\r\n"))
	r, err := parseRequestLine(line)
	if err != nil {
		return nil, err
	}
	for number := 2; ; number++ {
		if line, rest = cutLine(rest); line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		value = trimBlanks(value)
		switch {
		case !ok || !httpguts.ValidHeaderFieldName(name):
			return nil, fmt.Errorf("line %d is not a header", number)
		case !httpguts.ValidHeaderFieldValue(value):
			return nil, fmt.Errorf("line %d contains a control character, which no server accepts", number)
		}
		r.Header.Add(name, value)
	}
	if err := checkHeaders(r.Header); err != nil {
		return nil, err
	}
	if length := r.Header.Get("Content-Length"); curl != nil && length != "" && length != "0" {
		return nil, &Error{"the recording does not contain the body: curl -v does not print it", howToRecord}
	}
	body, err := rawBody(r.Header, rest)
	if err != nil {
		return nil, err
	}
	setBody(r, body)
	return r, nil
}

var (
	requestLine = regexp.MustCompile(`^[^ ]+ [^ ]+ HTTP/`)
	curlRequest = regexp.MustCompile(`(?m)^> [^ \n]+ [^ \n]+ HTTP/`)
)

// curlLines returns the head of the first request in the output of curl -v. It returns nil for any other content.
// Before the request, curl prints notes, warnings and its progress.
func curlLines(content []byte) []byte {
	if requestLine.Match(bytes.TrimLeft(content, "\r\n")) {
		return nil
	}
	at := curlRequest.FindIndex(content)
	if at == nil {
		return nil
	}
	var head []byte
	for line := range bytes.Lines(content[at[0]:]) {
		rest, ok := bytes.CutPrefix(line, []byte(">"))
		switch {
		case ok && len(bytes.TrimSpace(rest)) == 0:
			return head
		case ok:
			head = append(head, bytes.TrimPrefix(rest, []byte(" "))...)
		}
	}
	return head
}

func cutLine(content []byte) (line string, rest []byte) {
	before, rest, _ := bytes.Cut(content, []byte("\n"))
	return strings.TrimSuffix(string(before), "\r"), rest
}

// versions lists the versions of HTTP that proxies and curl print.
var versions = []string{"HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/2.0", "HTTP/3", "HTTP/3.0"}

// parseRequestLine accepts a target in origin-form or in absolute-form.
func parseRequestLine(line string) (*http.Request, error) {
	fields := strings.Split(line, " ")
	if len(fields) != 3 || !httpguts.ValidHeaderFieldName(fields[0]) || !strings.HasPrefix(fields[2], "HTTP/") {
		return nil, &Error{"this is neither a HAR file nor an HTTP request that begins with METHOD TARGET HTTP/1.1", howToRecord}
	}
	if !slices.Contains(versions, fields[2]) {
		return nil, errors.New("the first line does not end with an HTTP version, such as HTTP/1.1")
	}
	u, err := parseTarget(fields[1])
	if err != nil {
		return nil, err
	}
	return &http.Request{Method: fields[0], URL: u, Header: http.Header{}}, nil
}

// rawBody returns the body that the headers describe. It returns an error if data follows the body, because that data
// would not be checked.
func rawBody(h http.Header, rest []byte) ([]byte, error) {
	encodings, lengths := h.Values("Transfer-Encoding"), h.Values("Content-Length")
	switch {
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

func fixedBody(length string, rest []byte) ([]byte, error) {
	length, _, _ = strings.Cut(length, ",")
	n, err := strconv.ParseUint(trimBlanks(length), 10, 31)
	switch {
	case err != nil:
		return nil, errors.New("the Content-Length is not a number")
	case n > 0 && len(bytes.TrimSpace(rest)) == 0:
		return nil, errors.New("the recording does not contain the body")
	case int(n) > len(rest):
		return nil, fmt.Errorf("the recording contains only %d of the %d bytes of the body (Content-Length)", len(rest), n)
	case len(bytes.TrimSpace(rest[n:])) > 0:
		return nil, fmt.Errorf("there is data after the body (Content-Length %d): a file must contain only one request", n)
	}
	return rest[:n], nil
}

func chunkedBody(rest []byte) ([]byte, error) {
	if len(bytes.TrimSpace(rest)) == 0 {
		return nil, errors.New("the recording does not contain the body")
	}
	r := bufio.NewReader(bytes.NewReader(rest)) // NewChunkedReader would read ahead from any other type of reader
	body, err := io.ReadAll(httputil.NewChunkedReader(r))
	if err != nil {
		return nil, errors.New("the Transfer-Encoding is chunked, but the body is not")
	}
	if after, _ := io.ReadAll(r); len(bytes.TrimSpace(after)) > 0 {
		return nil, errors.New("there is data after the last chunk of the body: a file must contain only one request")
	}
	return body, nil
}
