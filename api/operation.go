package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"

	"example.com/cortexscan/api/internal/route"
	"example.com/cortexscan/api/internal/schema"
)

type operation struct {
	id, name   string       // name is the method and path, such as "GET /public_api/netscan/v1/scan/run"
	parameters []*parameter // the path, header and cookie parameters
	query      query
	fallbacks  []*fallback
	body       *requestBody // nil if no body is documented
	responses  map[string]*response
	documented string // the documented statuses, for error messages
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
			continue // the operation overrides this parameter of its path
		}
		if p.In == openapi3.ParameterInQuery {
			inQuery = append(inQuery, p.Name)
		}
		plain := newParameter(p, c)
		switch {
		case p.In == openapi3.ParameterInQuery && p.Style == openapi3.SerializationDeepObject && p.Schema != nil:
			op.query.deep = append(op.query.deep, &deepObject{name: p.Name, required: p.Required, schema: c.Compile(p.Schema)})
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
	op.documented = schema.Listed("documented", described.Responses.Keys()) // sorted
	return op, nil
}

// isIgnored reports whether OpenAPI ignores a parameter, because other parts of the document describe the header.
func isIgnored(p *openapi3.Parameter) bool {
	return p.In == openapi3.ParameterInHeader &&
		slices.Contains([]string{"Accept", "Content-Type", "Authorization"}, http.CanonicalHeaderKey(p.Name))
}

// check adds the problems in a request to rep. If the body can't be read or is too long, check also returns the error.
func (op *operation) check(r *http.Request, m *route.Match[*operation], rep *report) error {
	for _, p := range op.parameters {
		switch p.in {
		case openapi3.ParameterInHeader:
			p.check(r.Header.Values(p.name), rep)
			continue
		case openapi3.ParameterInCookie:
			var values []string
			for _, cookie := range r.CookiesNamed(p.name) {
				values = append(values, cookie.Value)
			}
			p.check(values, rep)
			continue
		}
		value, _ := m.Param(p.name)
		switch {
		case value == "":
			rep.add(Problem{In: p.in, Name: p.name, Reason: "must not be empty"})
		case hasDotSegment(value):
			rep.add(Problem{In: p.in, Name: p.name, Reason: `must not contain "." or ".." as a path segment, because servers would resolve it to another path`})
		case p.isList && p.separator == ",":
			p.checkValues(m.List(p.name), rep)
		default:
			p.check([]string{value}, rep)
		}
	}
	op.query.check(r.URL.RawQuery, rep)
	for _, f := range op.fallbacks {
		f.check(r, m, rep)
	}
	body, err := readBody(r)
	switch {
	case err != nil:
		rep.add(bodyProblem(err))
	case op.body == nil && len(body) > 0:
		rep.add(Problem{In: "body", Reason: "is not allowed for this operation"})
	case op.body == nil:
	case len(body) > 0 && isEncoded(r.Header): // a compressed body can't be validated
		if !slices.ContainsFunc(op.parameters, func(p *parameter) bool { return strings.EqualFold(p.name, "Content-Encoding") }) {
			rep.add(Problem{In: "header", Name: "Content-Encoding", Reason: "must be left out: send the body uncompressed"})
		}
	case len(body) > 0:
		op.body.check(r, body, rep)
	case op.body.required:
		rep.add(Problem{In: "body", Reason: "is required"})
	}
	return err
}

func hasDotSegment(value string) bool {
	for _, segment := range strings.FieldsFunc(value, func(c rune) bool { return c == '/' || c == '\\' }) {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

func isEncoded(h http.Header) bool {
	return slices.ContainsFunc(tokens(h, "Content-Encoding"), func(coding string) bool { return !strings.EqualFold(coding, "identity") })
}

// tokens returns the comma-separated values of all lines of a header.
func tokens(h http.Header, name string) []string {
	var list []string
	for _, line := range h.Values(name) {
		for _, token := range strings.Split(line, ",") {
			if token = strings.Trim(token, " \t"); token != "" {
				list = append(list, token)
			}
		}
	}
	return list
}

// checkResponse adds the problems in a response to rep. It uses the response that is documented for
// the status, for its class (such as 4XX), or as default, in this order.
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
