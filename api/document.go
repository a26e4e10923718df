// Package api contains the contract, openapi.yaml, and what is made of it at run time: a validator of requests and
// responses, for clients, servers and proxies.
//
//	v, err := api.NewValidator()
//	if err != nil { … }
//	if err := v.ValidateRequest(r); err != nil {
//		var violation *api.Violation
//		errors.As(err, &violation) // every problem, with its place
//	}
//	http.ListenAndServe("127.0.0.1:8080", v.Middleware(next))
//
// It is stricter than the document alone where a service would ignore something in silence, or could read it in two ways:
// unknown query parameters, a value or a name that is given twice, a body that is not expected, anything after its JSON
// value, and a charset other than UTF-8 are problems too. A Validator is a RequestValidator and a ResponseValidator of wrapper.
package api

import (
	"bytes"
	_ "embed"
)

//go:embed openapi.yaml
var document []byte

// Document returns the OpenAPI 3.0.3 document, YAML, as it stands in the repository. The slice is the caller's own.
func Document() []byte { return bytes.Clone(document) }
