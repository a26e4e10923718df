// Package api is the contract, openapi.yaml, and what is made of it at run time: a validator of requests and
// responses, for clients, for servers and for proxies.
//
//	v, err := api.NewValidator()
//	if err != nil { … }
//	if err := v.ValidateRequest(r); err != nil {
//		var violation *api.Violation
//		errors.As(err, &violation) // every problem, with its place
//	}
//	http.ListenAndServe("127.0.0.1:8080", v.Middleware(next))
//
// It is stricter than the document alone where a service would ignore something in silence, or could read it in
// two ways: query parameters that are not described, one value given twice, a body that is not expected, a
// key that stands twice in an object, and anything after the JSON of a body are problems too. A Validator is a
// RequestValidator and a ResponseValidator of package wrapper.
package api

import (
	"bytes"
	_ "embed"
)

//go:embed openapi.yaml
var document []byte

// Document returns the OpenAPI 3.0.3 document, YAML, as it stands in the repository. The slice is the caller's own.
func Document() []byte { return bytes.Clone(document) }
