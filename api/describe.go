package api

import (
	"encoding/json"
	"math/big"
	"path"
	"slices"
	"strconv"
	"strings"

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

	kindAny kinds = 1<<iota - 1
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

// kindsOf says which types a schema can accept at all.
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
	parts := kindAny
	for _, part := range s.AllOf {
		parts &= kindsOf(part, depth+1)
	}
	for _, forms := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf} {
		if len(forms) == 0 {
			continue
		}
		var either kinds
		for _, form := range forms {
			either |= kindsOf(form, depth+1)
		}
		parts &= either
	}
	set := own & parts &^ kindNull
	// In OpenAPI 3.0 null is no type: it has to be allowed, here or by the parts.
	hasParts := len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) > 0
	if s.Nullable || hasParts && parts&kindNull != 0 {
		set |= kindNull
	}
	return set
}

// describe says what a schema accepts, to stand after "must be".
func describe(ref *openapi3.SchemaRef, depth int) string {
	if ref == nil || ref.Value == nil || depth > deepest {
		return "another value"
	}
	if ref.Value.Nullable {
		return describeValue(ref, depth) + " or null"
	}
	return describeValue(ref, depth)
}

func describeValue(ref *openapi3.SchemaRef, depth int) string {
	s := ref.Value
	if forms := slices.Concat(s.OneOf, s.AnyOf); len(forms) > 0 {
		return either(forms, depth)
	}
	if len(s.Enum) > 0 {
		return oneOfValues(s.Enum)
	}
	var types []string
	for _, name := range s.Type.Slice() {
		switch name {
		case openapi3.TypeArray:
			types = append(types, describeList(s, depth))
		case openapi3.TypeInteger:
			types = append(types, "an integer")
		case openapi3.TypeBoolean:
			types = append(types, "true or false")
		case openapi3.TypeObject:
			if name := schemaName(ref); name != "" {
				types = append(types, "an object ("+name+")")
			} else {
				types = append(types, "an object")
			}
		default:
			types = append(types, "a "+name)
		}
	}
	switch {
	case len(types) > 0:
		return list(types, " or ")
	case len(s.AllOf) > 0:
		return describe(s.AllOf[0], depth+1)
	case s.Title != "":
		return clean(s.Title, maxName)
	}
	return "another value"
}

func either(forms openapi3.SchemaRefs, depth int) string {
	var texts []string
	for _, form := range forms {
		if text := describe(form, depth+1); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return list(texts, " or ")
}

// describeList says "a list of strings", "a list of at least one EndpointFilter".
func describeList(s *openapi3.Schema, depth int) string {
	one := "item"
	if s.Items != nil && s.Items.Value != nil {
		if name := schemaName(s.Items); name != "" {
			one = name
		} else if types := s.Items.Value.Type.Slice(); len(types) == 1 && types[0] != openapi3.TypeArray {
			one = types[0]
		} else if len(types) == 1 && depth < deepest {
			one = "list"
		}
	}
	if s.MinItems > 0 {
		return "a list of at least " + count(s.MinItems, one)
	}
	return "a list of " + one + "s"
}

// schemaName is the name of a schema that is a component of the document.
func schemaName(ref *openapi3.SchemaRef) string {
	if ref.Ref == "" {
		return ""
	}
	return clean(path.Base(ref.Ref), maxName)
}

func oneOfValues(values []any) string {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			text = []byte("?")
		}
		texts = append(texts, clean(string(text), maxName))
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "one of " + list(texts, ", ")
}

// list joins texts with commas, the last two with last, and leaves out those that nobody would read.
func list(texts []string, last string) string {
	if n := len(texts); n > maxListed {
		return strings.Join(texts[:maxListed], ", ") + " and " + strconv.Itoa(n-maxListed) + " more"
	}
	if len(texts) == 0 {
		return ""
	}
	n := len(texts) - 1
	head := strings.Join(texts[:n], ", ")
	if head == "" {
		return texts[n]
	}
	return head + last + texts[n]
}

// among says which names there are, in brackets, or nothing where there are none.
func among(names []string) string {
	if len(names) == 0 {
		return ""
	}
	cleaned := make([]string, len(names))
	for i, name := range names {
		cleaned[i] = clean(name, maxName)
	}
	return " (it knows " + list(cleaned, " and ") + ")"
}
