package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"example.com/cortexscan/api"
	"example.com/cortexscan/cmd/cortexscan/internal/recording"
	"go.yaml.in/yaml/v3"
)

// checker validates recorded requests, and decides which of them are for the contract.
type checker struct {
	validateOptions
	validator    *api.Validator
	paths, roots []string
}

func newChecker(o validateOptions) (*checker, error) {
	c := &checker{validateOptions: o}
	var err error
	if c.paths, err = contractPaths(api.Document()); err != nil {
		return nil, err
	}
	c.roots = contractRoots(c.paths)
	c.validator, err = loadValidator()
	return c, err
}

// verdict is what was found about one request.
type verdict struct {
	operation          string
	problems, warnings []api.Problem
	// leftOut is an entry of a HAR file that is not meant for the service.
	leftOut bool
}

func problem(in, reason string) verdict {
	return verdict{problems: []api.Problem{{In: in, Reason: reason}}}
}

// or returns the verdict, or that the request is left out if it is not meant for the service.
func (v verdict) or(leftOut bool) verdict {
	if leftOut {
		return verdict{leftOut: true}
	}
	return v
}

func (c *checker) check(e recording.Entry) verdict {
	isHAR := e.Number > 0
	if e.Err != nil {
		// Without a URL nobody can tell whether it is for the contract.
		return problem("request", "cannot be read: "+e.Err.Error()).or(e.URL != "" && !c.isOurs(e.URL))
	}
	r := e.Request
	if isHAR && r.Method == http.MethodOptions { // a browser asks for permission
		return verdict{leftOut: true}
	}
	path, below := strings.CutPrefix(r.URL.Path, c.basePath)
	if !below || c.basePath != "" && !strings.HasPrefix(path, "/") {
		return problem("path", "does not begin with the --base-path").or(isHAR && !c.isOurs(r.URL.Path))
	}
	return c.validate(withPath(r, path), isHAR)
}

func (c *checker) validate(r *http.Request, isHAR bool) verdict {
	err := c.validator.ValidateRequest(r)
	var violation *api.Violation
	switch {
	case err == nil:
		v := verdict{operation: r.Method + " " + r.URL.Path, warnings: c.validator.Advise(r)}
		if c.strict {
			v.problems, v.warnings = v.warnings, nil
		}
		return v
	case !errors.As(err, &violation):
		return problem("request", "cannot be read")
	case violation.Operation == "" && violation.Problems[0].In == "path":
		reason := c.unknownPath(r)
		if reason == "" {
			reason = violation.Problems[0].Reason
		}
		return problem("path", reason).or(c.allowUnknown || isHAR && !c.isOurs(r.URL.Path))
	}
	return verdict{operation: violation.Operation, problems: violation.Problems}
}

// isOurs reports whether a URL or path is meant for the service: a mistyped one has to be reported.
func (c *checker) isOurs(target string) bool {
	for _, root := range c.roots {
		if strings.Contains(strings.ToLower(target), root) {
			return true
		}
	}
	return false
}

// unknownPath describes a usual mistake in a path, "" if there is none. It does not repeat the path.
func (c *checker) unknownPath(r *http.Request) string {
	path := r.URL.Path
	for _, known := range c.paths {
		switch {
		case strings.TrimRight(path, "/") == known:
			return "ends with more than one slash; one is allowed after " + known
		case strings.EqualFold(path, known):
			return "is case-sensitive: did you mean " + known + "?"
		}
	}
	for _, root := range c.roots {
		at := strings.Index(path, root)
		if at <= 0 {
			continue
		}
		if _, known := c.validator.Operation(withPath(r, path[at:])); known {
			return "has a prefix before " + root + ": give the prefix as --base-path"
		}
	}
	return ""
}

// withPath is the request with another path.
func withPath(r *http.Request, path string) *http.Request {
	if path == r.URL.Path {
		return r
	}
	other := *r
	other.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: path, RawQuery: r.URL.RawQuery}
	return &other
}

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
