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

// Validator validates requests and responses against the OpenAPI document. It is built entirely from [Document], so a
// new operation in the document needs no code. A Validator is safe for concurrent use.
type Validator struct {
	operations route.Table[*operation]
	listed     string // the names of the operations, for error messages
	unchecked  []string
}

// NewValidator compiles [Document], which takes about 3 ms: create one Validator and reuse it. The time is linear in
// the size of the document, about 0.1 ms per kilobyte. NewValidator returns an error if openapi.yaml in this package is
// invalid.
func NewValidator() (*Validator, error) { return newValidator(document) }

const adopt = "the validator needs a valid OpenAPI 3.0 document; to convert and add operations from another document, run make adopt"

func newValidator(document []byte) (*Validator, error) {
	exact, err := schema.KeepExactNumbers(document)
	if err != nil {
		return nil, fmt.Errorf("parse the OpenAPI document: %w (%s)", err, adopt)
	}
	doc, err := openapi3.NewLoader().LoadFromData(exact)
	if err != nil {
		return nil, fmt.Errorf("load the OpenAPI document: %w (%s)", err, adopt)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.0.") {
		return nil, fmt.Errorf("load the OpenAPI document: it is OpenAPI %s (%s)", doc.OpenAPI, adopt)
	}
	// The validator does not use examples and defaults. A test checks them.
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation(),
		openapi3.DisableSchemaPatternValidation()); err != nil {
		return nil, fmt.Errorf("check the OpenAPI document: %w (%s)", err, adopt)
	}
	v := &Validator{}
	var names []string
	var compiler schema.Compiler
	if doc.Components != nil {
		compiler.Components = doc.Components.Schemas
	}
	for template, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			op, err := newOperation(doc, item, method, template, &compiler)
			if err != nil {
				return nil, fmt.Errorf("compile the OpenAPI document: %s %s: %w", method, template, err)
			}
			v.operations.Add(method, template, op)
			names = append(names, op.name)
		}
	}
	if err := compiler.Err(); err != nil {
		return nil, fmt.Errorf("compile the OpenAPI document: %w", err)
	}
	if compiler.SkippedPatterns() {
		v.unchecked = schema.SkippedPatterns(exact)
	}
	slices.Sort(names)
	v.listed = schema.Listed("operations", names)
	return v, nil
}

// Unchecked returns a sentence for each pattern that the validator does not check because Go's regexp does not support
// it. The sentence describes where the pattern is in the document and what to do. For [Document], the list is empty.
func (v *Validator) Unchecked() []string { return slices.Clone(v.unchecked) }

// find looks up the operation of a request. It returns a Violation if the request is nil, or if the document lacks its
// path or method.
func (v *Validator) find(r *http.Request) (route.Match[*operation], *Violation) {
	if r == nil || r.URL == nil {
		return route.Match[*operation]{}, &Violation{Problems: []Problem{{In: "path", Reason: "is missing: the request or its URL is nil"}}}
	}
	m := v.operations.Find(r.Method, r.URL)
	switch {
	case m.Found:
		return m, nil
	case m.Template == "":
		return m, &Violation{Problems: []Problem{{In: "path", Reason: "is not in the spec" + v.listed}}}
	}
	return m, &Violation{Problems: []Problem{{In: "method", Reason: "is not allowed for " + m.Template + " (allowed: " + strings.Join(m.Methods, ", ") + ")"}}}
}

// Operation returns the operationId of the operation that a request calls. It uses only the method and the path, and
// ignores a single trailing slash. For an unknown operation, ok is false. For an operation without an
// operationId, id is empty.
func (v *Validator) Operation(r *http.Request) (id string, ok bool) {
	m, unknown := v.find(r)
	if unknown != nil {
		return "", false
	}
	return m.Value.id, true
}

// ValidateRequest validates the method, path, parameters and body of a request. It returns nil or a *[Violation]. It
// does not check the host or the credentials. A body of more than 8 MiB is a violation. The body can be read again
// afterward.
func (v *Validator) ValidateRequest(r *http.Request) error {
	m, unknown := v.find(r)
	if unknown != nil {
		return unknown
	}
	rep := &report{}
	_ = m.Value.check(r, &m, rep) // the report also contains the error
	return rep.violation(m.Value.name)
}

// ValidateResponse validates the status, headers and body of the response to r. It returns nil or a *[Violation]. If
// JSON is documented, the body must be JSON unless its Content-Type is another documented media type. Additional
// properties are valid unless the document excludes them. If a status is documented without a body, any body is valid.
func (v *Validator) ValidateResponse(r *http.Request, status int, h http.Header, body []byte) error {
	m, unknown := v.find(r)
	if unknown != nil {
		return unknown
	}
	rep := &report{}
	m.Value.checkResponse(r.Method, status, h, body, rep)
	return rep.violation(m.Value.name)
}

// Advise returns probable mistakes in a valid request: filter fields, operators and values that the document does not
// list, and a trailing slash in the path. These are not violations, because the service may accept more than is
// documented. A problem about a filter suggests the nearest listed string or lists the documented strings. For an invalid
// request or an unknown operation, Advise returns nil. The body can be read again afterward.
func (v *Validator) Advise(r *http.Request) []Problem {
	m, unknown := v.find(r)
	if unknown != nil {
		return nil
	}
	rep := &report{advising: true}
	if m.TrailingSlash {
		rep.advice = append(rep.advice, Problem{In: "path", Reason: "ends with a slash, unlike the path in the spec; the service accepts both"})
	}
	if err := m.Value.check(r, &m, rep); err != nil || len(rep.problems) > 0 {
		return nil
	}
	return rep.advice
}
