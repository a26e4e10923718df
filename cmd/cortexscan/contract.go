package main

import (
	"fmt"
	"slices"
	"strings"

	"example.com/cortexscan/api"
	"go.yaml.in/yaml/v3"
)

// operation is one operation of the contract, as its document writes it.
type operation struct{ method, path string }

func (o operation) String() string { return o.method + " " + o.path }

// methods are those that OpenAPI 3.0 has operations for.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// operations reads the operations of a contract, in the document's order.
func operations(document []byte) ([]operation, error) {
	var d struct {
		Paths yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("%w: the contract cannot be read: %w", errFailed, err)
	}
	var list []operation
	for path, item := range pairs(&d.Paths) {
		for name := range pairs(item) {
			if slices.Contains(methods, name) {
				list = append(list, operation{strings.ToUpper(name), path})
			}
		}
	}
	return list, nil
}

// pairs are the members of a mapping.
func pairs(n *yaml.Node) func(yield func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

// contractRoots are the first segments of the contract's paths, such as /public_api/: what is below them is meant
// for the service.
func contractRoots(list []operation) []string {
	var roots []string
	for _, o := range list {
		segment, _, _ := strings.Cut(strings.TrimPrefix(o.path, "/"), "/")
		if root := "/" + segment + "/"; !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	return roots
}

func contractOperations() ([]operation, error) { return operations(api.Document()) }
