package agreement_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	_ "unsafe" // for go:linkname

	"example.com/cortexscan/api"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// embedded is the document that api.NewValidator reads. These tests replace the document. Programs cannot do that.
//
//go:linkname embedded example.com/cortexscan/api.document
var embedded []byte

// ours returns api.Validator as a function that returns the reasons why an exchange is invalid, and those that concern its body.
func ours(document []byte) func(exchange) (reasons, ofBody []string) {
	embedded = document
	v := must(api.NewValidator())
	return func(e exchange) (reasons, ofBody []string) {
		err := v.ValidateRequest(e.http())
		if e.status > 0 {
			err = v.ValidateResponse(e.http(), e.status, e.response.header, []byte(e.response.body))
		}
		var violation *api.Violation
		if errors.As(err, &violation) {
			for _, p := range violation.Problems {
				reasons = append(reasons, p.String())
				if strings.HasSuffix(p.In, "body") {
					ofBody = append(ofBody, p.String())
				}
			}
		}
		return reasons, ofBody
	}
}

// implementation validates an exchange against a document. checked is false if the implementation does not check the exchange.
type implementation func(exchange) (reasons []string, checked bool)

// schemas returns a JSON Schema validator, which checks only JSON bodies. Except for nullable, the schemas of OpenAPI 3.0 use
// keywords of Wright Draft 00, which differs from draft 4 only in wording.
func schemas(doc *openapi3.T) implementation {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft4)
	compiled := map[*openapi3.MediaType]*jsonschema.Schema{}
	compile := func(media *openapi3.MediaType) *jsonschema.Schema {
		text := must(json.Marshal(map[string]any{"schema": media.Schema, "components": doc.Components}))
		name := fmt.Sprintf("https://schemas.example/%d.json", len(compiled))
		if err := compiler.AddResource(name, withNull(must(jsonschema.UnmarshalJSON(bytes.NewReader(text))))); err != nil {
			panic(err)
		}
		return compiler.MustCompile(name + "#/schema")
	}
	return func(e exchange) (reasons []string, checked bool) {
		m := e.validated()
		if m.media == nil || m.body == "" {
			return nil, false
		}
		if compiled[m.media] == nil {
			compiled[m.media] = compile(m.media)
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(m.body))
		if err == nil {
			err = compiled[m.media].Validate(value)
		}
		if err == nil {
			return nil, true
		}
		// The first line names the schema, and lines that end in "failed" only summarize the lines below them.
		reasons = slices.DeleteFunc(strings.Split(err.Error(), "\n"), func(line string) bool {
			return strings.HasPrefix(line, "jsonschema validation failed") || strings.HasSuffix(line, " failed")
		})
		if len(reasons) == 0 { // a violation of not has no other lines
			reasons = []string{err.Error()}
		}
		return reasons, true
	}
}

// withNull converts nullable to an alternative, because JSON Schema has no nullable.
func withNull(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = withNull(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = withNull(v[name])
		}
		if v["nullable"] == true {
			return map[string]any{"anyOf": []any{map[string]any{"type": "null"}, v}}
		}
	}
	return v
}

// kin returns kin-openapi's openapi3filter. api.Validator uses parts of kin-openapi.
func kin(doc *openapi3.T) implementation {
	doc.Servers = nil
	router := must(legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation()))
	options := &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true, IncludeResponseStatus: true,
	}
	return func(e exchange) (reasons []string, checked bool) {
		r := e.http()
		route, params, err := router.FindRoute(r)
		input := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
		switch {
		case err != nil:
		case e.status == 0:
			err = openapi3filter.ValidateRequest(r.Context(), input)
		default:
			err = openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
				RequestValidationInput: input, Status: e.status, Header: e.response.header, Body: io.NopCloser(strings.NewReader(e.response.body)), Options: options,
			})
		}
		if err != nil {
			reasons = []string{strings.Join(strings.Fields(err.Error()), " ")}
		}
		return reasons, true
	}
}
