// Package schema validates values against the schemas of an OpenAPI document: it finds every problem, says where it is,
// and describes it. kin-openapi judges the keywords of one schema; the way through the value, the choice between
// alternatives and the words are this package's.
//
// The time that it takes grows linearly with the value, also where a recursive schema offers alternatives.
package schema

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api/internal/strictjson"
)

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
	isPlain             bool             // of a scalar only the type matters
	recursive           bool             // it contains itself, and every circle of schemas goes through such a one

	knownValues  []string
	knownFilters map[string]KnownFilter // by field
}

// KnownFilter is a documented field of a filter.
type KnownFilter struct {
	Field     string   `json:"-"`
	Operators []string `json:"operators"`
	Values    []string `json:"values"` // nil where any value will do
}

// Direction is the way of a message, for readOnly and writeOnly.
type Direction int

// The directions.
const (
	Request Direction = iota
	Response
)

// Problem is one thing that is wrong with a value. It never repeats a value.
type Problem = strictjson.Problem

// Types returns the types that a value may have, null aside.
func (s *Schema) Types() TypeSet {
	if s == nil {
		return Any
	}
	return s.types
}

// Items returns the schema of the items of a list.
func (s *Schema) Items() *Schema { return s.items }

// Names reports whether the schema or a part of it describes a member of that name, or additional ones of any name.
func (s *Schema) Names(name string) bool {
	if s == nil || s.recursive {
		return false
	}
	_, described := s.properties[name]
	return described || s.rest != nil || slices.ContainsFunc(slices.Concat(s.allOf, s.oneOf, s.anyOf), func(part *Schema) bool { return part.Names(name) })
}

// TypeSet is a set of JSON types. A number without a fraction is an integer as well.
type TypeSet uint8

// The types. Any leaves out null, which in OpenAPI 3.0 is no type.
const (
	Null TypeSet = 1 << iota
	Boolean
	Integer
	Fraction
	String
	Array
	Object
	outOfRange // a number that float64, in which kin-openapi compares, does not hold

	Any = Boolean | Integer | Fraction | String | Array | Object | outOfRange
)

var typeNames = map[TypeSet]string{
	Null: "null", Boolean: "a boolean", Integer: "a number", Fraction: "a number with a fraction", String: "a string", Array: "a list", Object: "an object",
	outOfRange: "a number that is out of range",
}

// String names a single type as the end of a sentence.
func (t TypeSet) String() string { return typeNames[t] }

// typeOf returns the single type of a value.
func typeOf(value any) TypeSet {
	switch value := value.(type) {
	case nil:
		return Null
	case bool:
		return Boolean
	case string:
		return String
	case []any:
		return Array
	case map[string]any:
		return Object
	case json.Number:
		if len(value) < 300 && !strings.ContainsAny(string(value), ".eE") {
			return Integer
		}
		if f, err := value.Float64(); err != nil {
			return outOfRange
		} else if f != math.Trunc(f) {
			return Fraction
		}
	}
	return Integer
}

var keywordTypes = map[string]TypeSet{
	openapi3.TypeBoolean: Boolean, openapi3.TypeInteger: Integer, openapi3.TypeNumber: Integer | Fraction,
	openapi3.TypeString: String, openapi3.TypeArray: Array, openapi3.TypeObject: Object,
}

// named returns the types that the keyword type allows.
func named(types *openapi3.Types) TypeSet {
	if types == nil {
		return Any
	}
	var set TypeSet
	for _, name := range types.Slice() {
		set |= keywordTypes[name]
	}
	return set
}
