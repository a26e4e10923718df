package agreement_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	_ "unsafe" // for go:linkname

	"example.com/cortexscan/api"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// embedded is the document that api.NewValidator reads. These tests replace the document. Programs cannot do that.
//
//go:linkname embedded example.com/cortexscan/api.document
var embedded []byte

// reasonList lists the reasons why an exchange is invalid.
type reasonList []string

// ofBody returns the reasons that concern the body.
func (r reasonList) ofBody() (reasons reasonList) {
	for _, reason := range r {
		if strings.HasPrefix(strings.TrimPrefix(reason, "response "), "body") {
			reasons = append(reasons, reason)
		}
	}
	return reasons
}

// implementation validates an exchange against a document. checked is false if the implementation does not check the exchange.
type implementation func(exchange) (reasons reasonList, checked bool)

func ours(t *testing.T, document []byte) implementation {
	t.Helper()
	before := embedded
	embedded = document
	defer func() { embedded = before }()
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	return func(e exchange) (reasons reasonList, checked bool) {
		var err error
		if e.status > 0 {
			err = v.ValidateResponse(e.request(), e.status, e.responseHeader, []byte(e.response))
		} else {
			err = v.ValidateRequest(e.request())
		}
		var violation *api.Violation
		if errors.As(err, &violation) {
			for _, p := range violation.Problems {
				reasons = append(reasons, p.String())
			}
		}
		return reasons, true
	}
}

// schemas returns a JSON Schema validator, which checks only JSON bodies. Except for nullable, the schemas of OpenAPI 3.0 use
// keywords of Wright Draft 00, which differs from draft 4 only in wording.
func schemas(t *testing.T, doc *openapi3.T) implementation {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft4)
	compiled := map[*openapi3.MediaType]*jsonschema.Schema{}
	compile := func(media *openapi3.MediaType) *jsonschema.Schema {
		text, err := json.Marshal(map[string]any{"schema": media.Schema, "components": doc.Components})
		if err != nil {
			t.Fatal(err)
		}
		resource, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("https://schemas.example/%d.json", len(compiled))
		if err := compiler.AddResource(name, withNull(resource)); err != nil {
			t.Fatal(err)
		}
		return compiler.MustCompile(name + "#/schema")
	}
	return func(e exchange) (reasons reasonList, checked bool) {
		text := e.body
		if e.status > 0 {
			text = e.response
		}
		if e.media == nil || text == "" {
			return nil, false
		}
		if compiled[e.media] == nil {
			compiled[e.media] = compile(e.media)
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err == nil {
			err = compiled[e.media].Validate(value)
		}
		if err != nil {
			// The first line names the schema, and lines that end in "failed" only summarize the lines below them.
			for line := range strings.Lines(err.Error()) {
				if reason, is := strings.CutPrefix(strings.TrimSpace(line), "- at "); is && !strings.HasSuffix(reason, " failed") {
					reasons = append(reasons, reason)
				}
			}
			if reasons == nil {
				reasons = reasonList{err.Error()}
			}
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
func kin(t *testing.T, doc *openapi3.T) implementation {
	t.Helper()
	doc.Servers = nil
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation())
	if err != nil {
		t.Fatal(err)
	}
	options := &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true, IncludeResponseStatus: true,
	}
	return func(e exchange) (reasons reasonList, checked bool) {
		r := e.request()
		route, params, err := router.FindRoute(r)
		if err == nil {
			input := &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route, Options: options}
			if e.status == 0 {
				err = openapi3filter.ValidateRequest(t.Context(), input)
			} else {
				err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
					RequestValidationInput: input, Status: e.status, Header: e.responseHeader, Body: io.NopCloser(bytes.NewReader([]byte(e.response))), Options: options,
				})
			}
		} else if routing := (*routers.RouteError)(nil); errors.As(err, &routing) {
			err = fmt.Errorf("route: %s", routing.Reason)
		}
		if err != nil {
			reasons = append(reasons, strings.Join(strings.Fields(err.Error()), " "))
		}
		return reasons, true
	}
}
