package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api/internal/route"
	"example.com/cortexscan/api/internal/schema"
)

// Validator validates requests and responses against the contract. Everything it knows comes from [Document]: an operation
// that is added there needs no code. It is safe for concurrent use.
type Validator struct {
	operations route.Table[*operation]
	listed     string // the operations, for the requests that are for none of them
	filters    []schema.KnownFilter
}

// NewValidator compiles the contract, which takes some 3 ms: make one Validator and keep it. The time grows linearly with
// the document, 0.1 ms a kilobyte. An error means that the document in this package is broken.
func NewValidator() (*Validator, error) { return newValidator(document) }

func newValidator(document []byte) (*Validator, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, fmt.Errorf("load the contract: %w", err)
	}
	// A test checks examples and defaults, which nothing here uses.
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation()); err != nil {
		return nil, fmt.Errorf("check the contract: %w", err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.0.") {
		return nil, fmt.Errorf("check the contract: it is written in OpenAPI %s; this validator reads 3.0", doc.OpenAPI)
	}
	v := &Validator{}
	var names []string
	var compiler schema.Compiler
	for template, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			op, err := newOperation(doc, item, method, template, &compiler)
			if err != nil {
				return nil, fmt.Errorf("compile the contract: %s %s: %w", method, template, err)
			}
			v.operations.Add(method, template, op)
			names = append(names, op.name)
		}
	}
	if err := compiler.Err(); err != nil {
		return nil, fmt.Errorf("compile the contract: %w", err)
	}
	slices.Sort(names)
	v.listed, v.filters = schema.Listed("operations", names), compiler.KnownFilters()
	return v, nil
}

// find looks up the operation by method and path alone. The Violation says why there is none.
func (v *Validator) find(r *http.Request) (route.Match[*operation], *Violation) {
	if r == nil || r.URL == nil {
		return route.Match[*operation]{}, &Violation{Problems: []Problem{{In: "path", Reason: "is required: there is no request"}}}
	}
	m := v.operations.Find(r.Method, r.URL)
	switch {
	case m.Found:
		return m, nil
	case m.Template == "":
		return m, &Violation{Problems: []Problem{{In: "path", Reason: "is not in the contract" + v.listed}}}
	}
	return m, &Violation{Problems: []Problem{{In: "method", Reason: "not allowed for " + m.Template + " (only " + strings.Join(m.Methods, ", ") + ")"}}}
}

// Operation returns the operationId of the operation that a request is for, by its method and path alone; ok is false for
// an unknown operation. The ID is empty if the contract gives the operation none.
func (v *Validator) Operation(r *http.Request) (id string, ok bool) {
	m, unknown := v.find(r)
	if unknown != nil {
		return "", false
	}
	return m.Value.id, true
}

// ValidateRequest validates a request against the contract: method and path, parameters, body. It returns nil or a
// *[Violation]. The host and the credentials are not checked. The request stays as it was: its body, of which up to 8 MiB
// are read, can be read again.
func (v *Validator) ValidateRequest(r *http.Request) error {
	m, unknown := v.find(r)
	if unknown != nil {
		return unknown
	}
	rep := &report{}
	_ = m.Value.check(r, m.Param, rep) // which is in the report
	return rep.violation(m.Value.name)
}

// ValidateResponse validates the answer to r against the contract: the status has to be documented for the operation, and
// headers and body as described. It returns nil or a *[Violation]. The bytes decide what a body is: where JSON is documented
// it has to be JSON, whatever its Content-Type says. Members that the contract does not describe are no problem, and a
// status that is documented without a body may come with any.
func (v *Validator) ValidateResponse(r *http.Request, status int, h http.Header, body []byte) error {
	m, unknown := v.find(r)
	if unknown != nil {
		return unknown
	}
	rep := &report{}
	m.Value.checkResponse(r.Method, status, h, body, rep)
	return rep.violation(m.Value.name)
}
