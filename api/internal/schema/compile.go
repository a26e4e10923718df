package schema

import (
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Compiler compiles the schemas of one document, each of them once. The zero Compiler is ready to use.
type Compiler struct {
	compiled map[*openapi3.Schema]*Schema
	filters  map[string]KnownFilter
	err      error
}

// Err returns the first error of Compile: an x-known-values that cannot be read.
func (c *Compiler) Err() error { return c.err }

// Compile returns the schema that ref stands for, or nil where there is none. What is wrong with it, Err tells.
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

// KnownFilters returns the tables of what was compiled in one, sorted by field.
func (c *Compiler) KnownFilters() []KnownFilter {
	var sorted []KnownFilter
	for _, field := range slices.Sorted(maps.Keys(c.filters)) {
		sorted = append(sorted, c.filters[field])
	}
	return sorted
}

// unfinished stands for the types of a schema that is being compiled.
const unfinished TypeSet = 0xff

func (c *Compiler) compile(source *openapi3.Schema) *Schema {
	s := &Schema{source: source, types: unfinished, keywords: keywordsOf(source)}
	if c.compiled == nil {
		c.compiled, c.filters = map[*openapi3.Schema]*Schema{}, map[string]KnownFilter{}
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
	var err error
	if s.knownValues, s.knownFilters, err = knownIn(source); err != nil && c.err == nil {
		c.err = fmt.Errorf("%s: %w", extension, err)
	}
	maps.Copy(c.filters, s.knownFilters)
	s.isPlain = s.keywords == nil && s.not == nil && s.knownValues == nil && len(s.allOf)+len(s.oneOf)+len(s.anyOf) == 0
	s.types = acceptable(s)
	return s
}

func (c *Compiler) all(refs openapi3.SchemaRefs) []*Schema {
	var out []*Schema
	for _, ref := range refs {
		out = append(out, c.Compile(ref))
	}
	return out
}

// acceptable returns the types that s can accept at all. Of a schema that is being compiled it knows nothing.
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

// keywordsOf returns the schema without its parts, or nil where nothing but the type is left, which is checked before.
func keywordsOf(source *openapi3.Schema) *openapi3.Schema {
	own := *source
	own.OneOf, own.AnyOf, own.AllOf, own.Not, own.Discriminator = nil, nil, nil, nil, nil
	own.Items, own.Properties, own.Required, own.AdditionalProperties = nil, nil, nil, openapi3.AdditionalProperties{}
	own.Nullable, own.ReadOnly, own.WriteOnly, own.AllowEmptyValue = false, false, false, false
	if own.Format == "uuid" && own.Pattern == "" { // a format that kin-openapi does not check, and the generated code does
		own.Pattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
	}
	typeless := own
	typeless.Type = nil
	if typeless.IsEmpty() {
		return nil
	}
	return &own
}
