package api

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/internal/text"
)

// query is what the contract says of an operation's query.
type query struct {
	parameters []*parameter
	fallbacks  []*fallback
	security   security
	listed     string // the names, for a sentence
}

// check reads the query as net/http does, but reports its mistakes, and checks the parameters.
func (q *query) check(raw string, rep *report) {
	given := make([][]string, len(q.parameters))
	for raw != "" && rep.left() > 0 {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, isName := unescape(name)
		value, isValue := unescape(value)
		reason := ""
		i := slices.IndexFunc(q.parameters, func(p *parameter) bool { return p.name == name })
		switch {
		case !isName || !isValue:
			reason = "is not valid percent-encoding"
		case strings.Contains(pair, ";"):
			reason = "contains a semicolon, which servers read in different ways; write it as %3B"
		case i < 0 && !q.isKnown(name):
			reason = "is not a parameter of this operation" + q.listed
		}
		if i >= 0 {
			given[i] = append(given[i], value)
		}
		if reason != "" {
			rep.add(Problem{In: openapi3.ParameterInQuery, Name: cmp.Or(text.Visible(name, maxName), `""`), Reason: reason})
		}
	}
	for i, p := range q.parameters {
		p.check(given[i], rep)
	}
}

// isKnown reports whether a name that is none of the parameters' belongs into the query all the same.
func (q *query) isKnown(name string) bool {
	return q.security.isInQuery(name) || slices.ContainsFunc(q.fallbacks, func(f *fallback) bool { return f.names(name) })
}

// unescape returns the text as it is if it cannot be decoded.
func unescape(s string) (string, bool) {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain, true
	}
	return s, false
}
