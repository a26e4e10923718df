package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"example.com/cortexscan/api"
	"example.com/cortexscan/cmd/cortexscan/internal/recording"
	"go.yaml.in/yaml/v4"
)

// checker validates recorded requests. It leaves out requests for other services.
type checker struct {
	validateOptions
	validator    *api.Validator
	paths, roots []string
}

func newChecker(o validateOptions) (*checker, error) {
	c := &checker{validateOptions: o}
	var err error
	if c.paths, err = specPaths(api.Document()); err != nil {
		return nil, err
	}
	c.roots = specRoots(c.paths)
	c.validator, err = loadValidator()
	return c, err
}

// result is the result of checking one request.
type result struct {
	operation          string
	problems, warnings []api.Problem
	leftOut            bool // whether the request was skipped
}

func problem(in, reason string) result {
	return result{problems: []api.Problem{{In: in, Reason: reason}}}
}

func (r result) orLeftOut(leftOut bool) result {
	if leftOut {
		return result{leftOut: true}
	}
	return r
}

func (c *checker) check(e recording.Entry) result {
	isHAR := e.Number > 0
	if e.Err != nil {
		// Report a request without a URL, because it may be for the service.
		return problem("request", "cannot be checked: "+e.Err.Error()).orLeftOut(e.URL != "" && !c.isOurs(e.URL))
	}
	r := e.Request
	if isHAR && r.Method == http.MethodOptions { // a browser's preflight request
		return result{leftOut: true}
	}
	path, below := strings.CutPrefix(r.URL.Path, c.basePath)
	if !below || c.basePath != "" && !strings.HasPrefix(path, "/") {
		return problem("path", "does not begin with the path in --base-path").orLeftOut(isHAR && !c.isOurs(r.URL.Path))
	}
	v := c.validate(withPath(r, path), isHAR)
	if e.NoHeaders { // the recording left out the headers
		v.problems = slices.DeleteFunc(v.problems, func(p api.Problem) bool { return p.In == "header" })
	}
	return v
}

func (c *checker) validate(r *http.Request, isHAR bool) result {
	err := c.validator.ValidateRequest(r)
	var violation *api.Violation
	switch {
	case err == nil:
		v := result{operation: r.Method + " " + r.URL.Path, warnings: c.validator.Advise(r)}
		if c.strict {
			v.problems, v.warnings = v.warnings, nil
		}
		return v
	case !errors.As(err, &violation):
		return problem("request", "cannot be checked")
	case violation.Operation == "" && violation.Problems[0].In == "path":
		return problem("path", cmp.Or(c.unknownPath(r), violation.Problems[0].Reason)).orLeftOut(c.allowUnknown || isHAR && !c.isOurs(r.URL.Path))
	}
	return result{operation: violation.Operation, problems: violation.Problems}
}

// isOurs reports whether a URL or path is probably for the service. The match is loose, so that a path with a typo is
// reported instead of left out.
func (c *checker) isOurs(target string) bool {
	for _, root := range c.roots {
		if strings.Contains(strings.ToLower(target), root) {
			return true
		}
	}
	return false
}

// unknownPath describes a common mistake in r's path. It returns "" if it finds none. The description does not
// repeat the path.
func (c *checker) unknownPath(r *http.Request) string {
	path := r.URL.Path
	for _, known := range c.paths {
		switch {
		case strings.TrimRight(path, "/") == known:
			return "has more than one trailing slash; at most one is allowed after " + known
		case strings.EqualFold(path, known):
			return "has the wrong capitalization; did you mean " + known + "?"
		}
	}
	for _, root := range c.roots {
		at := strings.Index(path, root)
		if at <= 0 {
			continue
		}
		if _, known := c.validator.Operation(withPath(r, path[at:])); known {
			return "has a prefix before " + root + ": add --base-path with that prefix"
		}
	}
	return ""
}

// withPath returns the request with another path. It does not change r.
func withPath(r *http.Request, path string) *http.Request {
	if path == r.URL.Path {
		return r
	}
	other := *r
	other.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: path, RawQuery: r.URL.RawQuery}
	return &other
}

// specPaths returns the paths in a spec, in document order.
func specPaths(document []byte) ([]string, error) {
	var d struct {
		Paths yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("%w: the spec cannot be read: %w", errFailed, err)
	}
	var paths []string
	for i := 0; i < len(d.Paths.Content); i += 2 { // Content alternates keys and values
		paths = append(paths, d.Paths.Content[i].Value)
	}
	return paths, nil
}

// specRoots returns the first segments of the paths, such as /public_api/. A request whose path begins with one of
// these segments is for the service.
func specRoots(paths []string) []string {
	var roots []string
	for _, path := range paths {
		segment, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		if root := "/" + segment + "/"; !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	return roots
}

// loadValidator returns a validator for the spec. The first call loads the spec.
var loadValidator = sync.OnceValues(func() (*api.Validator, error) {
	v, err := api.NewValidator()
	if err != nil {
		return nil, fmt.Errorf("%w: the spec cannot be loaded: %w", errFailed, err)
	}
	return v, nil
})

// specValidator validates the requests of a client. It loads the spec when the client makes the first request.
type specValidator struct{}

func (specValidator) ValidateRequest(r *http.Request) error {
	v, err := loadValidator()
	if err != nil {
		return err
	}
	return v.ValidateRequest(r)
}
