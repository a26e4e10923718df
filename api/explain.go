package api

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// explainer walks a value and its schema side by side. The keywords of each schema are judged by kin-openapi,
// one schema at a time; the way down and the choice between alternatives are its own.
type explainer struct {
	at        Problem
	place     pointer
	direction direction
	report    *report
	here      []*openapi3.Schema // applied to the same value, so as not to run in circles
}

func (e *explainer) add(reason string) {
	if e.report.full() {
		return // the place is not worth writing out
	}
	p := e.at
	p.Pointer, p.Reason = e.place.String(), reason
	e.report.add(p)
}

// down goes one step into the value.
func (e *explainer) down(s step, ref *openapi3.SchemaRef, value any) {
	here := e.here
	e.here, e.place = nil, append(e.place, s)
	e.explain(ref, value)
	e.here, e.place = here, e.place[:len(e.place)-1]
}

func (e *explainer) explain(ref *openapi3.SchemaRef, value any) {
	if ref == nil || ref.Value == nil || e.report.full() || slices.Contains(e.here, ref.Value) {
		return
	}
	s := ref.Value
	if isScalar(value) && s.IsMatching(value) {
		return
	}
	if n, isNumber := value.(json.Number); isNumber {
		if _, err := n.Float64(); err != nil {
			e.add("is too large a number")
			return
		}
	}
	if kind := kindOf(value); kindsOf(ref, 0)&kind == 0 {
		e.add("must be " + describe(ref) + ", not " + kind.String())
		return
	}
	e.here = append(e.here, s)
	defer func() { e.here = e.here[:len(e.here)-1] }()

	for _, part := range s.AllOf {
		e.explain(part, value)
	}
	if len(s.OneOf) > 0 {
		e.choose(ref, named(s, s.OneOf, value), value, 1)
	}
	if len(s.AnyOf) > 0 {
		e.choose(ref, named(s, s.AnyOf, value), value, len(s.AnyOf))
	}
	if s.Not != nil && s.Not.Value.IsMatching(value) {
		e.add("has a form that the contract rules out")
	}
	e.keywords(s, value)
	switch value := value.(type) {
	case []any:
		for i, v := range value {
			if e.report.full() {
				return
			}
			e.down(item(i), s.Items, v)
		}
	case map[string]any:
		e.members(s, value)
	}
}

// keywords reports what kin-openapi says of s without its parts.
func (e *explainer) keywords(s *openapi3.Schema, value any) {
	own := *s
	own.OneOf, own.AnyOf, own.AllOf, own.Not, own.Discriminator = nil, nil, nil, nil, nil
	own.Items, own.Properties, own.Required, own.AdditionalProperties = nil, nil, nil, openapi3.AdditionalProperties{}
	if own.IsEmpty() {
		return
	}
	err := own.VisitJSON(value, openapi3.MultiErrors())
	if err == nil {
		return
	}
	var refusals openapi3.MultiError
	if !errors.As(err, &refusals) {
		refusals = openapi3.MultiError{err}
	}
	for _, err := range refusals {
		// Only the keyword is taken: kin-openapi's own words may repeat the value.
		if refusal := (*openapi3.SchemaError)(nil); errors.As(err, &refusal) {
			e.add(reason(s, refusal.SchemaField))
		} else {
			e.add("does not have the form that the contract describes")
		}
	}
}

// members reports on an object's members: unknown, missing, read-only, and what is wrong inside them.
func (e *explainer) members(s *openapi3.Schema, value map[string]any) {
	closed := s.AdditionalProperties.Has != nil && !*s.AdditionalProperties.Has
	for _, name := range slices.Sorted(maps.Keys(value)) {
		known := s.Properties[name]
		switch {
		case e.report.full():
			return
		case known == nil && closed:
			e.missing(name, "is not a member that this operation knows"+among(slices.Sorted(maps.Keys(s.Properties)))+
				"; the service would ignore it")
		case known == nil:
			e.down(member(name), s.AdditionalProperties.Schema, value[name])
		case value[name] != nil && e.otherWay(known.Value):
			e.missing(name, e.foreign())
		default:
			e.down(member(name), known, value[name])
		}
	}
	for _, name := range s.Required {
		if _, given := value[name]; given {
			continue
		}
		if known := s.Properties[name]; known == nil || !e.otherWay(known.Value) {
			e.missing(name, "is required")
		}
	}
}

// missing reports on a member whose value is not looked into.
func (e *explainer) missing(name, reason string) {
	e.place = append(e.place, member(name))
	e.add(reason)
	e.place = e.place[:len(e.place)-1]
}

// otherWay reports whether a member belongs to messages of the other direction alone.
func (e *explainer) otherWay(s *openapi3.Schema) bool {
	return e.direction == inRequest && s.ReadOnly || e.direction == inResponse && s.WriteOnly
}

// foreign says what is wrong with such a member.
func (e *explainer) foreign() string {
	if e.direction == inRequest {
		return "is the service's to set, and cannot be sent"
	}
	return "is the caller's to set, and does not come back"
}

// choose reports on a value that may take several forms, of which it has to match one to most. The problems
// that help are those of the form that was meant: the one of the value's type, and of several the one with
// the fewest problems.
func (e *explainer) choose(ref *openapi3.SchemaRef, forms openapi3.SchemaRefs, value any, most int) {
	kind := kindOf(value)
	matching, sameKind := 0, false
	var best *report
	for _, form := range forms {
		try := rule{ref: form, direction: e.direction}
		if try.accepts(value) {
			matching++
			continue
		}
		if kindsOf(form, 0)&kind == 0 {
			continue
		}
		sameKind = true
		if isScalar(value) && len(form.Value.Enum) > 0 {
			continue // it was not this value that was meant
		}
		attempt := &explainer{at: e.at, place: e.place, direction: e.direction, report: &report{}, here: e.here}
		attempt.explain(form, value)
		if found := len(attempt.report.problems); found > 0 && (best == nil || found < len(best.problems)) {
			best = attempt.report
		}
	}
	switch {
	case matching > most:
		e.add("fits more than one of the forms that the contract keeps apart: " + describe(ref))
	case matching > 0:
	case best != nil:
		for _, p := range best.problems {
			e.report.add(p)
		}
	case sameKind:
		e.add("must be " + describe(ref) + ", not another " + strings.TrimPrefix(kind.String(), "a "))
	default:
		e.add("must be " + describe(ref) + ", not " + kind.String())
	}
}

// named leaves of the forms the one that the value names by a discriminator, if the contract maps its word.
func named(s *openapi3.Schema, forms openapi3.SchemaRefs, value any) openapi3.SchemaRefs {
	object, isObject := value.(map[string]any)
	if s.Discriminator == nil || !isObject {
		return forms
	}
	word, _ := object[s.Discriminator.PropertyName].(string)
	target := s.Discriminator.Mapping[word].Ref
	for _, form := range forms {
		if target != "" && (form.Ref == target || schemaName(form) == target) {
			return openapi3.SchemaRefs{form}
		}
	}
	return forms
}

func isScalar(value any) bool {
	switch value.(type) {
	case []any, map[string]any:
		return false
	}
	return true
}
