package trial

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Sampler generates valid values for schemas.
type Sampler struct {
	Full     bool // with optional properties
	Response bool // with readOnly and without writeOnly properties

	steps *int
}

const (
	maxDepth = 6      // levels of optional properties, so that recursion ends
	maxSteps = 10_000 // values, after which optional properties are left out; Value gives up after twice as many
)

// Value returns a valid value for a schema, with the types that encoding/json decodes into an interface. It returns an error if it
// finds no valid value.
func (s Sampler) Value(ref *openapi3.SchemaRef) (any, error) {
	s.steps = new(int)
	v, ok := s.value(ref, 0)
	if !ok {
		return nil, fmt.Errorf("no valid value found for %s: give it an example", cmp.Or(ref.Ref, "an inline schema"))
	}
	return v, nil
}

func (s Sampler) value(ref *openapi3.SchemaRef, depth int) (any, bool) {
	if ref == nil || ref.Value == nil {
		return "anything", true
	}
	*s.steps++
	if *s.steps > 2*maxSteps {
		return nil, false
	}
	for _, v := range s.candidates(ref.Value, depth) {
		if s.accepts(ref.Value, v) {
			return v, true
		}
	}
	return nil, false
}

func (s Sampler) accepts(schema *openapi3.Schema, v any) bool {
	direction := openapi3.VisitAsRequest()
	if s.Response {
		direction = openapi3.VisitAsResponse()
	}
	return schema.VisitJSON(v, direction, openapi3.EnableFormatValidation()) == nil
}

func (s Sampler) candidates(schema *openapi3.Schema, depth int) []any {
	var list []any
	list = append(list, schema.Enum...)
	for _, part := range slices.Concat(schema.OneOf, schema.AnyOf) {
		if depth > 3*maxDepth {
			break
		}
		if v, ok := s.value(part, depth+1); ok {
			list = append(list, s.complete(schema, part, v, depth))
		}
	}
	types := schema.Type.Slice()
	if len(types) == 0 && (len(schema.AllOf) > 0 || len(schema.Properties) > 0) {
		types = []string{"object"}
	}
	for _, typ := range types {
		switch typ {
		case "object":
			list = append(list, s.object(schema, depth))
		case "array":
			list = append(list, s.array(schema, depth))
		case "string":
			list = append(list, stringsOf(schema)...)
		case "integer", "number":
			list = append(list, numbers(schema)...)
		case "boolean":
			list = append(list, true)
		}
	}
	// Parts of allOf need not be objects.
	for _, part := range schema.AllOf {
		if v, ok := s.value(part, depth+1); ok {
			list = append(list, v)
		}
	}
	if len(types) == 0 {
		list = append(list, "anything", map[string]any{"any": "thing"})
	}
	if schema.Example != nil {
		list = append(list, schema.Example)
	}
	return append(list, schema.Default)
}

// complete adds the properties of the schema itself, and the discriminator, to v, a value of the alternative part.
func (s Sampler) complete(schema *openapi3.Schema, part *openapi3.SchemaRef, v any, depth int) any {
	object, isObject := v.(map[string]any)
	if !isObject {
		return v
	}
	all := maps.Clone(object)
	if own, ok := s.object(schema, depth).(map[string]any); ok {
		for name, m := range own {
			if _, there := all[name]; !there {
				all[name] = m
			}
		}
	}
	if d := schema.Discriminator; d != nil {
		word := part.Ref[strings.LastIndex(part.Ref, "/")+1:]
		for w, to := range d.Mapping {
			if to.Ref == part.Ref {
				word = w
			}
		}
		all[d.PropertyName] = word
	}
	return all
}

func (s Sampler) object(schema *openapi3.Schema, depth int) any {
	all := map[string]any{}
	s.properties(schema, depth, all, nil)
	if schema.AdditionalProperties.Schema != nil && (s.Full && depth < maxDepth || uint64(len(all)) < schema.MinProps) {
		if v, ok := s.value(schema.AdditionalProperties.Schema, depth+1); ok {
			all["key"] = v
		}
	}
	return all
}

