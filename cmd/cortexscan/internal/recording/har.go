package recording

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// readHAR reads an HTTP archive (HAR 1.2). An entry that cannot be read does not affect other entries.
func readHAR(content []byte, each func(Entry)) (*Recording, error) {
	content = bytes.TrimRight(content, " \t\r\n") // an error for truncated JSON must give the position where it was cut off
	var archive struct {
		Log struct {
			Entries json.RawMessage `json:"entries"`
		} `json:"log"`
		// A Postman collection contains info, and a Postman environment contains a scope.
		Info struct {
			ID     any    `json:"_postman_id"`
			Schema string `json:"schema"`
		} `json:"info"`
		Scope any `json:"_postman_variable_scope"`
	}
	err := json.Unmarshal(content, &archive) // a field of the wrong type keeps its zero value
	var syntax *json.SyntaxError
	switch entries := archive.Log.Entries; {
	case errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end"):
		return nil, &Error{fmt.Sprintf("the JSON is not valid: it ends too early, at byte %d", syntax.Offset), "Check whether the file is complete."}
	case errors.As(err, &syntax):
		return nil, &Error{Reason: fmt.Sprintf("the JSON is not valid at byte %d", syntax.Offset)}
	case archive.Info.ID != nil, archive.Scope != nil, strings.Contains(archive.Info.Schema, "getpostman.com"):
		return nil, &Error{"this is a Postman export, not a HAR file", howToRecord}
	case !bytes.HasPrefix(entries, []byte("[")):
		return nil, &Error{"this is JSON, but not a HAR file: the list log.entries is missing", howToRecord}
	default:
		return &Recording{HAR: true, Entries: readEntries(entries, each)}, nil
	}
}

// readEntries decodes one entry at a time, so that a list of millions of entries needs little memory. It returns
// the number of entries.
func readEntries(list []byte, each func(Entry)) (count int) {
	decoder := json.NewDecoder(bytes.NewReader(list))
	_, _ = decoder.Token() // the list is known to be valid
	for decoder.More() {
		var raw json.RawMessage
		_ = decoder.Decode(&raw)
		count++
		e := parseEntry(raw)
		e.Number = count
		each(e)
	}
	return count
}

type archiveEntry struct {
	Request *archiveRequest `json:"request"`
}

type archiveRequest struct {
	Method      string  `json:"method"`
	URL         string  `json:"url"`
	Headers     []pair  `json:"headers"`
	QueryString []pair  `json:"queryString"`
	BodySize    float64 `json:"bodySize"` // -1 if unknown
	PostData    *struct {
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"encoding"` // some proxies set "base64"
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
		e.Err = errors.New("the entry has no request")
		return e
	case err != nil:
		e.Err = errors.New("a field of the request has the wrong type")
	default:
		e.Request, e.Err = entry.Request.request()
		e.NoHeaders = len(entry.Request.Headers) == 0
	}
	e.URL = entry.Request.URL
	return e
}

func (a *archiveRequest) request() (*http.Request, error) {
	if !httpguts.ValidHeaderFieldName(a.Method) { // methods and header names have the same syntax
		return nil, errors.New("the request has no valid method")
	}
	u, err := parseTarget(a.URL)
	if err != nil {
		return nil, err
	}
	if u.RawQuery == "" { // not every proxy includes the query in the URL
		var pairs []string
		for _, q := range a.QueryString {
			pairs = append(pairs, url.QueryEscape(q.Name)+"="+url.QueryEscape(q.Value))
		}
		u.RawQuery = strings.Join(pairs, "&")
	}
	r := &http.Request{Method: a.Method, URL: u, Header: http.Header{}}
	for _, header := range a.Headers {
		if !strings.HasPrefix(header.Name, ":") { // skip HTTP/2 pseudo-headers
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
		return nil, errors.New("the recording does not contain the body")
	case len(body) < length && !encoded: // a decoded body may be shorter
		return nil, errors.New("the recording does not contain the whole body")
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
		return nil, errors.New("the postData is marked as base64, but is not valid base64")
	}
	return body, nil
}
