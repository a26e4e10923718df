package recording

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/net/http/httpguts"
)

// harReader reads an HTTP archive (HAR 1.2) entry by entry: an entry that cannot be read does not affect the others,
// and memory does not grow with the number of entries.
type harReader struct {
	decoder *jsontext.Decoder
	each    func(Entry)
	isHAR   bool // it contains the list log.entries
	postman bool
	entries int
}

func readHAR(b *bufio.Reader, in *source, each func(Entry)) (*Recording, error) {
	skipped := in.n - int64(b.Buffered())
	h := &harReader{each: each, decoder: jsontext.NewDecoder(b, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	err := h.read()
	if err := in.failure(); err != nil {
		return nil, err
	}
	var syntax *jsontext.SyntacticError
	at := int64(0)
	if errors.As(err, &syntax) {
		at = skipped + syntax.ByteOffset + 1
		_, _ = io.CopyN(io.Discard, b, 1) // updates in.end if anything follows
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), at > in.end: // a string may have been cut off before the last line break
		return nil, &Error{fmt.Sprintf("not valid JSON: it ends too early, at byte %d", in.end), "Is the file complete?"}
	case at > 0:
		return nil, &Error{Reason: fmt.Sprintf("not valid JSON at byte %d", at)}
	case err != nil:
		return nil, &Error{Reason: "not valid JSON"}
	case h.postman:
		return nil, &Error{"a Postman export, not a HAR file", howToRecord}
	case !h.isHAR:
		return nil, &Error{"JSON, but not a HAR file: it has no list log.entries", howToRecord}
	}
	return &Recording{HAR: true, Entries: h.entries}, nil
}

func (h *harReader) read() error {
	err := h.object(func(name string) error {
		switch name {
		case "log":
			return h.object(func(name string) error {
				if name == "entries" {
					return h.list()
				}
				return h.decoder.SkipValue()
			})
		case "info", "_postman_variable_scope":
			value, err := h.decoder.ReadValue()
			h.postman = h.postman || isPostman(name, value)
			return err
		}
		return h.decoder.SkipValue()
	})
	if err != nil {
		return err
	}
	switch _, err := h.decoder.ReadToken(); {
	case errors.Is(err, io.EOF):
		return nil
	case err == nil:
		return &jsontext.SyntacticError{ByteOffset: h.decoder.InputOffset() - 1}
	default:
		return err
	}
}

// object calls field for each field of an object. Any other value is skipped.
func (h *harReader) object(field func(name string) error) error {
	if h.decoder.PeekKind() != '{' {
		return h.decoder.SkipValue()
	}
	_, err := h.decoder.ReadToken()
	for err == nil && h.decoder.PeekKind() != '}' {
		var name jsontext.Token
		if name, err = h.decoder.ReadToken(); err == nil {
			err = field(name.String())
		}
	}
	if err == nil {
		_, err = h.decoder.ReadToken()
	}
	return err
}

// list reads the list of entries.
func (h *harReader) list() error {
	if h.decoder.PeekKind() != '[' {
		return h.decoder.SkipValue()
	}
	h.isHAR = true
	_, err := h.decoder.ReadToken()
	for err == nil && h.decoder.PeekKind() != ']' {
		var value jsontext.Value
		if value, err = h.decoder.ReadValue(); err == nil {
			h.entries++
			e := parseEntry(value)
			e.Number = h.entries
			h.each(e)
		}
	}
	if err == nil {
		_, err = h.decoder.ReadToken()
	}
	return err
}

// isPostman recognizes a collection by its schema or its ID, and an environment by its scope.
func isPostman(name string, value jsontext.Value) bool {
	var info struct {
		ID     any    `json:"_postman_id"`
		Schema string `json:"schema"`
	}
	_ = json.Unmarshal(value, &info) // fields of another type keep their zero value
	return name != "info" || info.ID != nil || strings.Contains(info.Schema, "getpostman.com")
}

type archiveEntry struct {
	Request *archiveRequest `json:"request"`
}

type archiveRequest struct {
	Method      string  `json:"method"`
	URL         string  `json:"url"`
	Headers     []pair  `json:"headers"`
	QueryString []pair  `json:"queryString"`
	BodySize    float64 `json:"bodySize"` // -1 if it is not known
	PostData    *struct {
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"encoding"` // "base64", as some proxies write it
	} `json:"postData"`
}

type pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func parseEntry(raw []byte) (e Entry) {
	var entry archiveEntry
	err := json.Unmarshal(raw, &entry)
	switch {
	case entry.Request == nil:
		e.Err = errors.New("it has no request")
		return e
	case err != nil:
		e.Err = errors.New("a field of its request has the wrong type")
	default:
		e.Request, e.Err = entry.Request.request()
		e.NoHeaders = len(entry.Request.Headers) == 0
	}
	e.URL = entry.Request.URL
	return e
}

func (a *archiveRequest) request() (*http.Request, error) {
	if !httpguts.ValidHeaderFieldName(a.Method) { // both are tokens
		return nil, errors.New("its request has no valid method")
	}
	u, err := parseTarget(a.URL)
	if err != nil {
		return nil, err
	}
	if u.RawQuery == "" { // it belongs in the URL, but not every proxy puts it there
		var pairs []string
		for _, q := range a.QueryString {
			pairs = append(pairs, url.QueryEscape(q.Name)+"="+url.QueryEscape(q.Value))
		}
		u.RawQuery = strings.Join(pairs, "&")
	}
	r := &http.Request{Method: a.Method, URL: u, Header: http.Header{}}
	for _, header := range a.Headers {
		if !strings.HasPrefix(header.Name, ":") { // HTTP/2's own
			r.Header.Add(header.Name, header.Value)
		}
	}
	if err := checkHeaders(r.Header); err != nil {
		return nil, err
	}
	body, err := a.body()
	if err != nil {
		return nil, err
	}
	length, _ := strconv.Atoi(r.Header.Get("Content-Length"))
	switch encoded := r.Header.Get("Content-Encoding") != ""; {
	case len(body) == 0 && (a.BodySize > 0 || length > 0):
		return nil, errors.New("the recording does not have the body")
	case len(body) < length && !encoded: // a decoded body may be shorter
		return nil, errors.New("the recording does not have the whole body")
	}
	if r.Header.Get("Content-Type") == "" && len(body) > 0 {
		switch {
		case a.PostData.MimeType != "":
			r.Header.Set("Content-Type", a.PostData.MimeType)
		case len(a.Headers) == 0: // otherwise the body could not be checked
			r.Header.Set("Content-Type", "application/json")
		}
	}
	setBody(r, body)
	return r, nil
}

func (a *archiveRequest) body() ([]byte, error) {
	switch {
	case a.PostData == nil:
		return nil, nil
	case a.PostData.Encoding != "base64":
		return []byte(a.PostData.Text), nil
	}
	body, err := base64.StdEncoding.DecodeString(a.PostData.Text)
	if err != nil {
		return nil, errors.New("its postData claims to be base64, and is not")
	}
	return body, nil
}
