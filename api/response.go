package api

import (
	"cmp"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// ValidateResponse holds the answer to r against the contract: the status has to be documented for the operation,
// and headers and body as described. It returns nil or a *[Violation]. A body is taken for what its bytes are:
// where JSON is documented it has to be JSON, whatever its Content-Type says. Members that the contract does not
// name are no problem, and a status that is documented without a body may come with any.
func (v *Validator) ValidateResponse(r *http.Request, status int, h http.Header, body []byte) error {
	m, err := v.find(r)
	if err != nil {
		return err
	}
	rep := &report{}
	if response := m.response(status); response != nil {
		response.check(h, body, rep)
	} else {
		rep.add(Problem{In: "response status", Reason: fmt.Sprintf("%d is not documented for this operation; it documents %s", status, m.documented)})
	}
	return rep.violation(m.name)
}

// response is what the contract says of one status.
type response struct {
	headers []*parameter
	types   []string // media types other than JSON
	json    *rule    // nil where there is none, or no schema for it
	isJSON  bool
}

func newResponse(described *openapi3.Response) *response {
	out := &response{}
	for name, ref := range described.Headers {
		if p := newHeader(name, ref.Value); p != nil && name != "Content-Type" {
			out.headers = append(out.headers, p)
		}
	}
	slices.SortFunc(out.headers, func(a, b *parameter) int { return cmp.Compare(a.name, b.name) })
	for name, media := range described.Content {
		if !isJSON(name) {
			out.types = append(out.types, name)
			continue
		}
		out.isJSON = true
		if media.Schema != nil && media.Schema.Value != nil {
			rule := newRule(media.Schema, inResponse)
			out.json = &rule
		}
	}
	return out
}

// response finds what is documented for a status: itself, its class as in 4XX, or the default.
func (op *operation) response(status int) *response {
	for _, key := range []string{strconv.Itoa(status), strconv.Itoa(status/100) + "XX", "default"} {
		if found := op.responses[key]; found != nil {
			return found
		}
	}
	return nil
}

func (r *response) check(h http.Header, body []byte, rep *report) {
	for _, p := range r.headers {
		p.check(trimmed(h.Values(p.name)), rep)
	}
	if !r.isJSON {
		return
	}
	if given, _, err := mime.ParseMediaType(h.Get("Content-Type")); err == nil && slices.Contains(r.types, given) {
		return
	}
	switch {
	case len(body) == 0:
		rep.add(Problem{In: "response body", Reason: "is empty; the contract documents JSON"})
	case r.json != nil:
		checkJSON(string(body), "response body", *r.json, rep)
	default:
		readJSON(string(body), "response body", rep)
	}
}
