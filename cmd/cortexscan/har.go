package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// har is the part of an HTTP archive (version 1.2) that requests are made of.
type har struct {
	Log *struct {
		Entries []struct {
			Request *harRequest `json:"request"`
		} `json:"entries"`
	} `json:"log"`
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	Headers     []harPair `json:"headers"`
	QueryString []harPair `json:"queryString"`
	PostData    *struct {
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"encoding"` // base64, as some proxies write it
	} `json:"postData"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// parseHAR reads the requests of a HAR file. Its errors name entries and places, and repeat nothing of them.
func parseHAR(content []byte) ([]recorded, error) {
	var file har
	if err := json.Unmarshal(content, &file); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("not valid JSON after %d bytes", syntax.Offset)
		}
		return nil, errors.New("JSON, but not a HAR file: something in it is of the wrong type")
	}
	if file.Log == nil || file.Log.Entries == nil {
		return nil, errors.New("JSON, but not a HAR file: it has no log.entries")
	}
	var list []recorded
	for i, e := range file.Log.Entries {
		if e.Request == nil {
			return nil, fmt.Errorf("entry %d has no request", i+1)
		}
		r, err := e.Request.request()
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		list = append(list, recorded{i + 1, r})
	}
	return list, nil
}

func (h *harRequest) request() (*http.Request, error) {
	if !isToken(h.Method) {
		return nil, errors.New("it has no method")
	}
	u, err := parseTarget(h.URL)
	if err != nil {
		u = &url.URL{Scheme: "none"} // data: and the like, which no contract has
	}
	if u.RawQuery == "" { // it belongs in the URL, but not every proxy puts it there
		var pairs []string
		for _, q := range h.QueryString {
			pairs = append(pairs, url.QueryEscape(q.Name)+"="+url.QueryEscape(q.Value))
		}
		u.RawQuery = strings.Join(pairs, "&")
	}
	r := &http.Request{Method: h.Method, URL: u, Header: http.Header{}}
	for _, header := range h.Headers {
		if !strings.HasPrefix(header.Name, ":") { // HTTP/2's own
			r.Header.Add(header.Name, header.Value)
		}
	}
	var body []byte
	if p := h.PostData; p != nil {
		body = []byte(p.Text)
		if p.Encoding == "base64" {
			if body, err = base64.StdEncoding.DecodeString(p.Text); err != nil {
				return nil, errors.New("its postData is not base64 as it says")
			}
		}
		if r.Header.Get("Content-Type") == "" && p.MimeType != "" {
			r.Header.Set("Content-Type", p.MimeType)
		}
	}
	setBody(r, body)
	return r, nil
}
