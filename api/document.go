// Package api contains the OpenAPI document, openapi.yaml, and a validator for requests and responses. Clients, servers
// and proxies can use the validator:
//
//	v, err := api.NewValidator()
//	if err != nil { … }
//	if err := v.ValidateRequest(r); err != nil {
//		var violation *api.Violation
//		errors.As(err, &violation) // violation.Problems lists the problems
//	}
//	http.ListenAndServe("127.0.0.1:8080", v.Middleware(next))
//
// The validator also rejects input that the document does not exclude but that servers might ignore or interpret in
// different ways: unknown query parameters, duplicate parameters, headers and JSON properties, an unexpected body, data
// after the JSON value of a body, and charsets other than UTF-8 and US-ASCII. A single trailing slash in a path is
// allowed.
//
// Numbers in bodies and in parameters must have JSON syntax. For example, +5 and 007 are not numbers, and 1.0 and 1e3
// are integers. Numbers of any size are compared exactly.
//
// A Validator implements the interfaces RequestValidator and ResponseValidator of package wrapper.
package api

import (
	"bytes"
	_ "embed"

	"example.com/cortexscan/api/internal/schema"
)

//go:embed openapi.yaml
var document []byte

// Document returns the OpenAPI 3.0.3 document in YAML. The caller may modify the slice.
func Document() []byte { return bytes.Clone(document) }

// KnownFilter describes a documented filter field with its operators and values. Values is nil if the field accepts any
// value.
type KnownFilter struct {
	Field             string
	Operators, Values []string
}

// KnownFilters returns the documented filter fields, sorted by name, with their operators and values in the document's
// order. The service may accept other fields, too: see [Validator.Advise]. Each call parses the document, which takes
// about 2 ms.
func KnownFilters() []KnownFilter {
	var out []KnownFilter
	for _, f := range schema.KnownFilters(document) {
		out = append(out, KnownFilter(f))
	}
	return out
}
