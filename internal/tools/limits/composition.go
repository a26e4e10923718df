package limits

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// composition checks allOf, which the generator merges into one Go type. The generator rejects some combinations, and
// loses parts of others.
func (l *limits) composition(place string, s *openapi3.Schema) {
	parts := s.AllOf
	if hasProperties(s) {
		own := *s
		own.AllOf = nil
		parts = append(slices.Clone(parts), &openapi3.SchemaRef{Value: &own})
	}
	if len(s.AllOf) == 0 || len(parts) < 2 {
		return
	}
	for name, types := range wholeOf(s).types {
		if len(types) > 1 {
			l.add(place, fmt.Sprintf("the parts of allOf give the property %s different types, and the client uses the last one", name), "describe the property once")
		}
	}
	var leaves []*openapi3.Schema
	for _, part := range parts {
		if len(part.Value.AllOf) > 0 && hasProperties(part.Value) {
			l.add(place, "a part of allOf has both properties and a nested allOf, and the generated client omits the properties", "move them into the nested allOf")
		}
		leaves = append(leaves, leavesOf(part.Value, nil)...)
	}
	for keyword, value := range map[string]func(s *openapi3.Schema) any{
		"readOnly":    func(s *openapi3.Schema) any { return s.ReadOnly },
		"writeOnly":   func(s *openapi3.Schema) any { return s.WriteOnly },
		"uniqueItems": func(s *openapi3.Schema) any { return s.UniqueItems },
		"format":      func(s *openapi3.Schema) any { return s.Format },
	} {
		if slices.ContainsFunc(leaves, func(leaf *openapi3.Schema) bool { return value(leaf) != value(leaves[0]) }) {
			l.add(place, "the parts of allOf differ in "+keyword+", and the generator does not merge them", "leave "+keyword+" out, or write it in every part")
		}
	}
	if slices.ContainsFunc(leaves, func(leaf *openapi3.Schema) bool { return leaf.Default != nil }) {
		l.add(place, "a part of allOf has a default, and the generator does not merge it", "leave the default out")
	}
	first := leaves[0].Type.Slice()
	if len(first) > 0 && slices.ContainsFunc(leaves, func(leaf *openapi3.Schema) bool {
		return leaf.Type.Slice() != nil && !reflect.DeepEqual(leaf.Type.Slice(), first)
	}) {
		l.add(place, "the parts of allOf have different types, and the generator does not merge them", "give all parts the same type")
	}
}

func hasProperties(s *openapi3.Schema) bool {
	return len(s.Properties)+len(s.Required) > 0 || s.AdditionalProperties.Schema != nil || s.AdditionalProperties.Has != nil
}

// leavesOf returns the schemas that the generator merges for a part of allOf. The generator starts each
// nested allOf with an empty schema.
func leavesOf(s *openapi3.Schema, seen []*openapi3.Schema) []*openapi3.Schema {
	if len(s.AllOf) == 0 || slices.Contains(seen, s) {
		return []*openapi3.Schema{s}
	}
	leaves := []*openapi3.Schema{{}}
	for _, part := range s.AllOf {
		leaves = append(leaves, leavesOf(part.Value, append(seen, s))...)
	}
	return leaves
}

// whole is an object with the properties of all parts of its allOf.
type whole struct {
	properties openapi3.Schemas
	types      map[string]map[string]bool // of each property
	required   []string
	open       bool // it has additionalProperties or alternatives, so the generator encodes each property separately
}

func wholeOf(s *openapi3.Schema) whole {
	w := whole{properties: openapi3.Schemas{}, types: map[string]map[string]bool{}}
	var seen []*openapi3.Schema
	var collect func(s *openapi3.Schema)
	collect = func(s *openapi3.Schema) {
		if slices.Contains(seen, s) {
			return
		}
		seen = append(seen, s)
		for name, p := range s.Properties {
			w.properties[name] = p
			for _, typ := range p.Value.Type.Slice() {
				if w.types[name] == nil {
					w.types[name] = map[string]bool{}
				}
				w.types[name][strings.Replace(typ, "integer", "number", 1)] = true
			}
		}
		w.required = append(w.required, s.Required...)
		additional := s.AdditionalProperties.Schema != nil || s.AdditionalProperties.Has != nil && *s.AdditionalProperties.Has
		w.open = w.open || additional || len(s.OneOf)+len(s.AnyOf) > 0
		for _, part := range s.AllOf {
			collect(part.Value)
		}
	}
	collect(s)
	return w
}

