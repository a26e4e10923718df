// Package schema validates values against the schemas of an OpenAPI document. It reports every problem with its location.
// kin-openapi checks strings and the sizes of lists and objects. This package walks through the value, chooses between
// alternatives, compares numbers exactly and describes the problems.
//
// Validation takes time linear in the size of the value, even if a recursive schema contains alternatives.
package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api/internal/strictjson"
)

// Schema is a schema compiled for validation. A nil Schema accepts every value.
type Schema struct {
	source *openapi3.Schema
	name   string // the name of the component; empty for an inline schema
	types  TypeSet

	allOf, oneOf, anyOf []*Schema
	subtypes            []*Schema // if this schema has a discriminator: the components that include this schema in allOf
	not, items, rest    *Schema   // rest is the schema of additional properties
	properties          map[string]*Schema
	propertyNames       []string // sorted
	closed              bool     // additional properties are invalid

	enum                       map[string]bool // in canonical form
	minimum, maximum, multiple *bound
	keywords                   *openapi3.Schema // the keywords that kin-openapi checks, or nil if there are none
	isPlain                    bool             // every scalar of an accepted type is valid
	recursive                  bool             // the schema contains itself; set for at least one schema of each cycle

	knownValues  []string
	knownFilters map[string]KnownFilter // by field
}

// KnownFilter describes a documented filter field.
type KnownFilter struct {
	Field     string   `json:"-"`
	Operators []string `json:"operators"`
	Values    []string `json:"values"` // nil if any value is allowed
}

// Direction distinguishes requests from responses, for readOnly and writeOnly.
type Direction int

// The directions.
const (
	Request Direction = iota
	Response
)

// Problem is one problem in a value. It does not contain the value.
type Problem = strictjson.Problem

// Types returns the types that the schema accepts, except null.
func (s *Schema) Types() TypeSet {
	if s == nil {
		return Any
	}
	return s.types
}

// Items returns the schema of the items of a list, or nil. It also searches allOf, oneOf and anyOf.
func (s *Schema) Items() *Schema {
	return s.inParts(func(s *Schema) *Schema { return s.items })
}

// Property returns the schema of a property, or nil. It also searches allOf, oneOf and anyOf. For a property that is
// not described, it returns the schema of additionalProperties.
func (s *Schema) Property(name string) *Schema {
	if p := s.inParts(func(s *Schema) *Schema { return s.properties[name] }); p != nil {
		return p
	}
	return s.inParts(func(s *Schema) *Schema { return s.rest })
}

// inParts returns the first schema that get finds in s or, recursively, in its allOf, oneOf and anyOf. It returns nil
// if get finds no schema.
func (s *Schema) inParts(get func(*Schema) *Schema) *Schema {
	var seen []*Schema
	var search func(s *Schema) *Schema
	search = func(s *Schema) *Schema {
		if s == nil || slices.Contains(seen, s) {
			return nil
		}
		seen = append(seen, s)
		if found := get(s); found != nil {
			return found
		}
		for _, part := range slices.Concat(s.allOf, s.oneOf, s.anyOf) {
			if found := search(part); found != nil {
				return found
			}
		}
		return nil
	}
	return search(s)
}

// TypeSet is a set of JSON types. Integer includes numbers such as 1.0 and 1e3.
type TypeSet uint8

// The JSON types. Any does not include Null, which is not a type in OpenAPI 3.0.
const (
	Null TypeSet = 1 << iota
	Boolean
	Integer
	Fraction
	String
	Array
	Object
	outOfRange // a number that overflows float64

	Any = Boolean | Integer | Fraction | String | Array | Object | outOfRange
)

var typeNames = map[TypeSet]string{
	Null: "null", Boolean: "a boolean", Integer: "a number", Fraction: "a number with a fraction", String: "a string", Array: "a list", Object: "an object",
	outOfRange: "a number that is out of range",
}

// String returns the name of a single type with its article, such as "a list".
func (t TypeSet) String() string { return typeNames[t] }

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
	case json.Number:
		if len(value) < 300 && !strings.ContainsAny(string(value), ".eE") {
			return Integer
		}
		if _, err := value.Float64(); err != nil {
			return outOfRange
		}
		if !parseDecimal(string(value)).isInteger() {
			return Fraction
		}
		return Integer
	}
	return Object
}

var keywordTypes = map[string]TypeSet{
	openapi3.TypeBoolean: Boolean, openapi3.TypeInteger: Integer, openapi3.TypeNumber: Integer | Fraction,
	openapi3.TypeString: String, openapi3.TypeArray: Array, openapi3.TypeObject: Object,
}

// named returns the types that the type keyword allows.
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

// Compiler compiles the schemas of one document. It compiles each schema once.
type Compiler struct {
	Components openapi3.Schemas // the document's schemas, needed for discriminators without oneOf and anyOf
	compiled   map[*openapi3.Schema]*Schema
	patterns   bool
	err        error
}

// Err returns the first error that Compile found. The cause is an invalid x-known-values extension.
func (c *Compiler) Err() error { return c.err }

