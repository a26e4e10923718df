package api

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// pathItem is one path of the contract, with the operations that it has.
type pathItem struct {
	template   string
	pattern    *regexp.Regexp // nil where the path has no parameters
	names      []string       // of its parameters, in the order of pattern's groups
	operations []*operation   // sorted by method
	allow      string         // their methods, as the header Allow has them
}

// operation is one operation, taken apart once so that a request is checked without searching.
type operation struct {
	name       string // "GET /public_api/netscan/v1/scan/run"
	method     string
	parameters []*parameter // in path and header
	query      []*parameter
	others     []*openapi3.Parameter // left to openapi3filter
	queryKeys  []string              // credentials in the query
	openQuery  bool                  // parameters whose names in the query cannot be listed
	body       *requestBody          // nil where none is described
	responses  map[string]*response
	documented string // its status codes, for a sentence
	security   [][]credential
	envelope   envelope
	route      *routers.Route
}

func compile(doc *openapi3.T) (*Validator, error) {
	v := &Validator{fixed: map[string]*pathItem{}}
	var names []string
	for template, item := range doc.Paths.Map() {
		p, err := newPath(template)
		if err != nil {
			return nil, err
		}
		for method, o := range item.Operations() {
			op, err := newOperation(doc, item, o, method, template)
			if err != nil {
				return nil, fmt.Errorf("check the contract: %s %s: %w", method, template, err)
			}
			p.operations = append(p.operations, op)
			names = append(names, op.name)
		}
		slices.SortFunc(p.operations, func(a, b *operation) int { return cmp.Compare(a.method, b.method) })
		methods := make([]string, len(p.operations))
		for i, op := range p.operations {
			methods[i] = op.method
		}
		p.allow = strings.Join(methods, ", ")
		if p.pattern == nil {
			v.fixed[template] = p
		} else {
			v.paths = append(v.paths, p)
		}
	}
	// The most concrete path wins: /run/latest before /run/{id}, /run/{id}/command before /run/{id}/{what}.
	slices.SortFunc(v.paths, func(a, b *pathItem) int {
		return cmp.Or(cmp.Compare(len(a.names), len(b.names)), -cmp.Compare(len(a.template), len(b.template)),
			cmp.Compare(a.template, b.template))
	})
	slices.Sort(names)
	v.listed = list(names, " and ")
	return v, nil
}

var placeholder = regexp.MustCompile(`\{([^{}/]+)\}`)

func newPath(template string) (*pathItem, error) {
	p := &pathItem{template: template}
	var pattern strings.Builder
	rest := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(template, -1) {
		pattern.WriteString(regexp.QuoteMeta(template[rest:at[0]]) + "([^/]*)")
		p.names = append(p.names, template[at[2]:at[3]])
		rest = at[1]
	}
	if len(p.names) == 0 {
		return p, nil
	}
	compiled, err := regexp.Compile("^" + pattern.String() + regexp.QuoteMeta(template[rest:]) + "$")
	if err != nil {
		return nil, fmt.Errorf("check the contract: path %s: %w", template, err)
	}
	p.pattern = compiled
	return p, nil
}

func newOperation(doc *openapi3.T, item *openapi3.PathItem, o *openapi3.Operation, method, template string) (*operation, error) {
	security, err := credentials(doc, o)
	if err != nil {
		return nil, err
	}
	op := &operation{
		name:     method + " " + template,
		method:   method,
		security: security,
		envelope: envelopeOf(o),
		route:    &routers.Route{Spec: doc, Path: template, PathItem: item, Method: method, Operation: o},
	}
	for _, ref := range slices.Concat(item.Parameters, o.Parameters) {
		p := ref.Value
		if own := o.Parameters.GetByInAndName(p.In, p.Name); own != nil && own != p {
			continue // the operation's own takes the place of the path's
		}
		if p.In == openapi3.ParameterInHeader && slices.Contains(ignoredHeaders, http.CanonicalHeaderKey(p.Name)) {
			continue
		}
		simple := newParameter(p)
		switch {
		case simple == nil:
			op.others = append(op.others, p)
			op.openQuery = op.openQuery || p.In == openapi3.ParameterInQuery
		case p.In == openapi3.ParameterInQuery:
			op.query = append(op.query, simple)
		default:
			op.parameters = append(op.parameters, simple)
		}
	}
	for _, alternative := range op.security {
		for _, c := range alternative {
			if c.in == openapi3.ParameterInQuery {
				op.queryKeys = append(op.queryKeys, c.name)
			}
		}
	}
	if o.RequestBody != nil {
		op.body = newRequestBody(o.RequestBody.Value)
	}
	op.responses = map[string]*response{}
	for status, ref := range o.Responses.Map() {
		op.responses[status] = newResponse(ref.Value)
	}
	statuses := o.Responses.Keys()
	slices.Sort(statuses)
	op.documented = list(statuses, " and ")
	return op, nil
}

// ignoredHeaders are described elsewhere in a document; as parameters OpenAPI ignores them.
var ignoredHeaders = []string{"Accept", "Content-Type", "Authorization"}

// match is a request's operation, and what its path says.
type match struct {
	*operation
	path   *pathItem // known also where the operation is not
	values []string  // of path.names
}

// find looks up the operation. Where there is none, the error is a *Violation, and match.path tells whether
// it was the path or only the method.
func (v *Validator) find(r *http.Request) (match, error) {
	if r == nil || r.URL == nil {
		return match{}, &Violation{Problems: []Problem{{In: "path", Reason: "is required: there is no request"}}}
	}
	m := match{path: v.fixed[r.URL.Path]}
	if m.path == nil || r.URL.RawPath != "" {
		m.path, m.values = v.search(r.URL)
	}
	if m.path == nil {
		return m, &Violation{Problems: []Problem{{In: "path", Reason: "is not one that the contract knows; it knows " + v.listed}}}
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet // as net/http sends it
	}
	for _, op := range m.path.operations {
		if op.method == method {
			m.operation = op
			return m, nil
		}
	}
	return m, &Violation{Problems: []Problem{{In: "method", Reason: "is not one that " + m.path.template + " knows; it knows " + m.path.allow}}}
}

// search goes through the paths segment by segment, so that an escaped slash does not end one.
func (v *Validator) search(u *url.URL) (*pathItem, []string) {
	encoded := u.Path
	if u.RawPath != "" {
		segments := strings.Split(u.EscapedPath(), "/")
		for i, segment := range segments {
			plain, err := url.PathUnescape(segment)
			if err != nil {
				return nil, nil
			}
			segments[i] = hideSlash.Replace(plain)
		}
		encoded = strings.Join(segments, "/")
	} else if strings.Contains(encoded, "%") {
		encoded = strings.ReplaceAll(encoded, "%", "%25")
	}
	if p := v.fixed[encoded]; p != nil {
		return p, nil
	}
	for _, p := range v.paths {
		if groups := p.pattern.FindStringSubmatch(encoded); groups != nil {
			for i, group := range groups {
				groups[i] = showSlash.Replace(group)
			}
			return p, groups[1:]
		}
	}
	return nil, nil
}

var (
	hideSlash = strings.NewReplacer("%", "%25", "/", "%2F")
	showSlash = strings.NewReplacer("%25", "%", "%2F", "/")
)

// Operation returns the operationId of the operation that a request is for, by method and path alone. ok is false for
// an unknown operation.
func (v *Validator) Operation(r *http.Request) (id string, ok bool) {
	m, err := v.find(r)
	if err != nil {
		return "", false
	}
	return m.route.Operation.OperationID, true
}
