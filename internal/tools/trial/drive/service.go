package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/cortexscan/internal/tools/trial"
)

// service sends the same response to every request and keeps the last request.
type service struct {
	response response
	got      *request
}

type request struct {
	*http.Request
	body []byte
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.got = &request{r, body}
	if s.response.contentType != "" {
		w.Header().Set("Content-Type", s.response.contentType)
	}
	for name, v := range s.response.header {
		w.Header().Set(name, v)
	}
	w.WriteHeader(s.response.status)
	_, _ = w.Write(s.response.body)
}

type response struct {
	status      int
	contentType string
	header      map[string]string
	body        []byte
	isJSON      bool // the client decodes it
}

func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && (mediaType == "application/json" || strings.HasSuffix(mediaType, "+json") || mediaType == "text/json")
}

// serverHeaders lists the headers that net/http sets.
var serverHeaders = []string{"Connection", "Content-Encoding", "Content-Length", "Content-Type", "Transfer-Encoding"}

// responseOf generates the first success response that the operation documents.
func responseOf(op operation) (response, error) {
	var a response
	key, statuses := "default", slices.Sorted(maps.Keys(op.Responses.Map()))
	if i := slices.IndexFunc(statuses, func(status string) bool { return strings.HasPrefix(status, "2") }); i >= 0 {
		key = statuses[i]
	} else if op.Responses.Default() == nil {
		return a, errors.New("no success response is documented")
	}
	var err error
	if a.status, err = strconv.Atoi(key); err != nil { // 2XX or default
		a.status = http.StatusOK
	}
	documented := op.Responses.Value(key).Value
	sampler := trial.Sampler{Full: true, Response: true}
	a.header = map[string]string{}
	for name, h := range documented.Headers {
		if slices.Contains(serverHeaders, http.CanonicalHeaderKey(name)) {
			continue
		}
		if v, err := sampler.Value(h.Value.Schema); err == nil {
			a.header[name] = plainText(v)
		}
	}
	types := slices.Sorted(maps.Keys(documented.Content))
	slices.SortStableFunc(types, func(a, b string) int { return rank(a) - rank(b) })
	if len(types) == 0 || a.status == http.StatusNoContent || op.method == http.MethodHead {
		return a, nil // no body is documented, or HTTP allows none
	}
	a.contentType = types[0]
	m := documented.Content[types[0]]
	if strings.Contains(a.contentType, "*") {
		a.contentType = "application/json"
	}
	if !isJSON(a.contentType) {
		a.body = []byte("some words")
		if strings.HasSuffix(a.contentType, "xml") {
			a.body = []byte("<some>words</some>")
		}
		return a, nil
	}
	v, err := sampler.Value(m.Schema)
	if err != nil {
		return a, fmt.Errorf("make a response: %w", err)
	}
	hasField := !strings.Contains(types[0], "*") && !strings.HasPrefix(types[0], "text/json")
	a.isJSON = hasField && m.Schema != nil && v != nil // null leaves the result empty
	if !strings.Contains(a.contentType, ";") {
		a.contentType += "; charset=utf-8" // servers add it even if the document does not
	}
	a.body, err = json.Marshal(v)
	return a, err
}

func rank(contentType string) int {
	switch {
	case contentType == "application/json":
		return 0
	case isJSON(contentType):
		return 1
	}
	return 2
}

// plainText formats a scalar for a header, a form or a body that is not JSON.
func plainText(v any) string {
	if f, isNumber := v.(float64); isNumber {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
