package api

import (
	"net/http"
	"slices"
	"sync"

	"example.com/cortexscan/api/internal/schema"
	"example.com/cortexscan/api/internal/strictjson"
)

// Advise returns what is valid about a request, but probably a mistake: a filter's field, an operator or a value that the
// contract does not document, with the nearest one that it does. The service may know more than its documentation, so this
// is no violation. An invalid request gets no advice, and neither does one for an unknown operation. The request stays as
// it was.
func (v *Validator) Advise(r *http.Request) []Problem {
	m, err := v.find(r)
	if err != nil {
		return nil
	}
	invalid, advice := &report{}, &report{}
	body, err := readBody(r)
	inputs := m.Value.check(r, m.Param, body, err == nil, invalid)
	if err != nil || len(invalid.problems) > 0 {
		return nil
	}
	for _, in := range inputs {
		advice.addAll(Problem{In: in.in, Name: in.name}, in.schema.Advise(in.value, advice.left()))
	}
	if given, entry := m.Value.bodyEntry(r); entry != nil && given.isJSON() {
		value, _, _ := strictjson.Read(body, 0)
		advice.addAll(Problem{In: "body"}, entry.schema.Advise(value, advice.left()))
	}
	return advice.problems
}

// KnownFilter is a field by which endpoints can be selected, as the contract documents it: with the operators that it takes,
// and its values, nil if it takes any.
type KnownFilter struct {
	Field             string
	Operators, Values []string
}

// KnownFilters returns the documented filter fields, sorted by name; their operators and values are in the contract's order.
// The slices are the caller's own. The service may have more fields: see [Validator.Advise].
func KnownFilters() []KnownFilter {
	var out []KnownFilter
	for _, f := range loadFilters() {
		out = append(out, KnownFilter{Field: f.Field, Operators: slices.Clone(f.Operators), Values: slices.Clone(f.Values)})
	}
	return out
}

// loadFilters reads the document once. One that cannot be read is an error of NewValidator's.
var loadFilters = sync.OnceValue(func() []schema.KnownFilter {
	doc, err := load(document)
	if err != nil {
		return nil
	}
	filters, _ := schema.KnownFilters(doc)
	return filters
})
