package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"example.com/cortexscan/api"
	"example.com/cortexscan/cmd/cortexscan/internal/recording"
	"github.com/urfave/cli/v3"
)

// checker validates recorded requests, and decides which of them are for the contract.
type checker struct {
	validator    *api.Validator
	operations   []operation
	roots        []string
	basePath     string
	allowUnknown bool
}

func newChecker(cmd *cli.Command) (*checker, error) {
	c := &checker{allowUnknown: cmd.Bool("allow-unknown")}
	var err error
	if c.basePath, err = basePath(cmd); err != nil {
		return nil, err
	}
	if c.operations, err = contractOperations(); err != nil {
		return nil, err
	}
	c.roots = contractRoots(c.operations)
	if c.validator, err = api.NewValidator(); err != nil {
		return nil, fmt.Errorf("%w: %w", errFailed, err)
	}
	return c, nil
}

// check validates one entry. It is not checked if it is an entry of a HAR file that is not meant for the service.
func (c *checker) check(e recording.Entry, isHAR bool) (operation string, problems []api.Problem, checked bool) {
	if e.Err != nil {
		// Without a URL nobody can tell whether it is for the contract.
		return "", problem("request", "cannot be read: "+e.Err.Error()), e.URL == "" || c.isOurs(e.URL)
	}
	r := e.Request
	if isHAR && r.Method == http.MethodOptions { // a browser asks for permission
		return "", nil, false
	}
	path, below := strings.CutPrefix(r.URL.Path, c.basePath)
	if !below || c.basePath != "" && !strings.HasPrefix(path, "/") {
		return "", problem("path", "does not begin with the --base-path"), !isHAR || c.isOurs(r.URL.Path)
	}
	r = withPath(r, path)
	err := c.validator.ValidateRequest(r)
	if err == nil {
		return r.Method + " " + path, nil, true
	}
	var violation *api.Violation
	if !errors.As(err, &violation) {
		return "", problem("request", "cannot be read"), true
	}
	if violation.Operation == "" && violation.Problems[0].In == "path" {
		return "", problem("path", c.unknown(r)), !c.allowUnknown && (!isHAR || c.isOurs(path))
	}
	return violation.Operation, violation.Problems, true
}

func problem(in, reason string) []api.Problem { return []api.Problem{{In: in, Reason: reason}} }

// isOurs reports whether a URL or path is meant for the service: a mistyped one has to be reported.
func (c *checker) isOurs(target string) bool {
	for _, root := range c.roots {
		if strings.Contains(strings.ToLower(target), root) {
			return true
		}
	}
	return false
}

// unknown says what may be wrong with a path that the contract does not have. It does not repeat the path.
func (c *checker) unknown(r *http.Request) string {
	path := r.URL.Path
	for _, o := range c.operations {
		switch {
		case strings.HasSuffix(path, "/") && strings.TrimRight(path, "/") == o.path:
			return "ends with a slash: it is another path than " + o.path
		case strings.EqualFold(path, o.path):
			return "is case-sensitive: did you mean " + o.path + "?"
		}
	}
	for _, root := range c.roots {
		if at := strings.Index(path, root); at > 0 && c.knows(withPath(r, path[at:])) {
			return "has something in front of " + root + ": give that as --base-path"
		}
	}
	names := make([]string, len(c.operations))
	for i, o := range c.operations {
		names[i] = o.String()
	}
	return "is unknown; the contract describes " + strings.Join(names, " and ")
}

// knows reports whether the contract has the request's path and method.
func (c *checker) knows(r *http.Request) bool {
	err := c.validator.ValidateRequest(r)
	var violation *api.Violation
	return err == nil || errors.As(err, &violation) && violation.Operation != ""
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
