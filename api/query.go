package api

import (
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api/internal/schema"
	"example.com/cortexscan/internal/text"
)

// query is what the contract says of an operation's query.
type query struct {
	parameters []*parameter
	fallbacks  []*fallback
	keys       []string // credentials
}

// given returns the texts of each parameter. It reads the query as net/http does, but reports its mistakes.
func (q *query) given(raw string, rep *report) [][]string {
	given := make([][]string, len(q.parameters))
	for raw != "" && rep.left() > 0 {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, nameErr := unescapeQuery(name)
		value, valueErr := unescapeQuery(value)
		at := Problem{In: openapi3.ParameterInQuery, Name: text.Visible(name, maxName)}
		if at.Name == "" {
			at.Name = `""`
		}
		i := slices.IndexFunc(q.parameters, func(p *parameter) bool { return p.name == name })
		switch {
		case nameErr != nil || valueErr != nil:
			at.Reason = "is not valid percent-encoding"
		case strings.Contains(pair, ";"):
			at.Reason = "contains a semicolon, which servers read in different ways; write it as %3B"
		case i < 0 && !q.isKnown(name):
			at.Reason = "is not a parameter of this operation" + schema.Listed("parameters", q.names())
		}
		if i >= 0 {
			given[i] = append(given[i], value)
		}
		if at.Reason != "" {
			rep.add(at)
		}
	}
	return given
}

// isKnown reports whether a name that is none of the parameters' belongs into the query all the same.
func (q *query) isKnown(name string) bool {
	return slices.Contains(q.keys, name) || slices.ContainsFunc(q.fallbacks, func(f *fallback) bool { return f.names(name) })
}

func (q *query) names() []string {
	var names []string
	for _, p := range q.parameters {
		names = append(names, p.name)
	}
	for _, f := range q.fallbacks {
		if f.described.In == openapi3.ParameterInQuery {
			names = append(names, f.described.Name)
		}
	}
	return names
}

// unescapeQuery returns the text as it is if it cannot be decoded.
func unescapeQuery(s string) (string, error) {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return s, err
	}
	return plain, nil
}
