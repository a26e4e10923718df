package api

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api/internal/schema"
)

// security is a security requirement: the alternatives, and what each of them needs.
type security [][]credential

// credential is one thing that a security scheme requires in a request.
type credential struct {
	in, name string
	scheme   string // "Bearer ", "Basic ": how the value of the header has to begin
}

func newSecurity(doc *openapi3.T, o *openapi3.Operation) (security, error) {
	requirements := doc.Security
	if o.Security != nil {
		requirements = *o.Security
	}
	var s security
	for _, requirement := range requirements {
		needed := []credential{}
		for name := range requirement {
			if doc.Components == nil || doc.Components.SecuritySchemes[name] == nil {
				return nil, fmt.Errorf("security scheme %s is not defined", name)
			}
			needed = append(needed, newCredential(doc.Components.SecuritySchemes[name].Value))
		}
		slices.SortFunc(needed, func(a, b credential) int { return cmp.Compare(a.name, b.name) })
		s = append(s, needed)
	}
	return s, nil
}

func newCredential(scheme *openapi3.SecurityScheme) credential {
	switch {
	case scheme.Type == "apiKey":
		return credential{in: scheme.In, name: scheme.Name}
	case scheme.Type == "http" && !strings.EqualFold(scheme.Scheme, "bearer"):
		return credential{openapi3.ParameterInHeader, "Authorization", scheme.Scheme + " "}
	}
	return credential{openapi3.ParameterInHeader, "Authorization", "Bearer "} // OAuth and OpenID Connect end in one, too
}

// isMet reports whether the request carries everything that one alternative needs.
func (s security) isMet(r *http.Request) bool {
	return len(s) == 0 || slices.ContainsFunc(s, func(needed []credential) bool {
		return !slices.ContainsFunc(needed, func(c credential) bool { return !c.isIn(r) })
	})
}

func (c credential) isIn(r *http.Request) bool {
	value := r.Header.Get(c.name)
	switch c.in {
	case openapi3.ParameterInQuery:
		value = r.URL.Query().Get(c.name)
	case openapi3.ParameterInCookie:
		value = ""
		if cookie, err := r.Cookie(c.name); err == nil {
			value = cookie.Value
		}
	}
	value = strings.Trim(value, " \t")
	n := len(c.scheme)
	return len(value) > n && strings.EqualFold(value[:n], c.scheme)
}

// String returns what the first alternative needs.
func (s security) String() string {
	var names []string
	for _, c := range s[0] {
		names = append(names, "the "+c.in+" "+c.name)
	}
	return schema.List(names, " and ")
}

// isInQuery reports whether a parameter of the query carries a credential.
func (s security) isInQuery(name string) bool {
	return slices.ContainsFunc(s, func(needed []credential) bool {
		return slices.ContainsFunc(needed, func(c credential) bool { return c.in == openapi3.ParameterInQuery && c.name == name })
	})
}
