package recording

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// archive is the part of an HTTP archive (HAR 1.2) that requests are made of. Entries are decoded one by one, so
// that one that cannot be read does not take the others with it.
type archive struct {
	Log *struct {
		Entries []json.RawMessage `json:"entries"`
	} `json:"log"`
}

type archiveEntry struct {
	Request *archiveRequest `json:"request"`
}

type archiveRequest struct {
	Method      string `json:"method"`
	URL         string `json:"url"`
	Headers     []pair `json:"headers"`
	QueryString []pair `json:"queryString"`
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

func parseHAR(content []byte) (*Recording, error) {
	var file archive
	err := json.Unmarshal(content, &file)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax) && syntax.Offset == int64(len(content)):
		return nil, &Error{fmt.Sprintf("not valid JSON: it ends too early, at byte %d", syntax.Offset), "Is the file complete?"}
	case errors.As(err, &syntax):
		return nil, &Error{Reason: fmt.Sprintf("not valid JSON at byte %d", syntax.Offset)}
	case isPostman(content):
		return nil, &Error{"a Postman export, not a HAR file", howToRecord}
	case err != nil || file.Log == nil || file.Log.Entries == nil:
		return nil, &Error{"JSON, but not a HAR file: it has no list log.entries", howToRecord}
	}
	list := make([]Entry, len(file.Log.Entries))
	for i, raw := range file.Log.Entries {
		list[i] = parseEntry(raw)
		list[i].Number = i + 1
	}
	return &Recording{HAR: true, Entries: list}, nil
}

// isPostman recognizes a collection by its schema or its ID, and an environment by its scope.
func isPostman(content []byte) bool {
	var export struct {
		Info struct {
			ID     any    `json:"_postman_id"`
			Schema string `json:"schema"`
		} `json:"info"`
		Scope any `json:"_postman_variable_scope"`
	}
	_ = json.Unmarshal(content, &export) // what has another type is left at its zero value
	return export.Info.ID != nil || export.Scope != nil || strings.Contains(export.Info.Schema, "getpostman.com")
}

func parseEntry(raw json.RawMessage) (e Entry) {
	var entry archiveEntry
	err := json.Unmarshal(raw, &entry)
	switch {
	case entry.Request == nil:
		e.Err = errors.New("it has no request")
		return e
	case err != nil:
		e.Err = errors.New("a member of its request has the wrong type")
	default:
		e.Request, e.Err = entry.Request.request()
	}
	e.URL = entry.Request.URL
	return e
}

func (a *archiveRequest) request() (*http.Request, error) {
	if !isToken(a.Method) {
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
	if lengths := r.Header.Values("Content-Length"); disagree(lengths) {
		return nil, errDifferentLengths
	}
	var body []byte
	if p := a.PostData; p != nil {
		body = []byte(p.Text)
		if p.Encoding == "base64" {
			if body, err = base64.StdEncoding.DecodeString(p.Text); err != nil {
				return nil, errors.New("its postData says that it is base64, and is not")
			}
		}
		if r.Header.Get("Content-Type") == "" && p.MimeType != "" {
			r.Header.Set("Content-Type", p.MimeType)
		}
	}
	setBody(r, body)
	return r, nil
}
