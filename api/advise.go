package api

import (
	"net/http"
	"slices"
	"sync"
)

// Advise returns what is valid about a request, but probably a mistake: a filter's field, an operator or a value that the
// contract does not document, with the nearest one that it does. The service may know more than its documentation, so this
// is no violation. An invalid request gets no advice, and neither does one for an unknown operation. The request stays as
// it was.
func (v *Validator) Advise(r *http.Request) []Problem {
	m, unknown := v.find(r)
	if unknown != nil {
		return nil
	}
	rep := &report{advising: true}
	if err := m.Value.check(r, m.Param, rep); err != nil || len(rep.problems) > 0 {
		return nil
	}
	return rep.advice
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
	v, err := loadOnce()
	if err != nil {
		return nil // NewValidator says why
	}
	var out []KnownFilter
	for _, f := range v.filters {
		out = append(out, KnownFilter{Field: f.Field, Operators: slices.Clone(f.Operators), Values: slices.Clone(f.Values)})
	}
	return out
}

var loadOnce = sync.OnceValues(NewValidator)
