package api

import (
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// checkQuery reads the query as net/http does, but keeps its mistakes.
func (op *operation) checkQuery(query string, rep *report) {
	given := make([][]string, len(op.query))
	for query != "" && !rep.full() {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		if pair == "" {
			continue
		}
		name, text, _ := strings.Cut(pair, "=")
		name, nameErr := unescapeQuery(name)
		text, textErr := unescapeQuery(text)
		at := Problem{In: openapi3.ParameterInQuery, Name: clean(name, maxName)}
		if at.Name == "" {
			at.Name = `""`
		}
		i := slices.IndexFunc(op.query, func(p *parameter) bool { return p.name == name })
		switch {
		case nameErr != nil || textErr != nil:
			at.Reason = "is not percent-encoded as it should be"
		case strings.Contains(pair, ";"):
			at.Reason = "has a semicolon, which not all servers read alike; write it as %3B"
		case i < 0 && !op.openQuery && !slices.Contains(op.queryKeys, name):
			at.Reason = "is not a parameter that this operation knows" + op.knownQuery()
		}
		if i >= 0 {
			given[i] = append(given[i], text)
		}
		if at.Reason != "" {
			rep.add(at)
		}
	}
	for i, p := range op.query {
		p.check(given[i], rep)
	}
}

func (op *operation) knownQuery() string {
	names := make([]string, len(op.query))
	for i, p := range op.query {
		names[i] = p.name
	}
	return among(names)
}

// unescapeQuery keeps the text as it is where it cannot be read.
func unescapeQuery(s string) (string, error) {
	if !strings.ContainsAny(s, "%+") {
		return s, nil
	}
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return s, err
	}
	return plain, nil
}
