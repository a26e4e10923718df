// Package api contains the OpenAPI document, openapi.yaml, and a validator for requests and responses. Clients, servers and
// proxies can use the validator:
//
//	v, err := api.NewValidator()
//	if err != nil { … }
//	if err := v.ValidateRequest(r); err != nil {
//		var violation *api.Violation
//		errors.As(err, &violation) // every problem, with its place
//	}
//	http.ListenAndServe("127.0.0.1:8080", v.Middleware(next))
//
// The validator is stricter than the document about input that servers might ignore or interpret
// differently. It also reports an unknown query parameter, a value or a name that is given twice,
// an unexpected body, anything after the body's JSON value, and a charset other than UTF-8 or
// US-ASCII. A single slash at the end of a path is allowed.
//
// Numbers have the syntax of JSON, in bodies and in parameters: +5 and 007 are not numbers, and 1.0 and 1e3 are integers.
// Comparisons are exact, whatever the size of the numbers.
//
// A Validator implements the interfaces RequestValidator and ResponseValidator of package wrapper.
package api

import (
	"bytes"
	_ "embed"
	"slices"
	"sync"

	"example.com/cortexscan/api/internal/schema"
)

//go:embed openapi.yaml
var document []byte

// Document returns the OpenAPI 3.0.3 document in YAML. The caller may change the slice.
func Document() []byte { return bytes.Clone(document) }

// KnownFilter is a documented field by which endpoints can be selected, with its operators and values. Values is nil if the
// field accepts any.
type KnownFilter struct {
	Field             string
	Operators, Values []string
}

// KnownFilters returns the documented filter fields, sorted by name, with their operators and values in the document's
// order. The service may have more fields: see [Validator.Advise]. The first call parses the document, which takes about
// 2 ms. The caller may change the slices.
func KnownFilters() []KnownFilter {
	var out []KnownFilter
	for _, f := range filtersOnce() {
		out = append(out, KnownFilter{Field: f.Field, Operators: slices.Clone(f.Operators), Values: slices.Clone(f.Values)})
	}
	return out
}

var filtersOnce = sync.OnceValue(func() []schema.KnownFilter { return schema.KnownFilters(document) })
