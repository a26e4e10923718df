package limits

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// composition looks at allOf, out of whose parts the generator makes one Go type: what it refuses, and what it loses.
func (l *limits) composition(place string, s *openapi3.Schema) {
	parts := s.AllOf
	if hasMembers(s) {
		own := *s
		own.AllOf = nil
		parts = append(slices.Clone(parts), &openapi3.SchemaRef{Value: &own})
	}
	if len(s.AllOf) == 0 || len(parts) < 2 {
		return
	}
	var leaves []*openapi3.Schema
	for _, part := range parts {
		if len(part.Value.AllOf) > 0 && hasMembers(part.Value) {
			l.add(place, "a part of allOf has members beside an allOf of its own, and the client loses them", "move them into that allOf, as a part")
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
			l.add(place, "the parts of allOf differ in "+keyword+", and the generator does not merge them", "leave "+keyword+" out, or say it in every part")
		}
	}
	if slices.ContainsFunc(leaves, func(leaf *openapi3.Schema) bool { return leaf.Default != nil }) {
		l.add(place, "a part of allOf has a default, and the generator does not merge it", "leave the default out")
	}
	first := leaves[0].Type.Slice()
	if len(first) > 0 && slices.ContainsFunc(leaves, func(leaf *openapi3.Schema) bool {
		return leaf.Type.Slice() != nil && !reflect.DeepEqual(leaf.Type.Slice(), first)
	}) {
		l.add(place, "the parts of allOf have different types, and the generator does not merge them", "describe it once")
	}
}

func hasMembers(s *openapi3.Schema) bool {
	return len(s.Properties)+len(s.Required) > 0 || s.AdditionalProperties.Schema != nil || s.AdditionalProperties.Has != nil
}

// leavesOf are the schemas that the generator merges for a part of allOf. It begins a nested allOf with an empty one.
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

// whole is an object with all that the parts of its allOf say.
type whole struct {
	members  openapi3.Schemas
	required []string
	open     bool // has additionalProperties, or alternatives, so that the generator encodes it member by member
}

func wholeOf(s *openapi3.Schema) whole {
	w := whole{members: openapi3.Schemas{}}
	var seen []*openapi3.Schema
	var collect func(s *openapi3.Schema)
	collect = func(s *openapi3.Schema) {
		if slices.Contains(seen, s) {
			return
		}
		seen = append(seen, s)
		maps.Copy(w.members, s.Properties)
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

// sent looks at a schema of a request: what the client would send although nobody set it, or cannot send.
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
		member := w.members[name]
		switch {
		case member == nil && !w.open && !isAlternative && len(w.members) > 0:
			l.add(place, "the required member "+name+" is not described, so that the Go type has no field for it", "describe it, or take it out of required")
		case member != nil && w.open && member.Value.ReadOnly:
			l.add(place, "the member "+name+" is readOnly and required, beside additionalProperties or alternatives: the client sends null for it", "take it out of required")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.members)) {
		member := w.members[name]
		if w.open && !slices.Contains(w.required, name) && isPlain(member) {
			l.add(place, "the optional member "+name+" is a plain value, beside additionalProperties or alternatives: the client sends it although nobody set it",
				"take x-go-type-skip-optional-pointer away")
		}
		l.sent(place+"."+name, member, false)
	}
	for _, part := range ref.Value.AllOf {
		l.inside(place, part.Value)
	}
	l.inside(place, ref.Value)
}

// inside looks at what is not a member.
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

// form looks at a body of form fields.
func (l *limits) form(place string, s *openapi3.SchemaRef) {
	for name, member := range wholeOf(s.Value).members {
		if t := member.Value.Type; t.Is("array") || t.Is("object") {
			l.add(place, "the form field "+name+" is a list or an object, which the client sends as "+name+"[0] or "+name+"[member]",
				"describe it as text, or leave the operation out")
		}
	}
}
