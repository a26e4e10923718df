package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"example.com/cortexscan/api/internal/schema"
)

// operation is one operation, taken apart once so that a request is checked without searching.
type operation struct {
	id, name   string       // name: "GET /public_api/netscan/v1/scan/run"
	parameters []*parameter // in path and header
	query      query
	fallbacks  []*fallback
	body       *requestBody // nil if none is described
	responses  map[string]*response
	documented string // its status codes, for a sentence
	security   security
}

func newOperation(doc *openapi3.T, item *openapi3.PathItem, method, template string, c *schema.Compiler) (*operation, error) {
	described := item.GetOperation(method)
	security, err := newSecurity(doc, described)
	if err != nil {
		return nil, err
	}
	op := &operation{id: described.OperationID, name: method + " " + template, security: security, responses: map[string]*response{}}
	var inQuery []string
	route := &routers.Route{Spec: doc, Path: template, PathItem: item, Method: method, Operation: described}
	for _, ref := range slices.Concat(item.Parameters, described.Parameters) {
		p := ref.Value
		if own := described.Parameters.GetByInAndName(p.In, p.Name); own != nil && own != p || isIgnored(p) {
			continue // the operation's own takes the place of the path's
		}
		if p.In == openapi3.ParameterInQuery {
			inQuery = append(inQuery, p.Name)
		}
		plain := newParameter(p, c)
		switch {
		case plain == nil:
			op.fallbacks = append(op.fallbacks, &fallback{described: p, schema: c.Compile(p.Schema), route: route})
		case p.In == openapi3.ParameterInQuery:
			op.query.parameters = append(op.query.parameters, plain)
		default:
			op.parameters = append(op.parameters, plain)
		}
	}
	op.query.fallbacks, op.query.security, op.query.listed = op.fallbacks, security, schema.Listed("parameters", inQuery)
	if ref := described.RequestBody; ref != nil {
		op.body = &requestBody{required: ref.Value.Required, content: newContent(ref.Value.Content, c), route: route}
	}
	for status, ref := range described.Responses.Map() {
		op.responses[status] = newResponse(ref.Value, c)
	}
	statuses := described.Responses.Keys()
	slices.Sort(statuses)
	op.documented = schema.Listed("documented", statuses)
	return op, nil
}

// isIgnored reports whether a parameter is one of the headers that are described elsewhere in a document; as parameters
// OpenAPI ignores them.
func isIgnored(p *openapi3.Parameter) bool {
	return p.In == openapi3.ParameterInHeader &&
		slices.Contains([]string{"Accept", "Content-Type", "Authorization"}, http.CanonicalHeaderKey(p.Name))
}

// check reports what is wrong with a request of the operation, whose path parameters param has. An error says that the body
// is too long, which is reported as well.
func (op *operation) check(r *http.Request, param func(string) (string, bool), rep *report) error {
	for _, p := range op.parameters {
		if p.in == openapi3.ParameterInHeader {
			p.check(headerValues(r.Header, p.name), rep)
		} else if value, ok := param(p.name); ok && value != "" {
			p.check([]string{value}, rep)
		} else {
			rep.add(Problem{In: p.in, Name: p.name, Reason: "must not be empty"})
		}
	}
	op.query.check(r.URL.RawQuery, rep)
	for _, f := range op.fallbacks {
		f.check(r, param, rep)
	}
	body, err := readBody(r)
	encoding := r.Header.Get("Content-Encoding")
	switch {
	case err != nil:
		rep.add(bodyProblem(err))
	case op.body == nil && len(body) > 0:
		rep.add(Problem{In: "body", Reason: "is not expected: this operation takes none"})
	case op.body == nil:
	case len(body) > 0 && encoding != "" && !strings.EqualFold(encoding, "identity"): // it cannot be read here
		if !slices.ContainsFunc(op.parameters, func(p *parameter) bool { return strings.EqualFold(p.name, "Content-Encoding") }) {
			rep.add(Problem{In: "header", Name: "Content-Encoding", Reason: "must be left out, and the body sent uncompressed"})
		}
	case len(body) > 0:
		op.body.check(r, body, rep)
	case op.body.required:
		rep.add(Problem{In: "body", Reason: "is required"})
	}
	return err
}

// checkResponse reports what is wrong with an answer to a request with the given method. The status, its class as in 4XX, or
// the default is documented for it.
func (op *operation) checkResponse(method string, status int, h http.Header, body []byte, rep *report) {
	for _, key := range []string{strconv.Itoa(status), strconv.Itoa(status/100) + "XX", "default"} {
		if documented := op.responses[key]; documented != nil {
			mayBeEmpty := method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified
			documented.check(h, body, mayBeEmpty, rep)
			return
		}
	}
	rep.add(Problem{In: "response status", Reason: strconv.Itoa(status) + " is not documented for this operation" + op.documented})
}
