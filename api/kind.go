package api

import (
	"encoding/json"
	"math/big"

	"github.com/getkin/kin-openapi/openapi3"
)

// kinds is a set of JSON types. A number without a fraction is an integer as well.
type kinds uint8

const (
	kindNull kinds = 1 << iota
	kindBoolean
	kindInteger
	kindFraction
	kindString
	kindArray
	kindObject

	// kindAny leaves out null, which in OpenAPI 3.0 is no type: kin-openapi says where it may stand.
	kindAny = kindBoolean | kindInteger | kindFraction | kindString | kindArray | kindObject
)

// String names a single type as the end of a sentence.
func (k kinds) String() string {
	switch k {
	case kindNull:
		return "null"
	case kindBoolean:
		return "a boolean"
	case kindInteger:
		return "a number"
	case kindFraction:
		return "a number with a fraction"
	case kindString:
		return "a string"
	case kindArray:
		return "a list"
	}
	return "an object"
}

func kindOf(value any) kinds {
	switch value := value.(type) {
	case nil:
		return kindNull
	case bool:
		return kindBoolean
	case string:
		return kindString
	case []any:
		return kindArray
	case map[string]any:
		return kindObject
	case json.Number:
		// As kin-openapi reads it; one that float64 cannot hold is refused elsewhere.
		if f, err := value.Float64(); err == nil && !big.NewFloat(f).IsInt() {
			return kindFraction
		}
	}
	return kindInteger
}

// deepest is where looking through alternatives of alternatives ends; only a circle goes so far.
const deepest = 16

// kindsOf says which types a schema can accept at all, null aside.
func kindsOf(ref *openapi3.SchemaRef, depth int) kinds {
	if ref == nil || ref.Value == nil || depth > deepest {
		return kindAny
	}
	s := ref.Value
	own := kindAny
	if s.Type != nil {
		own = 0
		for _, name := range s.Type.Slice() {
			switch name {
			case openapi3.TypeBoolean:
				own |= kindBoolean
			case openapi3.TypeInteger:
				own |= kindInteger
			case openapi3.TypeNumber:
				own |= kindInteger | kindFraction
			case openapi3.TypeString:
				own |= kindString
			case openapi3.TypeArray:
				own |= kindArray
			case openapi3.TypeObject:
				own |= kindObject
			}
		}
	}
	for _, part := range s.AllOf {
		own &= kindsOf(part, depth+1)
	}
	for _, forms := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf} {
		if len(forms) == 0 {
			continue
		}
		var either kinds
		for _, form := range forms {
			either |= kindsOf(form, depth+1)
		}
		own &= either
	}
	return own
}