// sent checks a request schema for properties that the client cannot send, or would send even if they are not set.
func (l *limits) sent(place string, ref *openapi3.SchemaRef, isAlternative bool) {
	if ref == nil || l.seen[ref.Value] {
		return
	}
	l.seen[ref.Value] = true
	if ref.Ref != "" {
		place = "schema " + ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]
	}
	w := wholeOf(ref.Value)
	for _, name := range slices.Compact(slices.Sorted(slices.Values(w.required))) {
		property := w.properties[name]
		switch {
		case property == nil && !w.open && !isAlternative && len(w.properties) > 0:
			l.add(place, "the required property "+name+" is not described, so the Go type has no field for it", "describe it, or remove it from required")
		case property != nil && w.open && property.Value.ReadOnly:
			l.add(place, "the property "+name+" is readOnly and required in a schema with additionalProperties or alternatives, so the client sends null for it", "remove it from required")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.properties)) {
		property := w.properties[name]
		if w.open && !slices.Contains(w.required, name) && isPlain(property) {
			l.add(place, "the optional property "+name+" is a plain value in a schema with additionalProperties or alternatives, so the client sends it even if it is not set",
				"remove x-go-type-skip-optional-pointer")
		}
		l.sent(place+"."+name, property, false)
	}
	for _, part := range ref.Value.AllOf {
		l.inside(place, part.Value)
	}
	l.inside(place, ref.Value)
}

// inside checks the schemas in s, except for its properties.
func (l *limits) inside(place string, s *openapi3.Schema) {
	l.sent(place, s.Items, false)
	l.sent(place, s.AdditionalProperties.Schema, false)
	for _, part := range slices.Concat(s.OneOf, s.AnyOf) {
		l.sent(place, part, true)
	}
}

func isPlain(ref *openapi3.SchemaRef) bool {
	const plain = "x-go-type-skip-optional-pointer"
	return ref.Extensions[plain] == true || ref.Value.Extensions[plain] == true
}

// form checks the fields of a form for values that the client does not encode.
func (l *limits) form(place string, s *openapi3.SchemaRef) {
	properties := wholeOf(s.Value).properties
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		field := properties[name].Value
		what := ""
		switch t := field.Type; {
		case t.Is("array") || t.Is("object"):
			what = "is a list or an object, which the client sends as " + name + "[0] or " + name + "[property]"
		case t == nil && len(field.AllOf) == 0:
			what = "has no type or several types, and the client does not send it"
		case t.Is("string") && slices.Contains([]string{"date", "date-time", "byte", "binary"}, field.Format):
			what = "has the format " + field.Format + ", which the client does not send in a form"
		default:
			continue
		}
		l.add(place, "the form field "+name+" "+what, "describe it as a string without a format, or leave the operation out")
	}
}

// body checks an inline body. Its Go type has no methods that encode unions and additional properties.
func (l *limits) body(place string, s *openapi3.Schema) {
	w := wholeOf(s)
	union := len(s.OneOf)+len(s.AnyOf) > 0 || slices.ContainsFunc(s.AllOf, func(part *openapi3.SchemaRef) bool { return len(part.Value.OneOf)+len(part.Value.AnyOf) > 0 })
	if union || w.open && len(w.properties) > 0 {
		l.add(place, "is an inline union, or an inline object with additional properties, and the client does not send its content",
			"make it a component")
	}
}

// constants reports enums whose Go type or constants would have the same name as the Go type of a schema.
func (l *limits) constants(schemas openapi3.Schemas) {
	names := map[string]string{} // schemas by Go name
	for name, schema := range schemas {
		names[nameOf(name, schema.Extensions, schema.Value.Extensions)] = name
	}
	check := func(place, typ string, enum []any) {
		for _, v := range enum {
			if other := names[typ+GoName("x-" + fmt.Sprint(v))[1:]]; other != "" {
				l.add(place, fmt.Sprintf("the constant for %v would have the same Go name as the schema %s", v, other), "set x-go-name on that schema")
			}
		}
	}
	for name, schema := range schemas {
		goName := nameOf(name, schema.Extensions, schema.Value.Extensions)
		check("schema "+name, goName, schema.Value.Enum)
		for property, p := range schema.Value.Properties {
			typ := goName + nameOf(property, p.Extensions, p.Value.Extensions)
			if p.Ref != "" || len(p.Value.Enum) == 0 {
				continue
			}
			place := "schema " + name + "." + property
			if other := names[typ]; other != "" {
				l.add(place, "the type of the enum would have the same Go name as the schema "+other, "set x-go-name on that schema")
			}
			check(place, typ, p.Value.Enum)
		}
	}
}
