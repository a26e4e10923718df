package schema

import (
	"encoding/json"
	"errors"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Check returns at most limit problems of a value. Numbers in the value must have the type json.Number.
func (s *Schema) Check(value any, d Direction, limit int) []Problem {
	w := walker{direction: d, limit: limit, active: make([]*Schema, 0, 8)}
	w.validate(s, value)
	return w.problems
}

// Accepts reports whether Check finds no problem.
func (s *Schema) Accepts(value any, d Direction) bool {
	w := walker{direction: d}
	return w.count(s, value) == 0
}

// Advise returns at most limit probable mistakes in a valid value: strings that the document does not list in
// x-known-values. Each names the nearest string that is listed.
func (s *Schema) Advise(value any, limit int) []Problem {
	w := walker{limit: limit, advising: true}
	w.validate(s, value)
	return w.problems
}

// walker walks through a value and its schema side by side.
type walker struct {
	direction Direction
	limit     int
	problems  []Problem
	counting  int // while positive, problems are counted but not kept
	at        []string
	active    []*Schema // the schemas being applied, to detect cycles; those from base on apply to the current value
	base      int
	advising  bool          // the value is valid, and advice is kept instead of problems
	seen      map[visit]int // the number of problems, for recursive schemas
}

// visit identifies an application of a recursive schema to a non-empty object or list, either to count problems or to keep
// them.
type visit struct {
	schema   *Schema
	value    uintptr
	counting bool
}

func (w *walker) visitOf(s *Schema, value any) (visit, bool) {
	if !s.recursive || isScalar(value) {
		return visit{}, false
	}
	v := reflect.ValueOf(value)
	return visit{s, v.Pointer(), w.counting > 0}, v.Len() > 0 // all empty lists may share an address
}

func isScalar(value any) bool { return typeOf(value)&(Array|Object) == 0 }

// add records a problem of the current value, or of the value at the path further inside it, and returns 1.
func (w *walker) add(reason string, further ...string) int {
	if w.counting == 0 && !w.isFull() {
		w.problems = append(w.problems, Problem{At: slices.Concat(w.at, further), Reason: reason})
	}
	return 1
}

// isFull reports whether the limit is reached.
func (w *walker) isFull() bool { return w.counting == 0 && len(w.problems) >= w.limit }

// down validates a property or item of the current value.
func (w *walker) down(to string, s *Schema, value any) int {
	base := w.base
	w.base, w.at = len(w.active), append(w.at, to)
	found := w.validate(s, value)
	w.base, w.at = base, w.at[:len(w.at)-1]
	return found
}

// count returns the number of problems without keeping them.
func (w *walker) count(s *Schema, value any) int {
	w.counting++
	defer func() { w.counting-- }()
	return w.validate(s, value)
}

// validate returns the number of problems of a value. The number is exact only while counting. A recursive schema is applied
// to each object and list once to count problems and once to keep them. Without this limit, alternatives that apply the
// same schema to the same value would double the work at every level.
func (w *walker) validate(s *Schema, value any) int {
	if s == nil || w.isFull() || slices.Contains(w.active[w.base:], s) {
		return 0
	}
	w.active = append(w.active, s)
	defer func() { w.active = w.active[:len(w.active)-1] }()
	v, recursive := w.visitOf(s, value)
	found, known := w.seen[v]
	switch {
	case !recursive:
		return w.apply(s, value)
	case known:
		return found
	case w.seen == nil:
		w.seen = map[visit]int{}
	}
	found = w.apply(s, value)
	w.seen[v] = found
	return found
}

func (w *walker) apply(s *Schema, value any) int {
	t := typeOf(value)
	switch {
	case t == Null:
		return w.null(s)
	case s.types&t == 0:
		return w.add("must be " + s.Describe() + ", not " + t.String())
	}
	found := w.composition(s, value) + w.keywords(s, value)
	if w.advising && w.counting == 0 {
		for _, p := range s.advice(value) {
			w.add(p.Reason, p.At...)
		}
	}
	switch value := value.(type) {
	case []any:
		for i, item := range value {
			if s.items == nil || w.isFull() {
				break
			}
			if !s.items.isPlain || s.items.types&typeOf(item)&^(Array|Object) == 0 {
				found += w.down(strconv.Itoa(i), s.items, item)
			}
		}
	case map[string]any:
		found += w.object(s, value)
	}
	return found
}

// null validates null. A schema without a type accepts null if its parts do. An enumeration must list null.
func (w *walker) null(s *Schema) int {
	composed := len(s.allOf)+len(s.oneOf)+len(s.anyOf) > 0
	listed := s.enum == nil || s.enum["null"]
	switch {
	case s.source.Nullable && listed:
		return 0
	case composed && listed || s.source.Type == nil && listed:
		return w.composition(s, nil)
	}
	return w.add("must be " + s.Describe() + ", not null")
}

func (w *walker) composition(s *Schema, value any) int {
	found := 0
	for _, part := range s.allOf {
		found += w.validate(part, value)
	}
	if len(s.oneOf) > 0 {
		found += w.choose(s, s.oneOf, value, 1)
	}
	if len(s.anyOf) > 0 {
		found += w.choose(s, s.anyOf, value, len(s.anyOf))
	}
	if len(s.subtypes) > 0 {
		found += w.subtype(s, value)
	}
	if s.not != nil && w.count(s.not, value) == 0 {
		found += w.add("matches a schema that the spec excludes")
	}
	return found
}

var allErrors = openapi3.MultiErrors()

// keywords checks the keywords of s itself.
func (w *walker) keywords(s *Schema, value any) int {
	found := 0
	add := func(keyword string) { found += w.add(s.reason(keyword)) }
	if s.enum != nil && !s.enum[canonical(value)] {
		add("enum")
	}
	if number, isNumber := value.(json.Number); isNumber && (s.minimum != nil || s.maximum != nil || s.multiple != nil) {
		d := parseDecimal(string(number))
		if s.minimum != nil && d.compare(s.minimum.decimal) < lowest(s.source.ExclusiveMin) {
			add("minimum")
		}
		if s.maximum != nil && s.maximum.compare(d) < lowest(s.source.ExclusiveMax) {
			add("maximum")
		}
		if s.multiple != nil && !d.isMultipleOf(s.multiple.decimal) {
			add("multipleOf")
		}
	}
	if list, isList := value.([]any); isList && s.source.UniqueItems && hasDuplicate(list) {
		add("uniqueItems")
	}
	if valid := formats[s.source.Format]; valid != nil && !valid(value) {
		add("format")
	}
	if s.keywords == nil {
		return found
	}
	err := s.keywords.VisitJSON(value, allErrors)
	if err == nil {
		return found
	}
	problems := openapi3.MultiError{err}
	errors.As(err, &problems)
	for _, err := range problems {
		// Only the keyword is used: kin-openapi's messages may contain the value.
		problem := &openapi3.SchemaError{}
		errors.As(err, &problem)
		add(problem.SchemaField)
	}
	return found
}

// lowest returns the lowest result of compare for which a number satisfies a bound.
func lowest(exclusive openapi3.ExclusiveBound) int {
	if exclusive.IsTrue() {
		return 1
	}
	return 0
}

func hasDuplicate(list []any) bool {
	seen := make(map[string]bool, len(list))
	for _, item := range list {
		key := canonical(item)
		if seen[key] {
			return true
		}
		seen[key] = true
	}
	return false
}

// object reports unknown and missing properties, properties of the other direction, and the problems inside properties.
func (w *walker) object(s *Schema, value map[string]any) int {
	found := 0
	names := make([]string, 0, len(value))
	for name := range value {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		known := s.properties[name]
		switch {
		case w.isFull():
			return found
		case known == nil && s.closed:
			found += w.add("is not a known property"+Listed("known", s.propertyNames)+ignored[w.direction], name)
		case known == nil && s.rest == nil:
		case known == nil:
			found += w.down(name, s.rest, value[name])
		case value[name] != nil && w.isOtherWay(known):
			found += w.add(otherWay[w.direction], name)
		default:
			found += w.down(name, known, value[name])
		}
	}
	for _, name := range s.source.Required {
		if _, given := value[name]; !given && !w.isOtherWay(s.properties[name]) {
			found += w.add("is required", name)
		}
	}
	return found
}

// Reasons for properties that are not described, and for those of the other direction.
var (
	ignored  = [...]string{Request: "; the service would ignore it", Response: ""}
	otherWay = [...]string{Request: "is read-only: a request must not contain it", Response: "is write-only: a response must not contain it"}
)

// isOtherWay reports whether a property belongs only to messages of the other direction.
func (w *walker) isOtherWay(s *Schema) bool {
	return s != nil && (w.direction == Request && s.source.ReadOnly || w.direction == Response && s.source.WriteOnly)
}

// choose validates a value that must match at least one and at most limit of the forms. If it matches none, the
// problems are those of the form that was probably meant: the one of the value's type with the fewest problems.
func (w *walker) choose(s *Schema, forms []*Schema, value any, limit int) int {
	forms, problem := s.discriminate(forms, value)
	if problem != nil {
		return w.add(problem.Error(), s.source.Discriminator.PropertyName)
	}
	t := typeOf(value)
	matching, fewest, sameType := 0, 0, false
	var best *Schema
	for _, form := range forms {
		isOfType := form.Types()&t != 0
		if !isOfType && t != Null { // null is not a type
			continue
		}
		found := w.count(form, value)
		if found == 0 {
			if matching++; w.advising && w.counting == 0 {
				w.validate(form, value)
			}
			continue
		}
		sameType = sameType || isOfType
		// A value outside an enumeration was probably meant for another form.
		if isOfType && (!isScalar(value) || len(form.source.Enum) == 0) && (best == nil || found < fewest) {
			best, fewest = form, found
		}
	}
	switch {
	case matching > limit:
		return w.add("matches more than one of the alternatives, but must match exactly one: " + s.Describe())
	case matching > 0:
		return 0
	case best != nil && w.counting > 0:
		return fewest
	case best != nil:
		return w.validate(best, value)
	case sameType:
		return w.add("must be " + s.Describe() + ", not another " + strings.TrimPrefix(t.String(), "a "))
	}
	return w.add("must be " + s.Describe() + ", not " + t.String())
}

// subtype validates an object against the subtype that the discriminator of s names.
func (w *walker) subtype(s *Schema, value any) int {
	object, _ := value.(map[string]any)
	word, isString := object[s.source.Discriminator.PropertyName].(string)
	// The subtype has already been chosen if it is being applied to this value.
	if !isString || slices.ContainsFunc(w.active[w.base:], func(active *Schema) bool { return slices.Contains(s.subtypes, active) }) {
		return 0
	}
	if subtype := s.named(s.subtypes, word); subtype != nil {
		return w.validate(subtype, value)
	}
	if mapping := s.source.Discriminator.Mapping; len(mapping) > 0 {
		if _, mapped := mapping[word]; !mapped {
			return w.add("must be one of "+List(slices.Sorted(maps.Keys(mapping)), ", "), s.source.Discriminator.PropertyName)
		}
	}
	return 0
}

// discriminate returns only the form that the discriminator of an object names, by the mapping or by the name of the
// schema. The error describes a problem with the property that the discriminator uses.
func (s *Schema) discriminate(forms []*Schema, value any) ([]*Schema, error) {
	object, isObject := value.(map[string]any)
	discriminator := s.source.Discriminator
	if discriminator == nil || !isObject {
		return forms, nil
	}
	given, isGiven := object[discriminator.PropertyName]
	word, isString := given.(string)
	switch {
	case !isGiven:
		return nil, errors.New("is required")
	case !isString:
		return nil, errors.New("must be a string, not " + typeOf(given).String())
	}
	if form := s.named(forms, word); form != nil {
		return []*Schema{form}, nil
	}
	if len(discriminator.Mapping) == 0 {
		return forms, nil
	}
	return nil, errors.New("must be one of " + List(slices.Sorted(maps.Keys(discriminator.Mapping)), ", "))
}

// named returns the form that the discriminator of s names with this word, or nil.
func (s *Schema) named(forms []*Schema, word string) *Schema {
	if ref, mapped := s.source.Discriminator.Mapping[word]; mapped {
		word = path.Base(ref.Ref)
	}
	if i := slices.IndexFunc(forms, func(form *Schema) bool { return form.name == word }); i >= 0 {
		return forms[i]
	}
	return nil
}
