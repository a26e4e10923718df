// Package recording reads recorded HTTP requests: HAR files, and single requests as text.
//
// Its errors name entries, lines and fields, and never repeat what is in them: any of it may be a credential.
package recording

import (
	"bufio"
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

// Recording describes what was read.
type Recording struct {
	HAR     bool // a HAR file, otherwise one request as text
	Entries int
}

// Entry is one recorded request, or the reason why it cannot be read.
type Entry struct {
	Number  int // in a HAR file, from 1; otherwise 0
	Request *http.Request
	Err     error
	// URL is the URL of the request as recorded. If Err is not nil it may be "", or not a URL.
	URL string
	// NoHeaders reports that the recording left out the headers, although every request has some.
	NoHeaders bool
}

// Error reports content that is not a recording, and what to do about it.
type Error struct{ Reason, Hint string }

// Error returns the reason.
func (e *Error) Error() string { return e.Reason }

// howToRecord works for every program that sends requests; a browser has its own way.
const howToRecord = "Record a HAR file: in a browser, developer tools → Network → Export HAR; for other programs, " +
	"mitmdump --set hardump=FILE.har as their proxy."

const (
	maxHAR = 256 << 20 // far more than a browser records in a day
	maxRaw = 32 << 20
)

// ReadFile is [Read] for a file, a pipe or a FIFO. It can block until a program writes to a FIFO. Its error does not
// name the file.
func ReadFile(name string, each func(Entry)) (*Recording, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, &Error{Reason: "cannot be read: " + reason(err)}
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, &Error{"a directory, not a recording", "Name the recordings in it, such as DIRECTORY/*.har."}
	}
	return Read(f, each)
}

// Read reads a recording, and calls each with one entry after the other. It keeps none of them. Its error is an
// [*Error]; entries that were read before the error do not count.
func Read(r io.Reader, each func(Entry)) (*Recording, error) {
	in := &source{r: r}
	b := bufio.NewReader(in)
	start, _ := b.Peek(3)
	switch {
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return nil, &Error{"the text is encoded in UTF-16", "Save it as UTF-8. (In PowerShell: … | Out-File -Encoding utf8 FILE.)"}
	case string(start) == "\ufeff":
		_, _ = b.Discard(len(start))
	}
	first, err := firstByte(b)
	switch {
	case in.err != nil:
		return nil, &Error{Reason: "cannot be read: " + reason(in.err)}
	case err != nil:
		return nil, &Error{Reason: "empty"}
	case first == '{' || first == '[':
		in.limit = maxHAR
		return readHAR(b, in, each)
	}
	in.limit = maxRaw
	content, err := io.ReadAll(b)
	if err := in.failure(); err != nil {
		return nil, err
	}
	if err != nil {
		return nil, &Error{Reason: "cannot be read: " + reason(err)}
	}
	curl := curlLines(content)
	if name := foreign(content); name != "" && curl == nil {
		return nil, &Error{name + ", not a recorded request", howToRecord}
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

// firstByte skips white space and returns the next byte without consuming it.
func firstByte(b *bufio.Reader) (byte, error) {
	for {
		next, err := b.Peek(1)
		if err != nil {
			return 0, err
		}
		if !strings.ContainsRune(" \t\r\n", rune(next[0])) {
			return next[0], nil
		}
		_, _ = b.Discard(1)
	}
}

// source counts what is read, and remembers why it stopped.
type source struct {
	r     io.Reader
	n     int64
	end   int64 // of the last byte that is not white space
	limit int64 // 0: not known yet
	err   error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if trimmed := bytes.TrimRight(p[:n], " \t\r\n"); len(trimmed) > 0 {
		s.end = s.n + int64(len(trimmed))
	}
	s.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	if s.limit > 0 && s.n > s.limit {
		s.err = fmt.Errorf("larger than %d MiB", s.limit>>20)
		return 0, s.err
	}
	return n, err
}

// failure returns the error for input that could not be read to its end, nil if it was.
func (s *source) failure() error {
	switch {
	case s.err == nil:
		return nil
	case s.limit > 0 && s.n > s.limit:
		return &Error{Reason: s.err.Error()}
	}
	return &Error{Reason: "cannot be read: " + reason(s.err)}
}

// foreign names content that users often have in place of a recording, "" for other content.
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

// isHTTPFile recognizes the requests that editors send: they have comments, variables or separators, or a first line
// without a version.
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

// reason returns the system's reason, without the file's name, which the caller prints.
func reason(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return err.Error()
}

// parseTarget parses a request target, without its fragment: browsers do not send it. Its error leaves the target out,
// which the error of net/url repeats.
func parseTarget(target string) (*url.URL, error) {
	target, _, _ = strings.Cut(target, "#")
	u, err := url.ParseRequestURI(target)
	if err != nil || u.Opaque != "" {
		return nil, errors.New("the request target is neither a path nor a URL")
	}
	return u, nil
}

// checkHeaders refuses what no server accepts.
func checkHeaders(h http.Header) error {
	for name, values := range h {
		if !httpguts.ValidHeaderFieldName(name) {
			return errors.New("a header has a name that is not valid")
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return errors.New("a header has a control character in its value")
			}
		}
	}
	switch hosts := h.Values("Host"); {
	case len(hosts) > 1:
		return errors.New("the request has more than one Host header")
	case len(hosts) == 1 && !httpguts.ValidHostHeader(hosts[0]):
		return errors.New("the Host header is not valid")
	case disagree(h.Values("Content-Length")):
		return errors.New("the request has two different Content-Lengths")
	}
	return nil
}

// disagree reports whether the values of Content-Length are more than one number, on separate lines or on one.
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

// setBody gives the request its body, none if it is empty.
func setBody(r *http.Request, body []byte) {
	r.Header.Del("Content-Length")
	r.Header.Del("Transfer-Encoding")
	if len(body) > 0 {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
}
