// Package recording reads recorded HTTP requests: HAR files, and single requests as text.
//
// The errors name entries, lines and fields. They never repeat content, because any part of it may be a credential.
package recording

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Recording is the result of [Read].
type Recording struct {
	HAR     bool // true for a HAR file, false for one request as text
	Entries int
}

// Entry is one recorded request, or the reason why it cannot be read.
type Entry struct {
	Number  int // in a HAR file, from 1; otherwise 0
	Request *http.Request
	Err     error
	// URL is the URL of the request as recorded. If Err is not nil, URL may be empty or invalid.
	URL string
	// NoHeaders means that the recording left out the headers. Every real request has headers.
	NoHeaders bool
}

// Error reports why content cannot be read as a recording, and what the user can do.
type Error struct{ Reason, Hint string }

// Error returns the reason.
func (e *Error) Error() string { return e.Reason }

// howToRecord describes how to record requests in a browser and in any other program.
const howToRecord = "Record a HAR file. In a browser, use developer tools → Network → Export HAR. For other programs, " +
	"run mitmdump --set hardump=FILE.har and use it as their proxy."

const maxSize = 256 << 20 // bytes, far more than a browser records in a day

// ReadFile reads a file, a pipe or a FIFO with [Read]. It can block until a program writes to a FIFO. The error does
// not name the file.
func ReadFile(name string, each func(Entry)) (*Recording, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, &Error{Reason: "the recording cannot be read: " + Cause(err)}
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, &Error{"this is a directory, not a recording", "Name the recordings in it, such as DIRECTORY/*.har."}
	}
	return Read(f, each)
}

// Read reads a recording into memory, and then calls each for every entry, in order. The error is an [*Error].
func Read(r io.Reader, each func(Entry)) (*Recording, error) { return read(r, maxSize, each) }

func read(r io.Reader, limit int64, each func(Entry)) (*Recording, error) {
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, &Error{Reason: "the recording cannot be read: " + Cause(err)}
	case int64(len(content)) > limit:
		return nil, &Error{Reason: fmt.Sprintf("the recording is larger than %d MiB", limit>>20)}
	case bytes.HasPrefix(content, []byte{0xff, 0xfe}), bytes.HasPrefix(content, []byte{0xfe, 0xff}):
		return nil, &Error{"the text is encoded in UTF-16", "Save the file as UTF-8. In PowerShell: … | Out-File -Encoding utf8 FILE."}
	}
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	switch start := bytes.TrimLeft(content, " \t\r\n"); {
	case len(start) == 0:
		return nil, &Error{Reason: "the recording is empty"}
	case start[0] == '{', start[0] == '[':
		return readHAR(content, each)
	}
	return readRaw(content, each)
}

// foreign names a kind of content that users often mistake for a recording. It returns "" for any other content.
func foreign(content []byte) string {
	content = bytes.TrimPrefix(bytes.TrimSpace(content), []byte("$ "))
	line, _, _ := bytes.Cut(content, []byte("\n"))
	words := strings.Fields(string(line[:min(len(line), 4<<10)]))
	if len(words) == 0 {
		return ""
	}
	word := strings.ToLower(words[0])
	switch {
	case word == "curl", word == "curl.exe":
		return "a curl command"
	case word == "wget":
		return "a wget command"
	case word == "http", word == "https":
		return "an HTTPie command"
	case strings.HasPrefix(word, "invoke-"), strings.HasPrefix(word, "$session"):
		return "a PowerShell command"
	case strings.HasPrefix(word, "fetch("), word == "await" && strings.HasPrefix(words[1%len(words)], "fetch("):
		return "a JavaScript call"
	case isHTTPFile(content, words):
		return "a .http file for an editor's REST client"
	}
	return ""
}

// isHTTPFile reports whether the content is a file with requests for an editor to send. Such files contain comments,
// variables or separators, or a first line without an HTTP version.
func isHTTPFile(content []byte, words []string) bool {
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
	switch {
	case strings.HasPrefix(words[0], "#"), strings.HasPrefix(words[0], "//"), strings.HasPrefix(words[0], "@"):
		return true
	case len(words) == 2 && slices.Contains(methods, words[0]):
		return true
	case !slices.Contains(methods, words[0]):
		return false
	}
	head, _, _ := bytes.Cut(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	return bytes.Contains(head, []byte("{{")) || bytes.Contains(content, []byte("\n###"))
}

// Cause returns the reason why a file cannot be read, without the file's name.
func Cause(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return err.Error()
}

// parseTarget parses a request target. It ignores the fragment, which browsers do not send. The error does not repeat
// the target, unlike net/url's error.
func parseTarget(target string) (*url.URL, error) {
	target, _, _ = strings.Cut(target, "#")
	u, err := url.ParseRequestURI(target)
	if err != nil || u.Opaque != "" {
		return nil, errors.New("the request target is neither a path nor a URL")
	}
	return u, nil
}

// checkHeaders returns an error if no server would accept the headers.
func checkHeaders(h http.Header) error {
	for name, values := range h {
		if !httpguts.ValidHeaderFieldName(name) {
			return errors.New("a header name is not valid")
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return errors.New("a header value contains a control character")
			}
		}
	}
	switch hosts := h.Values("Host"); {
	case len(hosts) > 1:
		return errors.New("the request has more than one Host header")
	case len(hosts) == 1 && !httpguts.ValidHostHeader(hosts[0]):
		return errors.New("the Host header is not valid")
	case disagree(h.Values("Content-Length")):
		return errors.New("the request has two different Content-Length values")
	}
	return nil
}

// disagree reports whether the Content-Length values differ, in separate headers or in one.
func disagree(lengths []string) bool {
	all := strings.Split(strings.Join(lengths, ","), ",")
	for _, length := range all[1:] {
		if trimBlanks(length) != trimBlanks(all[0]) {
			return true
		}
	}
	return false
}

// trimBlanks removes the white space that HTTP allows around a value.
func trimBlanks(s string) string { return strings.Trim(s, " \t") }

// setBody sets the body, which may be empty, and removes the headers that describe its length.
func setBody(r *http.Request, body []byte) {
	r.Header.Del("Content-Length")
	r.Header.Del("Transfer-Encoding")
	if len(body) > 0 {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
}
