package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"example.com/cortexscan/api"
	"go.yaml.in/yaml/v3"
)

// contractPaths returns the paths of a contract, in the document's order.
func contractPaths(document []byte) ([]string, error) {
	var d struct {
		Paths yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("%w: the contract cannot be read: %w", errFailed, err)
	}
	var paths []string
	for i := 0; i < len(d.Paths.Content); i += 2 { // a mapping's content is name, value, name, value
		paths = append(paths, d.Paths.Content[i].Value)
	}
	return paths, nil
}

// contractRoots are the first segments of the paths, such as /public_api/: what is below them is meant for the
// service.
func contractRoots(paths []string) []string {
	var roots []string
	for _, path := range paths {
		segment, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if root := "/" + segment + "/"; !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	return roots
}

// loadValidator loads the contract for validation, once and only when there is something to validate.
var loadValidator = sync.OnceValues(func() (*api.Validator, error) {
	v, err := api.NewValidator()
	if err != nil {
		return nil, fmt.Errorf("%w: the contract cannot be loaded: %w", errFailed, err)
	}
	return v, nil
})

// contractValidator validates the requests of a client.
type contractValidator struct{}

func (contractValidator) ValidateRequest(r *http.Request) error {
	v, err := loadValidator()
	if err != nil {
		return err
	}
	return v.ValidateRequest(r)
}