func (s Sampler) properties(schema *openapi3.Schema, depth int, all map[string]any, seen []*openapi3.Schema) {
	if slices.Contains(seen, schema) {
		return
	}
	seen = append(seen, schema)
	for _, part := range schema.AllOf {
		s.properties(part.Value, depth, all, seen)
		if len(part.Value.OneOf)+len(part.Value.AnyOf) > 0 {
			if v, ok := s.value(part, depth+1); ok {
				if object, isObject := v.(map[string]any); isObject {
					maps.Copy(all, object)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		p := schema.Properties[name]
		required := slices.Contains(schema.Required, name)
		if p.Value.ReadOnly && !s.Response || p.Value.WriteOnly && s.Response || !required && (!s.Full || depth >= maxDepth || *s.steps > maxSteps) {
			continue
		}
		if v, ok := s.value(p, depth+1); ok {
			all[name] = v
		}
	}
	for _, name := range schema.Required {
		if _, there := all[name]; !there && schema.Properties[name] == nil {
			all[name] = "anything"
		}
	}
}

func (s Sampler) array(schema *openapi3.Schema, depth int) any {
	n := max(int(schema.MinItems), 1)
	if !s.Full && schema.MinItems == 0 || depth > 2*maxDepth {
		n = 0
	}
	list := []any{}
	if schema.UniqueItems && n > 1 && schema.Items != nil {
		for _, v := range s.candidates(schema.Items.Value, depth+1) {
			isNew := !slices.ContainsFunc(list, func(old any) bool { return reflect.DeepEqual(old, v) })
			if isNew && len(list) < n && s.accepts(schema.Items.Value, v) {
				list = append(list, v)
			}
		}
		return list
	}
	for range n {
		v, ok := s.value(schema.Items, depth+1)
		if !ok {
			break
		}
		list = append(list, v)
	}
	return list
}

var formats = map[string]string{
	"date": "2026-01-02", "date-time": "2026-01-02T03:04:05Z", "uuid": "0e6f4e4c-3f4b-4b0e-9a31-9d1c2a7a3b11", "byte": "dGV4dA==",
	"email": "a@example.org", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "uri": "https://example.org/a", "url": "https://example.org/a",
	"hostname": "a.example.org", "time": "03:04:05Z", "duration": "P1D",
}

func stringsOf(schema *openapi3.Schema) []any {
	list := []any{}
	if known := formats[schema.Format]; known != "" {
		list = append(list, known)
	}
	list = append(list, "text", "a", "1", "https://example.org", "")
	n := 0
	if schema.MinLength < 1<<16 {
		n = int(schema.MinLength)
		list = append(list, strings.Repeat("a", n))
	}
	if pattern, err := syntax.Parse(schema.Pattern, syntax.Perl); err == nil && schema.Pattern != "" {
		for _, more := range []int{0, 1, 2, n} {
			list = append(list, matching(pattern.Simplify(), more))
		}
	}
	return list
}

// matching returns a string that matches a pattern. A part with the quantifier {min,max} occurs min+more times, but at
// most max times.
func matching(re *syntax.Regexp, more int) string {
	var b strings.Builder
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		b.WriteString(oneOf(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteString("a")
	case syntax.OpConcat, syntax.OpCapture:
		for _, part := range re.Sub {
			b.WriteString(matching(part, more))
		}
	case syntax.OpAlternate:
		b.WriteString(matching(re.Sub[0], more))
	case syntax.OpPlus, syntax.OpStar, syntax.OpQuest, syntax.OpRepeat:
		least := map[syntax.Op]int{syntax.OpPlus: 1, syntax.OpRepeat: re.Min}[re.Op]
		most := map[syntax.Op]int{syntax.OpQuest: 1, syntax.OpRepeat: re.Max}[re.Op]
		n := least + more
		if most > 0 {
			n = min(n, most)
		}
		b.WriteString(strings.Repeat(matching(re.Sub[0], more), n))
	case syntax.OpNoMatch, syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary: // they match no characters
	}
	return b.String()
}

// oneOf returns a character of a class, preferably a letter or digit.
func oneOf(ranges []rune) string {
	for _, r := range "a1A" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= r && r <= ranges[i+1] {
				return string(r)
			}
		}
	}
	if len(ranges) == 0 {
		return ""
	}
	return string(ranges[0])
}

func numbers(schema *openapi3.Schema) []any {
	list := []any{float64(7)}
	step := 1.0
	if schema.MultipleOf != nil {
		step = *schema.MultipleOf
		list = append(list, step)
	}
	if schema.Min != nil {
		list = append(list, *schema.Min, *schema.Min+step, math.Ceil(*schema.Min/step)*step, *schema.Min+0.5)
	}
	if schema.Max != nil {
		list = append(list, *schema.Max, *schema.Max-step)
	}
	return append(list, float64(0), float64(1))
}
