package api

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

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
	security   [][]credential
	envelope   envelope
}

func newOperation(doc *openapi3.T, item *openapi3.PathItem, method, template string, c *schema.Compiler) (*operation, error) {
	described := item.GetOperation(method)
	security, err := credentials(doc, described)
	if err != nil {
		return nil, err
	}
	op := &operation{
		id: described.OperationID, name: method + " " + template, security: security, envelope: envelopeOf(described),
		responses: map[string]*response{},
	}
	route := &routers.Route{Spec: doc, Path: template, PathItem: item, Method: method, Operation: described}
	for _, ref := range slices.Concat(item.Parameters, described.Parameters) {
		p := ref.Value
		if own := described.Parameters.GetByInAndName(p.In, p.Name); own != nil && own != p || isIgnored(p) {
			continue // the operation's own takes the place of the path's
		}
		plain := newParameter(p, c)
		switch {
		case plain == nil:
			op.fallbacks = append(op.fallbacks, &fallback{described: p, route: route})
		case p.In == openapi3.ParameterInQuery:
			op.query.parameters = append(op.query.parameters, plain)
		default:
			op.parameters = append(op.parameters, plain)
		}
	}
	op.query.fallbacks, op.query.keys = op.fallbacks, queryKeys(security)
	if described.RequestBody != nil {
		op.body = newRequestBody(described.RequestBody.Value, route, c)
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

// input is a parameter of a request and the value that was sent.
type input struct {
	*parameter
	value any
}

// check reports what is wrong with a request of the operation, whose path parameters param has, and returns the values of
// the parameters. The body is left out if it could not be read.
func (op *operation) check(r *http.Request, param func(string) (string, bool), body []byte, readable bool, rep *report) []input {
	var inputs []input
	for _, p := range op.parameters {
		if p.in == openapi3.ParameterInHeader {
			inputs = append(inputs, input{p, p.check(headerValues(r.Header, p.name), rep)})
		} else if value, ok := param(p.name); ok && value != "" {
			inputs = append(inputs, input{p, p.check([]string{value}, rep)})
		} else {
			rep.add(Problem{In: p.in, Name: p.name, Reason: "must not be empty"})
		}
	}
	given := op.query.given(r.URL.RawQuery, rep)
	for i, p := range op.query.parameters {
		inputs = append(inputs, input{p, p.check(given[i], rep)})
	}
	for _, f := range op.fallbacks {
		f.check(r, param, rep)
	}
	switch {
	case !readable:
	case op.body == nil && len(body) > 0:
		rep.add(Problem{In: "body", Reason: "is not expected: this operation takes none"})
	case op.body == nil:
	case len(body) > 0:
		op.body.check(r, body, rep)
	case op.body.required:
		rep.add(Problem{In: "body", Reason: "is required"})
	}
	return inputs
}

// bodyEntry returns the media type of a valid request's body and its entry in the contract.
func (op *operation) bodyEntry(r *http.Request) (mediaType, *documented) {
	if op.body == nil {
		return mediaType{}, nil
	}
	return op.body.find(r.Header, &report{})
}

// checkResponse reports what is wrong with an answer to a request with the given method.
func (op *operation) checkResponse(method string, status int, h http.Header, body []byte, rep *report) {
	documented := op.response(status)
	if documented == nil {
		rep.add(Problem{In: "response status", Reason: fmt.Sprintf("%d is not documented for this operation", status) + op.documented})
		return
	}
	mayBeEmpty := method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified
	documented.check(h, body, mayBeEmpty, rep)
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
