package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Validator holds requests and responses against the contract. Everything it knows comes from [Document]; an
// operation that is added there is validated as it is. It is safe for concurrent use, and does not change.
type Validator struct {
	paths  []*pathItem          // as a request is looked up: fixed ones first
	fixed  map[string]*pathItem // those without parameters
	listed string               // the operations, for the requests that are none of them
}

// NewValidator loads the contract, which takes some 4 ms: make one Validator and keep it. An error means that
// the document in this package is broken.
func NewValidator() (*Validator, error) { return newValidator(document) }

func newValidator(document []byte) (*Validator, error) {
	ctx := context.Background()
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, fmt.Errorf("load the contract: %w", err)
	}
	// Examples are checked by a test, not at every start.
	if err := doc.Validate(ctx, openapi3.DisableExamplesValidation()); err != nil {
		return nil, fmt.Errorf("check the contract: %w", err)
	}
	if !strings.HasPrefix(doc.OpenAPI, "3.0.") {
		return nil, fmt.Errorf("check the contract: it is written in OpenAPI %s, and this validator reads 3.0", doc.OpenAPI)
	}
	return compile(doc)
}
