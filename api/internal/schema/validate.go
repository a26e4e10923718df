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

	"example.com/cortexscan/internal/text"
)

// Check returns at most limit problems in a value. Numbers in the value must have the type json.Number.
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
// x-known-values. Each problem suggests the nearest listed string or lists the documented ones.
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
	active    []*Schema // the schemas being applied, to detect cycles; active[base:] applies to the current value
	base      int
	advising  bool          // collect advice instead of problems; the value is valid
	seen      map[visit]int // the number of problems that each visit found
}

// visit identifies one application of a recursive schema to an object or list that is not empty.
type visit struct {
	schema   *Schema
	value    uintptr
	counting bool // counting problems instead of keeping them
}

func (w *walker) visitOf(s *Schema, value any) (visit, bool) {
	if !s.recursive || isScalar(value) {
		return visit{}, false
	}
	v := reflect.ValueOf(value)
	return visit{s, v.Pointer(), w.counting > 0}, v.Len() > 0 // all empty lists may share an address
}

func isScalar(value any) bool { return typeOf(value)&(Array|Object) == 0 }

// add records a problem in the current value and returns 1, the number of problems. The path in further, if any, leads
// from the current value to the problem.
func (w *walker) add(reason string, further ...string) int {
	if w.counting == 0 && !w.isFull() {
		w.problems = append(w.problems, Problem{At: slices.Concat(w.at, further), Reason: reason})
	}
	return 1
}

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

// validate records the problems in a value and returns their number, which is exact only while counting. It applies a
// recursive schema to each object or list at most twice: once to count problems and once to keep them. Otherwise,
// alternatives that apply the same schema to the same value would double the work at every level.
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

// null validates null. A nullable schema accepts null. For a schema that has no type, or that has allOf, oneOf or
// anyOf, the result depends on allOf, oneOf, anyOf and not. Other schemas reject null. An enumeration must list null.
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

// keywords validates a value against the keywords of s, except for its subschemas.
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
		// Use only the keyword, because kin-openapi's messages can contain the value.
		problem := &openapi3.SchemaError{}
		errors.As(err, &problem)
		add(problem.SchemaField)
	}
	return found
}

// lowest returns the lowest comparison result that satisfies a bound: 1 if the bound is exclusive, otherwise 0.
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

// object validates the properties of an object. It reports unknown and missing properties, readOnly properties in
// requests and writeOnly properties in responses.
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
		case value[name] != nil && w.isWrongDirection(known):
			found += w.add(wrongDirection[w.direction], name)
		default:
			found += w.down(name, known, value[name])
		}
	}
	for _, name := range s.source.Required {
		if _, given := value[name]; !given && !w.isWrongDirection(s.properties[name]) {
			found += w.add("is required", name)
		}
	}
	return found
}

// ignored ends the reason for an unknown property. wrongDirection is the reason for a property that isWrongDirection reports.
var (
	ignored        = [...]string{Request: "; the service would ignore it", Response: ""}
	wrongDirection = [...]string{Request: "is read-only: a request must not contain it", Response: "is write-only: a response must not contain it"}
)

// isWrongDirection reports whether a property is readOnly in a request or writeOnly in a response.
func (w *walker) isWrongDirection(s *Schema) bool {
	return s != nil && (w.direction == Request && s.source.ReadOnly || w.direction == Response && s.source.WriteOnly)
}

// choose validates a value that must match at least one and at most limit of the forms. If no form matches, choose
// reports the problems for the form that was probably meant: the form with the fewest problems among those that accept
// the value's type.
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
		if !isOfType && t != Null { // Types never includes null
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
	// If one of the subtypes is already being applied to this value, the choice has already been made.
	if !isString || slices.ContainsFunc(w.active[w.base:], func(active *Schema) bool { return slices.Contains(s.subtypes, active) }) {
		return 0
	}
	if subtype := s.named(s.subtypes, word); subtype != nil {
		return w.validate(subtype, value)
	}
	if mapping := s.source.Discriminator.Mapping; len(mapping) > 0 {
		if _, mapped := mapping[word]; !mapped {
			return w.add("must be one of "+text.List(slices.Sorted(maps.Keys(mapping)), ", "), s.source.Discriminator.PropertyName)
		}
	}
	return 0
}

// discriminate returns the form that an object's discriminator property names, through the mapping or directly. It
// returns all forms if the discriminator does not apply: s has none, the value is not an object, or the name is unknown
// and there is no mapping. An error describes a problem with the property that the discriminator uses.
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
	return nil, errors.New("must be one of " + text.List(slices.Sorted(maps.Keys(discriminator.Mapping)), ", "))
}

// named returns the form that the discriminator of s selects for word, or nil.
func (s *Schema) named(forms []*Schema, word string) *Schema {
	if ref, mapped := s.source.Discriminator.Mapping[word]; mapped {
		word = path.Base(ref.Ref)
	}
	if i := slices.IndexFunc(forms, func(form *Schema) bool { return form.name == word }); i >= 0 {
		return forms[i]
	}
	return nil
}
