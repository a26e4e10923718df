package api

import (
	"errors"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// rule is a schema of the contract, ready to judge values. kin-openapi says whether a value passes, as briefly
// as it can; only when it does not, explain goes looking for the reasons.
type rule struct {
	ref       *openapi3.SchemaRef
	direction direction
}

// direction says whether readOnly and writeOnly matter, and for which way.
type direction int

const (
	eitherWay direction = iota // the schema has neither, which spares kin-openapi a deep copy of the value
	inRequest
	inResponse
)

func (d direction) options() []openapi3.SchemaValidationOption {
	switch d {
	case inRequest:
		return []openapi3.SchemaValidationOption{openapi3.VisitAsRequest()}
	case inResponse:
		return []openapi3.SchemaValidationOption{openapi3.VisitAsResponse()}
	}
	return nil
}

func newRule(ref *openapi3.SchemaRef, d direction) rule {
	if !oneWay(ref, map[*openapi3.Schema]bool{}) {
		d = eitherWay
	}
	return rule{ref: ref, direction: d}
}

// oneWay reports whether readOnly or writeOnly stands anywhere in the schema.
func oneWay(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) bool {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return false
	}
	s := ref.Value
	seen[s] = true
	parts := slices.Concat(s.OneOf, s.AnyOf, s.AllOf, openapi3.SchemaRefs{s.Not, s.Items, s.AdditionalProperties.Schema},
		slices.Collect(maps.Values(s.Properties)))
	return s.ReadOnly || s.WriteOnly ||
		slices.ContainsFunc(parts, func(part *openapi3.SchemaRef) bool { return oneWay(part, seen) })
}

func (r rule) accepts(value any) bool {
	if r.direction == eitherWay {
		return r.ref.Value.IsMatching(value)
	}
	return r.ref.Value.VisitJSON(value, append(r.direction.options(), openapi3.FailFast())...) == nil
}

// check reports everything that is wrong with value, which stands at at.
func (r rule) check(value any, at Problem, rep *report) {
	if r.accepts(value) {
		return
	}
	e := &explainer{at: at, direction: r.direction, report: rep}
	before := len(rep.problems)
	e.explain(r.ref, value)
	if len(rep.problems) > before || rep.full() {
		return
	}
	// Refused for a reason that explain does not look for: say at least which keyword it was.
	var refusal *openapi3.SchemaError
	if err := r.ref.Value.VisitJSON(value, r.direction.options()...); errors.As(err, &refusal) {
		for _, name := range refusal.JSONPointer() {
			e.place = append(e.place, member(name))
		}
		e.add(reason(refusal.Schema, refusal.SchemaField))
		return
	}
	e.add("does not have the form that the contract describes")
}