// SkippedPatterns reports whether a schema has a pattern that Go's regexp does not support. Such a pattern is not
// checked.
func (c *Compiler) SkippedPatterns() bool { return c.patterns }

// Compile compiles the schema that ref refers to. It returns nil if ref or ref.Value is nil.
func (c *Compiler) Compile(ref *openapi3.SchemaRef) *Schema {
	if ref == nil || ref.Value == nil {
		return nil
	}
	s := c.compiled[ref.Value]
	switch {
	case s == nil:
		s = c.compile(ref.Value)
	case s.types == unfinished:
		s.recursive = true
	}
	if ref.Ref != "" {
		s.name = path.Base(ref.Ref)
	}
	return s
}

// unfinished marks a schema that is still being compiled.
const unfinished TypeSet = 0xff

func (c *Compiler) compile(source *openapi3.Schema) *Schema {
	s := &Schema{source: source, types: unfinished}
	if c.compiled == nil {
		c.compiled = map[*openapi3.Schema]*Schema{}
	}
	c.compiled[source] = s
	s.allOf, s.oneOf, s.anyOf = c.all(source.AllOf), c.all(source.OneOf), c.all(source.AnyOf)
	s.not, s.items, s.rest = c.Compile(source.Not), c.Compile(source.Items), c.Compile(source.AdditionalProperties.Schema)
	s.closed = source.AdditionalProperties.Has != nil && !*source.AdditionalProperties.Has
	s.propertyNames = slices.Sorted(maps.Keys(source.Properties))
	s.properties = make(map[string]*Schema, len(source.Properties))
	for _, name := range s.propertyNames {
		s.properties[name] = c.Compile(source.Properties[name])
	}
	c.compileKeywords(s)
	var err error
	if s.knownValues, s.knownFilters, err = knownIn(source.Extensions[extension]); err != nil && c.err == nil {
		c.err = fmt.Errorf("%s: %w", extension, err)
	}
	s.isPlain = s.keywords == nil && s.enum == nil && s.minimum == nil && s.maximum == nil && s.multiple == nil && s.not == nil &&
		formats[source.Format] == nil && s.knownValues == nil && len(s.allOf)+len(s.oneOf)+len(s.anyOf) == 0
	s.types = acceptable(s)
	c.compileSubtypes(s)
	return s
}

func (c *Compiler) all(refs openapi3.SchemaRefs) []*Schema {
	var out []*Schema
	for _, ref := range refs {
		out = append(out, c.Compile(ref))
	}
	return out
}

// compileSubtypes finds the schemas that a discriminator can choose if s has no oneOf or anyOf: the components that
// include s in allOf.
func (c *Compiler) compileSubtypes(s *Schema) {
	if s.source.Discriminator == nil || len(s.oneOf)+len(s.anyOf) > 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.Components)) {
		if component := c.Components[name].Value; inherits(component, s.source, nil) {
			s.subtypes = append(s.subtypes, c.Compile(&openapi3.SchemaRef{Ref: componentPrefix + name, Value: component}))
		}
	}
}

const componentPrefix = "#/components/schemas/"

// inherits reports whether a schema includes base in allOf, directly or indirectly.
func inherits(s, base *openapi3.Schema, seen []*openapi3.Schema) bool {
	return s != nil && !slices.Contains(seen, s) && slices.ContainsFunc(s.AllOf, func(part *openapi3.SchemaRef) bool {
		return part.Value == base || inherits(part.Value, base, append(seen, s))
	})
}

// acceptable returns the types that s can accept. It assumes that a schema that is still being compiled accepts all
// types.
func acceptable(s *Schema) TypeSet {
	types := named(s.source.Type)
	for _, part := range s.allOf {
		types &= part.Types()
	}
	for _, forms := range [][]*Schema{s.oneOf, s.anyOf} {
		if len(forms) == 0 {
			continue
		}
		var either TypeSet
		for _, form := range forms {
			either |= form.Types()
		}
		types &= either
	}
	return types & Any
}

// compileKeywords divides the keywords between this package and kin-openapi.
func (c *Compiler) compileKeywords(s *Schema) {
	source := s.source
	exact, _ := source.Extensions[exactExtension].(map[string]any)
	s.minimum = exactNumbers(exact).bound("minimum", source.Min)
	s.maximum = exactNumbers(exact).bound("maximum", source.Max)
	s.multiple = exactNumbers(exact).bound("multipleOf", source.MultipleOf)
	s.enum = exactNumbers(exact).enum(source.Enum)

	own := openapi3.Schema{
		Format: source.Format, MinLength: source.MinLength, MaxLength: source.MaxLength,
		MinItems: source.MinItems, MaxItems: source.MaxItems, MinProps: source.MinProps, MaxProps: source.MaxProps,
	}
	if formats[own.Format] != nil {
		own.Format = ""
	}
	if source.Pattern != "" {
		pattern, err := goPattern(source.Pattern)
		if own.Pattern = pattern; err != nil {
			own.Pattern, c.patterns = "", true
		}
	}
	if !own.IsEmpty() {
		s.keywords = &own
	}
}
