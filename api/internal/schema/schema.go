// Package schema validates values against the schemas of an OpenAPI document: it finds every problem, says where it is,
// and describes it. kin-openapi judges the keywords of one schema; the way through the value, the choice between
// alternatives and the words are this package's.
//
// The time that it takes grows linearly with the value, also where a recursive schema offers alternatives.
package schema

import "github.com/getkin/kin-openapi/openapi3"

// Schema is a schema compiled for validation. A nil Schema accepts every value.
type Schema struct {
	source *openapi3.Schema
	name   string // of the component; empty for an inline schema
	types  TypeSet

	allOf, oneOf, anyOf []*Schema
	not, items, rest    *Schema // rest: of members that properties does not name
	properties          map[string]*Schema
	propertyNames       []string         // sorted
	closed              bool             // members that properties does not name are refused
	keywords            *openapi3.Schema // what kin-openapi judges, without the parts above; nil where there is nothing to judge
	recursive           bool             // it contains itself, and every circle of schemas goes through such a one

	knownValues  []string
	knownFilters map[string]KnownFilter // by field
}

// Direction is the way of a message, for readOnly and writeOnly.
type Direction int

// The directions.
const (
	Request Direction = iota
	Response
)

// Problem is one thing that is wrong with a value. At is the path of the member or item that it is about, from the
// outermost name or index; it is empty for the value as a whole. Reason completes the sentence "the value …". It never
// repeats a value.
type Problem struct {
	At     []string
	Reason string
}

// Types returns the types that a value may have, null aside.
func (s *Schema) Types() TypeSet {
	if s == nil {
		return Any
	}
	return s.types
}

// Items returns the schema of the items of a list.
func (s *Schema) Items() *Schema { return s.items }

// Check returns what is wrong with value, at most limit problems. Numbers are json.Number or int64.
func (s *Schema) Check(value any, d Direction, limit int) []Problem {
	w := walker{direction: d, limit: limit}
	w.judge(s, value)
	return w.problems
}

// Accepts reports whether Check finds no problem.
func (s *Schema) Accepts(value any, d Direction) bool {
	w := walker{direction: d}
	return w.count(s, value) == 0
}

// Advise returns what is valid about value, but probably a mistake: strings that the document does not list in
// x-known-values, with the nearest that it does. At most limit are returned, and value has to be valid.
func (s *Schema) Advise(value any, limit int) []Problem {
	w := walker{limit: limit}
	w.advise(s, value)
	return w.problems
}
