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
	"example.com/cortexscan/wrapper"
)

// service answers every request alike, and keeps the last one.
type service struct {
	answer answer
	got    *request
}

type request struct {
	*http.Request
	body []byte
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.got = &request{r, body}
	if s.answer.contentType != "" {
		w.Header().Set("Content-Type", s.answer.contentType)
	}
	for name, v := range s.answer.header {
		w.Header().Set(name, v)
	}
	w.WriteHeader(s.answer.status)
	_, _ = w.Write(s.answer.body)
}

// answer is a documented success.
type answer struct {
	status      int
	contentType string
	header      map[string]string
	body        []byte
	isJSON      bool // with a schema and a media type for which the client decodes it
}

func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && (mediaType == "application/json" || strings.HasSuffix(mediaType, "+json") || mediaType == "text/json")
}

// serverHeaders say how the body is sent, which net/http does itself.
var serverHeaders = []string{"Connection", "Content-Encoding", "Content-Length", "Content-Type", "Transfer-Encoding"}

// answerOf makes up the first success that the operation documents.
func answerOf(op operation) (answer, error) {
	var a answer
	key := ""
	for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
		if strings.HasPrefix(status, "2") && key == "" {
			key = status
		}
	}
	switch {
	case key == "" && op.Responses.Default() != nil:
		key, a.status = "default", http.StatusOK
	case key == "":
		return a, errors.New("it documents no success")
	case strings.HasSuffix(key, "XX"):
		a.status = http.StatusOK
	default:
		a.status, _ = strconv.Atoi(key)
	}
	response := op.Responses.Value(key).Value
	sampler := trial.Sampler{Full: true, Response: true}
	a.header = map[string]string{}
	for name, h := range response.Headers {
		if slices.Contains(serverHeaders, http.CanonicalHeaderKey(name)) {
			continue
		}
		if v, err := sampler.Value(h.Value.Schema); err == nil {
			a.header[name] = plainText(v)
		}
	}
	types := slices.Sorted(maps.Keys(response.Content))
	slices.SortStableFunc(types, func(a, b string) int { return rank(a) - rank(b) })
	if len(types) == 0 || a.status == http.StatusNoContent || op.method == http.MethodHead {
		return a, nil // HTTP has no body for it, whatever the document says
	}
	a.contentType = types[0]
	m := response.Content[types[0]]
	if strings.Contains(a.contentType, "*") {
		a.contentType = "application/json"
	}
	if !isJSON(a.contentType) {
		a.body = []byte("some text")
		if strings.HasSuffix(a.contentType, "xml") {
			a.body = []byte("<some>text</some>")
		}
		return a, nil
	}
	v, err := sampler.Value(m.Schema)
	if err != nil {
		return a, fmt.Errorf("the answer: %w", err)
	}
	hasField := !strings.Contains(types[0], "*") && !strings.HasPrefix(types[0], "text/json")
	a.isJSON = hasField && m.Schema != nil && v != nil // null leaves the result empty
	if !strings.Contains(a.contentType, ";") {
		a.contentType += "; charset=utf-8" // as servers send it, whatever the document says
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

// plainText writes a scalar as a header or a query has it.
func plainText(v any) string {
	if f, isNumber := v.(float64); isNumber {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func statusOf(err error) int {
	var e *wrapper.APIError
	if errors.As(err, &e) {
		return e.StatusCode
	}
	return 0
}
