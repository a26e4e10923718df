package api

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"example.com/cortexscan/api/internal/schema"
)

const noMatch = "does not match its schema"

// fallback is a parameter that this package does not decode; openapi3filter does.
type fallback struct {
	described *openapi3.Parameter
	schema    *schema.Schema
	route     *routers.Route
}

// names reports whether a name in the query belongs to the parameter: its own, that of a member of an object, or, in the
// style deepObject, one with brackets.
func (f *fallback) names(name string) bool {
	p := f.described
	style, err := p.SerializationMethod()
	switch {
	case p.In != openapi3.ParameterInQuery || err != nil:
		return false
	case style.Style == openapi3.SerializationDeepObject:
		return strings.HasPrefix(name, p.Name+"[")
	case style.Style == openapi3.SerializationForm && style.Explode && p.Schema != nil:
		return name == p.Name || f.schema.Names(name) || len(p.Schema.Value.Properties) == 0 && p.Schema.Value.Type.Is(openapi3.TypeObject)
	}
	return name == p.Name
}

func (f *fallback) check(r *http.Request, param func(string) (string, bool), rep *report) {
	p := f.described
	input := &openapi3filter.RequestValidationInput{
		Request: r, Route: f.route, PathParams: map[string]string{},
		Options: &openapi3filter.Options{SkipSettingDefaults: true},
	}
	if value, ok := param(p.Name); ok {
		input.PathParams[p.Name] = value
	}
	err := openapi3filter.ValidateParameter(r.Context(), input, p)
	at := Problem{In: p.In, Name: p.Name, Reason: noMatch}
	switch {
	case err == nil:
		return
	case errors.Is(err, openapi3filter.ErrInvalidRequired):
		at.Reason = "is required"
	case errors.Is(err, openapi3filter.ErrInvalidEmptyValue):
		at.Reason = "must not be empty"
	}
	rep.add(at)
}

// checkFallbackBody leaves a body that is not JSON to openapi3filter, as far as that can read it.
func checkFallbackBody(r *http.Request, body []byte, given string, media *openapi3.MediaType, route *routers.Route, rep *report) {
	clone := r.Clone(r.Context())
	clone.Body, clone.GetBody = io.NopCloser(strings.NewReader(string(body))), nil
	input := &openapi3filter.RequestValidationInput{
		Request: clone, Route: route, Options: &openapi3filter.Options{SkipSettingDefaults: true},
	}
	described := &openapi3.RequestBody{Content: openapi3.Content{given: media}}
	if openapi3filter.RegisteredBodyDecoder(given) != nil && openapi3filter.ValidateRequestBody(r.Context(), input, described) != nil {
		rep.add(Problem{In: "body", Reason: noMatch})
	}
}
