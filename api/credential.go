package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api/internal/schema"
)

// credential is one thing that a security scheme requires in a request.
type credential struct {
	in, name string
	scheme   string // "Bearer ", "Basic ": how the value of the header has to begin
}

// credentials lists the alternatives of the operation's security requirement.
func credentials(doc *openapi3.T, o *openapi3.Operation) ([][]credential, error) {
	requirements := doc.Security
	if o.Security != nil {
		requirements = *o.Security
	}
	var alternatives [][]credential
	for _, requirement := range requirements {
		needed := []credential{}
		for name := range requirement {
			if doc.Components == nil || doc.Components.SecuritySchemes[name] == nil {
				return nil, fmt.Errorf("security scheme %s is not defined", name)
			}
			needed = append(needed, newCredential(doc.Components.SecuritySchemes[name].Value))
		}
		slices.SortFunc(needed, func(a, b credential) int { return strings.Compare(a.name, b.name) })
		alternatives = append(alternatives, needed)
	}
	return alternatives, nil
}

func newCredential(scheme *openapi3.SecurityScheme) credential {
	if scheme.Type == "apiKey" {
		return credential{in: scheme.In, name: scheme.Name}
	}
	c := credential{in: openapi3.ParameterInHeader, name: "Authorization"}
	if scheme.Type == "http" && !strings.EqualFold(scheme.Scheme, "bearer") {
		c.scheme = scheme.Scheme + " "
	} else {
		c.scheme = "Bearer " // OAuth and OpenID Connect end in one, too
	}
	return c
}

// authenticated reports whether the request carries everything that one alternative asks for.
func authenticated(r *http.Request, alternatives [][]credential) bool {
	return len(alternatives) == 0 || slices.ContainsFunc(alternatives, func(needed []credential) bool {
		return !slices.ContainsFunc(needed, func(c credential) bool { return !c.isIn(r) })
	})
}

func (c credential) isIn(r *http.Request) bool {
	var value string
	switch c.in {
	case openapi3.ParameterInHeader:
		value = r.Header.Get(c.name)
	case openapi3.ParameterInQuery:
		value = r.URL.Query().Get(c.name)
	case openapi3.ParameterInCookie:
		if cookie, err := r.Cookie(c.name); err == nil {
			value = cookie.Value
		}
	}
	value = strings.Trim(value, " \t")
	if n := len(c.scheme); len(value) < n || !strings.EqualFold(value[:n], c.scheme) {
		return false
	}
	return len(value) > len(c.scheme)
}

// wanted returns what the first alternative asks for.
func wanted(alternatives [][]credential) string {
	var names []string
	for _, c := range alternatives[0] {
		names = append(names, "the "+c.in+" "+c.name)
	}
	return schema.List(names, " and ")
}

// queryKeys returns the parameters of the query that carry credentials.
func queryKeys(alternatives [][]credential) []string {
	var keys []string
	for _, needed := range alternatives {
		for _, c := range needed {
			if c.in == openapi3.ParameterInQuery {
				keys = append(keys, c.name)
			}
		}
	}
	return keys
}
