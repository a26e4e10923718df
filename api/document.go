// Package api is the contract, and what is made of it at run time.
//
//	v, err := api.NewValidator()
//	if err != nil { … }
//	if err := v.ValidateRequest(r); err != nil {
//		var violation *api.Violation
//		errors.As(err, &violation) // every problem, with its place
//	}
//	http.ListenAndServe("127.0.0.1:8080", v.Middleware(next))
package api

import (
	"bytes"
	_ "embed"
)

//go:embed openapi.yaml
var document []byte

// Document returns the OpenAPI 3.0.3 document, YAML, as it stands in the repository. The slice is the caller's own.
func Document() []byte { return bytes.Clone(document) }
