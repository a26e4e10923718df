package api

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

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

// check reports everything that is wrong with value. at.Pointer is where the value itself stands.
func (r rule) check(value any, at Problem, place pointer, rep *report) {
	if r.accepts(value) {
		return
	}
	e := &explainer{at: at, place: place, direction: r.direction, report: rep}
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
	if value == nil && s.PermitsNull() {
		return
	}
	if n, isNumber := value.(json.Number); isNumber {
		if _, err := n.Float64(); err != nil {
			e.add("is too large a number")
			return
		}
	}
	if kind := kindOf(value); kindsOf(ref, 0)&kind == 0 {
		e.add("must be " + describe(ref, 0) + ", not " + kind.String())
		return
	}
	e.here = append(e.here, s)
	defer func() { e.here = e.here[:len(e.here)-1] }()

	for _, part := range s.AllOf {
		e.explain(part, value)
	}
	if len(s.OneOf) > 0 {
		e.choose(ref, s.OneOf, value, 1)
	}
	if len(s.AnyOf) > 0 {
		e.choose(ref, s.AnyOf, value, len(s.AnyOf))
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
	var refusals openapi3.MultiError
	switch err := own.VisitJSON(value, openapi3.MultiErrors()).(type) {
	case openapi3.MultiError:
		refusals = err
	case error:
		refusals = openapi3.MultiError{err}
	}
	for _, err := range refusals {
		// Not errors.As: what is inside tells of the same place, in words that may repeat the value.
		if refusal, ok := err.(*openapi3.SchemaError); ok {
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
			e.missing(name, "is the service's to set, and cannot be sent")
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

// missing reports on a member that has no value to look into.
func (e *explainer) missing(name, reason string) {
	e.place = append(e.place, member(name))
	e.add(reason)
	e.place = e.place[:len(e.place)-1]
}

// otherWay reports whether a member belongs to messages of the other direction alone.
func (e *explainer) otherWay(s *openapi3.Schema) bool {
	return e.direction == inRequest && s.ReadOnly || e.direction == inResponse && s.WriteOnly
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
		e.add("fits more than one of the forms that the contract keeps apart: " + describe(ref, 0))
	case matching > 0:
	case best != nil:
		for _, p := range best.problems {
			e.report.add(p)
		}
	case sameKind:
		e.add("must be " + describe(ref, 0) + ", not another " + strings.TrimPrefix(kind.String(), "a "))
	default:
		e.add("must be " + describe(ref, 0) + ", not " + kind.String())
	}
}

func isScalar(value any) bool {
	switch value.(type) {
	case []any, map[string]any:
		return false
	}
	return true
}

// reason puts a keyword that a value breaks into words. They come from the contract, never from the value.
func reason(s *openapi3.Schema, keyword string) string {
	if s == nil {
		return "does not have the form that the contract describes"
	}
	float := func(f *float64) string { return strconv.FormatFloat(*f, 'f', -1, 64) }
	switch {
	case keyword == "required":
		return "is required"
	case keyword == "type" || keyword == "nullable" || keyword == "enum":
		return "must be " + describe(openapi3.NewSchemaRef("", s), 0)
	case keyword == "minLength" && s.MinLength == 1:
		return "must not be empty"
	case keyword == "minLength":
		return "must have at least " + strconv.FormatUint(s.MinLength, 10) + " characters"
	case keyword == "maxLength" && s.MaxLength != nil:
		return "must have at most " + strconv.FormatUint(*s.MaxLength, 10) + " characters"
	case keyword == "pattern":
		return "must match the pattern " + clean(s.Pattern, 200)
	case keyword == "format" && s.Format == "int64":
		return "must be between -9223372036854775808 and 9223372036854775807"
	case keyword == "format" && s.Format == "int32":
		return "must be between -2147483648 and 2147483647"
	case keyword == "format":
		return "must have the format " + clean(s.Format, maxName)
	case keyword == "minimum" && s.Min != nil:
		return "must be at least " + float(s.Min)
	case keyword == "maximum" && s.Max != nil:
		return "must be at most " + float(s.Max)
	case keyword == "exclusiveMinimum" && s.Min != nil:
		return "must be more than " + float(s.Min)
	case keyword == "exclusiveMaximum" && s.Max != nil:
		return "must be less than " + float(s.Max)
	case keyword == "multipleOf" && s.MultipleOf != nil:
		return "must be a multiple of " + float(s.MultipleOf)
	case keyword == "minItems":
		return "must have at least " + count(s.MinItems, "item")
	case keyword == "maxItems" && s.MaxItems != nil:
		return "must have at most " + count(*s.MaxItems, "item")
	case keyword == "uniqueItems":
		return "must not hold the same item twice"
	case keyword == "minProperties":
		return "must have at least " + count(s.MinProps, "member")
	case keyword == "maxProperties" && s.MaxProps != nil:
		return "must have at most " + count(*s.MaxProps, "member")
	}
	return "breaks the contract's rule " + clean(keyword, maxName)
}

// count says "one item", "2 items".
func count(n uint64, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return strconv.FormatUint(n, 10) + " " + noun + "s"
}
