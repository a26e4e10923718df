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

// Validator validates requests and responses against the OpenAPI document. It is built entirely from [Document], so
// an operation that is added there needs no code. A Validator is safe for concurrent use.
type Validator struct {
	operations route.Table[*operation]
	listed     string // the operations, for error messages
	unchecked  []string
}

// NewValidator compiles [Document], which takes about 3 ms: create one Validator and keep it. The time is linear in the size of
// the document, about 0.1 ms per kilobyte. An error means that openapi.yaml in this package is invalid.
func NewValidator() (*Validator, error) { return newValidator(document) }

// adopt is added to errors about a document. It describes what to do if the document can't be used unchanged.
const adopt = "the validator needs a valid OpenAPI 3.0 document; to convert operations of another one, run make adopt"

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
	// The examples and defaults are not used here. A test checks them.
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

// Unchecked returns a sentence for each pattern of the document that is not checked because Go's regexp can't express it. The
// sentence contains the pattern's place and describes what to do. For [Document], the list is empty.
func (v *Validator) Unchecked() []string { return slices.Clone(v.unchecked) }

// find looks up the operation by method and path. If the document lacks the path or the method, the Violation reports
// which.
func (v *Validator) find(r *http.Request) (route.Match[*operation], *Violation) {
	if r == nil || r.URL == nil {
		return route.Match[*operation]{}, &Violation{Problems: []Problem{{In: "path", Reason: "is missing: the request is nil"}}}
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

// Operation returns the operationId of the operation that a request is for. Only its method and path matter, and one slash
// at the end of the path is ignored. For an unknown operation, ok is false. The ID is empty if the document does not have one.
func (v *Validator) Operation(r *http.Request) (id string, ok bool) {
	m, unknown := v.find(r)
	if unknown != nil {
		return "", false
	}
	return m.Value.id, true
}

// ValidateRequest validates the method, path, parameters and body of a request. It returns nil or a *[Violation]. It does not
// check the host or the credentials. It reads up to 8 MiB of the body; the body can be read again.
func (v *Validator) ValidateRequest(r *http.Request) error {
	m, unknown := v.find(r)
	if unknown != nil {
		return unknown
	}
	rep := &report{}
	_ = m.Value.check(r, &m, rep) // the report also contains the error
	return rep.violation(m.Value.name)
}

// ValidateResponse validates the status, headers and body of the response to r. It returns nil or a *[Violation]. Where
// JSON is documented, the body must be JSON, whatever its Content-Type. Properties that the document does not describe
// are valid. If a status is documented without a body, any body is valid.
func (v *Validator) ValidateResponse(r *http.Request, status int, h http.Header, body []byte) error {
	m, unknown := v.find(r)
	if unknown != nil {
		return unknown
	}
	rep := &report{}
	m.Value.checkResponse(r.Method, status, h, body, rep)
	return rep.violation(m.Value.name)
}

// Advise returns probable mistakes in a valid request: a filter field, operator or value that the document does not list, with
// the nearest listed one, and a slash at the end of the path. The service may accept more than is documented, so this is not a
// violation. There is no advice for an invalid request or an unknown operation. The body can be read again.
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
