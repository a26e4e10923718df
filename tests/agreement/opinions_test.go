package agreement_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	_ "unsafe" // for go:linkname

	"example.com/cortexscan/api"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
)

// embedded is the document that api.NewValidator reads. These tests replace it, which a program can't and need not do.
//
//go:linkname embedded example.com/cortexscan/api.document
var embedded []byte

// opinion lists the reasons why an exchange is invalid.
type opinion []string

// implementation validates exchanges against one document.
type implementation func(exchange) opinion

func ours(t *testing.T, document []byte) implementation {
	t.Helper()
	before := embedded
	embedded = document
	defer func() { embedded = before }()
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	return func(e exchange) (reasons opinion) {
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
		return reasons
	}
}

// other is libopenapi-validator, configured to be as strict as ours.
func other(t *testing.T, document []byte) implementation {
	t.Helper()
	doc, err := libopenapi.NewDocument(document)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc, config.WithFormatAssertions(), config.WithoutSecurityValidation())
	if errs != nil {
		t.Fatal(errs)
	}
	return func(e exchange) (reasons opinion) {
		defer func() {
			if p := recover(); p != nil {
				reasons = opinion{fmt.Sprintf("panic: %v", p)}
			}
		}()
		ok, errs := v.ValidateHttpRequestSync(e.request())
		if e.status > 0 {
			ok, errs = v.ValidateHttpResponse(e.request(), &http.Response{
				StatusCode: e.status, Header: e.responseHeader, Body: io.NopCloser(strings.NewReader(e.response)), ContentLength: int64(len(e.response)),
			})
		}
		for _, err := range errs {
			reason := err.ValidationType + " " + err.ValidationSubType + ": " + err.Message
			for _, inner := range err.SchemaValidationErrors {
				reason += " / " + inner.Reason
			}
			reasons = append(reasons, reason)
		}
		if !ok && len(reasons) == 0 {
			reasons = opinion{"no reason"}
		}
		return reasons
	}
}

// kin is kin-openapi's openapi3filter, which ours uses in part.
func kin(t *testing.T, document []byte) implementation {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = nil
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation())
	if err != nil {
		t.Fatal(err)
	}
	options := &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true, IncludeResponseStatus: true,
	}
	return func(e exchange) (reasons opinion) {
		defer func() {
			if p := recover(); p != nil {
				reasons = opinion{fmt.Sprintf("panic: %v", p)}
			}
		}()
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
		return reasons
	}
}
