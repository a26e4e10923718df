package api

import (
	"bytes"
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api/internal/schema"
)

// response is what the contract says of one status.
type response struct {
	headers []*parameter
	content content
}

func newResponse(described *openapi3.Response, c *schema.Compiler) *response {
	out := &response{content: newContent(described.Content, c)}
	for name, ref := range described.Headers {
		if p := newHeader(name, ref.Value, c); p != nil && !strings.EqualFold(name, "Content-Type") { // which OpenAPI ignores
			out.headers = append(out.headers, p)
		}
	}
	slices.SortFunc(out.headers, func(a, b *parameter) int { return cmp.Compare(a.name, b.name) })
	return out
}

func (r *response) check(h http.Header, body []byte, mayBeEmpty bool, rep *report) {
	for _, p := range r.headers {
		p.check(headerValues(h, p.name), rep)
	}
	at := Problem{In: "response body"}
	entry, isJSON := r.entry(h.Get("Content-Type"), body)
	switch {
	case !isJSON || len(body) == 0 && mayBeEmpty:
	case len(body) == 0:
		rep.add(Problem{In: at.In, Reason: "is empty; the contract documents JSON"})
	default:
		rep.checkJSON(body, at, entry.schema, schema.Response)
	}
}

// entry returns the media type that a body is of, and whether it has to be JSON. If JSON is documented, it has to be,
// whatever the header says, unless that names another documented type. What a range covers is what the header says and the
// bytes look like.
func (r *response) entry(header string, body []byte) (*documented, bool) {
	given, _ := parseMediaType(header)
	found := r.content.find(given)
	switch {
	case found != nil && !found.isRange():
		return found, found.isJSON()
	case found == nil && r.content.json() != nil:
		return r.content.json(), true
	case found == nil:
		found = r.content.find(mediaType{name: "application/json"})
	}
	return found, found != nil && (given.isJSON() || looksLikeJSON(body))
}

// looksLikeJSON reports whether a body begins as an object or a list does.
func looksLikeJSON(body []byte) bool {
	body = bytes.TrimLeft(body, " \t\r\n")
	return len(body) > 0 && (body[0] == '{' || body[0] == '[')
}
