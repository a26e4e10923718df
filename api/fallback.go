package api

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

const noMatch = "does not match its schema"

// fallback is a parameter that this package does not decode; openapi3filter does.
type fallback struct {
	described *openapi3.Parameter
	route     *routers.Route
}

// names reports whether a name in the query belongs to the parameter: its own, that of a member of an object, or, in the
// style deepObject, one with brackets.
func (f *fallback) names(name string) bool {
	p := f.described
	style, err := p.SerializationMethod()
	switch {
	case p.In != openapi3.ParameterInQuery:
		return false
	case err == nil && style.Style == openapi3.SerializationDeepObject:
		return strings.HasPrefix(name, p.Name+"[")
	case err == nil && style.Style == openapi3.SerializationForm && style.Explode && p.Schema != nil && p.Schema.Value != nil:
		return name == p.Name || hasMember(p.Schema.Value, name, 0)
	}
	return name == p.Name
}

// hasMember reports whether an object may have a member of that name: one that is described, or any where the schema says
// so or describes none.
func hasMember(s *openapi3.Schema, name string, depth int) bool {
	if parts := slices.Concat(s.AllOf, s.OneOf, s.AnyOf); len(parts) > 0 && depth < 16 {
		for _, part := range parts {
			if part.Value != nil && hasMember(part.Value, name, depth+1) {
				return true
			}
		}
		if len(s.Properties) == 0 {
			return false
		}
	}
	if !s.Type.Permits(openapi3.TypeObject) {
		return false
	}
	open := s.AdditionalProperties.Schema != nil || s.AdditionalProperties.Has != nil && *s.AdditionalProperties.Has
	return open || s.Properties[name] != nil || len(s.Properties) == 0 && s.AdditionalProperties.Has == nil
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
	err := openapi3filter.ValidateRequestBody(r.Context(), input, described)
	var unread *openapi3filter.ParseError
	if err == nil || errors.As(err, &unread) && unread.Kind == openapi3filter.KindUnsupportedFormat {
		return
	}
	rep.add(Problem{In: "body", Reason: noMatch})
}
