package api

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// checkOther leaves a parameter that this package does not decode to openapi3filter.
func (m match) checkOther(p *openapi3.Parameter, r *http.Request, rep *report) {
	input := &openapi3filter.RequestValidationInput{
		Request: r, Route: m.route, PathParams: map[string]string{},
		Options: &openapi3filter.Options{SkipSettingDefaults: true},
	}
	for i, name := range m.path.names {
		input.PathParams[name] = m.values[i]
	}
	err := openapi3filter.ValidateParameter(r.Context(), input, p)
	if err == nil {
		return
	}
	at := Problem{In: p.In, Name: p.Name, Reason: "does not have the form that the contract describes"}
	var refusal *openapi3.SchemaError
	switch {
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		at.Reason = "is required"
	case errors.Is(err, openapi3filter.ErrInvalidEmptyValue):
		at.Reason = "must not be empty"
	case errors.As(err, &refusal):
		var place pointer
		for _, name := range refusal.JSONPointer() {
			place = append(place, member(name))
		}
		at.Pointer, at.Reason = place.String(), reason(refusal.Schema, refusal.SchemaField)
	}
	rep.add(at)
}

// checkOtherBody leaves a body that is not JSON to openapi3filter.
func (m match) checkOtherBody(r *http.Request, body string, rep *report) {
	clone := r.Clone(r.Context())
	clone.Body, clone.GetBody = io.NopCloser(strings.NewReader(body)), nil
	input := &openapi3filter.RequestValidationInput{
		Request: clone, Route: m.route, Options: &openapi3filter.Options{SkipSettingDefaults: true},
	}
	if err := openapi3filter.ValidateRequestBody(r.Context(), input, m.body.described); err != nil {
		rep.add(Problem{In: "body", Reason: "does not have the form that the contract describes"})
	}
}
