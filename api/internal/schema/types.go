package schema

import (
	"encoding/json"
	"math"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

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

	Any = Boolean | Integer | Fraction | String | Array | Object
)

// String names a single type as the end of a sentence.
func (t TypeSet) String() string {
	switch t {
	case Null:
		return "null"
	case Boolean:
		return "a boolean"
	case Integer:
		return "a number"
	case Fraction:
		return "a number with a fraction"
	case String:
		return "a string"
	case Array:
		return "a list"
	default:
		return "an object"
	}
}

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
		// As kin-openapi reads it, in float64.
		if !strings.ContainsAny(string(value), ".eE") {
			return Integer
		}
		if f, err := value.Float64(); err == nil && f != math.Trunc(f) {
			return Fraction
		}
	}
	return Integer
}

// isTooLarge reports whether float64, in which kin-openapi compares, does not hold a number.
func isTooLarge(value any) bool {
	n, isNumber := value.(json.Number)
	if !isNumber || len(n) < 300 && !strings.ContainsAny(string(n), "eE") {
		return false
	}
	_, err := n.Float64()
	return err != nil
}

// named returns the types that the keyword type allows.
func named(types *openapi3.Types) TypeSet {
	if types == nil {
		return Any
	}
	var set TypeSet
	for _, name := range types.Slice() {
		switch name {
		case openapi3.TypeBoolean:
			set |= Boolean
		case openapi3.TypeInteger:
			set |= Integer
		case openapi3.TypeNumber:
			set |= Integer | Fraction
		case openapi3.TypeString:
			set |= String
		case openapi3.TypeArray:
			set |= Array
		case openapi3.TypeObject:
			set |= Object
		}
	}
	return set
}
