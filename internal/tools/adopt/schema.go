package adopt

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	patterns "example.com/cortexscan/internal/text"
	"example.com/cortexscan/internal/tools/limits"
	"go.yaml.in/yaml/v3"
)

var (
	types       = []string{"string", "number", "integer", "boolean", "array", "object"}
	annotations = []string{"title", "description", "deprecated", "default", "example", "examples", "readOnly", "writeOnly", "nullable"}
)

// booleanSchema converts the schemas true and false. For any other value, it returns a schema that accepts everything, and
// reports the value.
func (c *converter) booleanSchema(src *yaml.Node, at string) *yaml.Node {
	out := mapping()
	switch {
	case isFalse(src):
		set(out, "not", mapping())
	case !isTrue(src):
		c.loosen(out, "a schema that is not an object, so any value is accepted there", at)
	}
	return out
}

// beside combines the converted reference ref with the fields beside $ref in src. OpenAPI 3.1 applies these fields. OpenAPI 3.0
// ignores them, but beside keeps annotations such as description and nullable, because authors expect them to apply.
func (c *converter) beside(src, ref *yaml.Node, at string) *yaml.Node {
	more := shallow(src)
	for key := range pairs(src) {
		if key == "$ref" || strings.HasPrefix(key, "x-") || slices.Contains(silent["schema"], key) {
			remove(more, key)
		} else if !slices.Contains(annotations, key) && !c.doc.is31() {
			remove(more, key)
			c.report.add(leftOut, key+" next to a $ref, where OpenAPI 3.0 ignores it", at)
		}
	}
	if len(more.Content) == 0 {
		return ref
	}
	rest := c.convert("schema", more, at)
	set(rest, "allOf", list(append([]*yaml.Node{ref}, items(get(rest, "allOf"))...)...))
	return rest
}

// beforeSchema replaces keywords of OpenAPI 3.1 with those of 3.0, and removes what the generator or Go does not support.
func (c *converter) beforeSchema(s *yaml.Node, at string) {
	c.withoutNull(s, "anyOf", at)
	c.withoutNull(s, "oneOf", at)
	c.types(s, at)
	if v := get(s, "const"); v != nil {
		remove(s, "const")
		set(s, "enum", list(v))
		c.report.add(repaired, "const is written as enum", at)
	}
	c.exclusive(s, "minimum", "exclusiveMinimum", func(bound, exclusive float64) bool { return bound > exclusive }, at)
	c.exclusive(s, "maximum", "exclusiveMaximum", func(bound, exclusive float64) bool { return bound < exclusive }, at)
	if v := get(s, "examples"); v != nil {
		remove(s, "examples")
		if len(items(v)) > 0 && get(s, "example") == nil {
			set(s, "example", v.Content[0])
			c.report.add(repaired, "a schema keeps only the first of its examples, as example", at)
		}
	}
	c.withoutLists(s)
	if encoding := get(s, "contentEncoding"); str(get(s, "type")) == "string" && get(s, "format") == nil {
		switch {
		case str(encoding) == "base64":
			c.encoded(s, "byte", at)
		case encoding == nil && str(get(s, "contentMediaType")) == "application/octet-stream":
			c.encoded(s, "binary", at)
		}
	}
	if isTrue(get(s, "readOnly")) && isTrue(get(s, "writeOnly")) {
		remove(s, "readOnly", "writeOnly")
		c.report.add(repaired, "readOnly and writeOnly on the same property are both left out", at)
	}
	if v := get(s, "properties"); get(v, "") != nil {
		c.withoutName(s, v, at)
	}
	if v := get(s, "pattern"); v != nil {
		pattern := patterns.GoPattern(v.Value)
		if _, err := regexp.Compile(pattern); err == nil && pattern != v.Value {
			set(s, "pattern", text(pattern))
			c.report.add(repaired, `\uXXXX in a pattern becomes \x{XXXX}`, pointer(at, "pattern"))
		} else if err != nil {
			c.loosen(s, "a pattern that Go's regexp does not support (write it without lookaround and backreferences to have it checked)", pointer(at, "pattern"))
			remove(s, "pattern")
		}
	}
}

// exclusive converts a numeric exclusive bound to a bound and a boolean. If there are two bounds, the stricter
// one remains.
func (c *converter) exclusive(s *yaml.Node, bound, exclusive string, stricter func(bound, exclusive float64) bool, at string) {
	v := get(s, exclusive)
	if v == nil || v.Tag == "!!bool" {
		return
	}
	old := get(s, bound)
	remove(s, exclusive)
	if old == nil || !stricter(float(old), float(v)) {
		set(s, bound, v)
		set(s, exclusive, boolean(true))
	}
	c.report.add(repaired, exclusive+" is written as a boolean beside "+bound, at)
}

func float(n *yaml.Node) float64 {
	f, _ := strconv.ParseFloat(str(n), 64)
	return f
}

// withoutNull replaces an alternative that is null with nullable.
func (c *converter) withoutNull(s *yaml.Node, key, at string) {
	all := items(get(s, key))
	left := slices.DeleteFunc(slices.Clone(all), onlyNull)
	if len(left) == len(all) {
		return
	}
	remove(s, key)
	set(s, "nullable", boolean(true))
	c.report.add(repaired, "null as an alternative is written as nullable", at)
	switch {
	case len(left) > 1:
		set(s, key, list(left...))
	case len(left) == 0:
		set(s, "enum", list(null()))
	case get(left[0], "$ref") != nil || !onlyAnnotations(s):
		addTo(s, "allOf", left[0])
	default:
		for k, v := range pairs(left[0]) {
			if get(s, k) == nil {
				set(s, k, v)
			}
		}
		if get(s, "enum") != nil {
			addTo(s, "enum", null())
		}
	}
}

func onlyNull(s *yaml.Node) bool {
	t, enum := get(s, "type"), items(get(s, "enum"))
	return t != nil && t.Value == "null" || isNull(get(s, "const")) || len(enum) == 1 && isNull(enum[0])
}

func onlyAnnotations(s *yaml.Node) bool {
	for key := range pairs(s) {
		if !slices.Contains(annotations, key) && !strings.HasPrefix(key, "x-") {
			return false
		}
	}
	return true
}

// types writes a list of types as one type or as alternatives, and the type null as nullable.
func (c *converter) types(s *yaml.Node, at string) {
	t := get(s, "type")
	if t == nil {
		return
	}
	all := items(t)
	if t.Kind != yaml.SequenceNode {
		all = []*yaml.Node{t}
	}
	var names []string
	isNullable := false
	for _, item := range all {
		switch name := item.Value; { // the value null has the Value "null", too
		case name == "null":
			isNullable = true
		case !slices.Contains(types, name):
			c.loosen(s, "the unknown type "+name+", so any value is accepted there", at)
			remove(s, "type")
			return
		case !slices.Contains(names, name):
			names = append(names, name)
		}
	}
	if isNullable {
		set(s, "nullable", boolean(true))
		c.report.add(repaired, "the type null is written as nullable", at)
	}
	switch {
	case len(names) == 1:
		set(s, "type", text(names[0]))
		return
	case len(names) > 1:
		c.report.add(repaired, "a list of types is written as anyOf", at)
		c.alternatives(s, names)
	case isNullable:
		set(s, "enum", list(null()))
	}
	remove(s, "type")
}

// alternatives replaces a list of types with an anyOf of one schema per type. Each schema gets the keywords that apply to its type.
func (c *converter) alternatives(s *yaml.Node, names []string) {
	anyOf := list()
	var used []string
	for _, name := range names {
		part := object("type", text(name))
		for _, key := range byType[name] {
			if v := get(s, key); v != nil {
				set(part, key, v)
				used = append(used, key)
			}
		}
		anyOf.Content = append(anyOf.Content, part)
	}
	remove(s, used...)
	if get(s, "anyOf") == nil {
		set(s, "anyOf", anyOf)
	} else {
		addTo(s, "allOf", object("anyOf", anyOf))
	}
}

// withoutLists removes items beside prefixItems, and additionalProperties beside patternProperties. OpenAPI 3.0 lacks prefixItems
// and patternProperties. Without them, items and additionalProperties would reject more values.
func (c *converter) withoutLists(s *yaml.Node) {
	switch {
	case get(s, "prefixItems") != nil:
		remove(s, "items")
	case isFalse(get(s, "items")):
		set(s, "items", mapping())
		set(s, "maxItems", number("0"))
	}
	if get(s, "patternProperties") != nil {
		remove(s, "additionalProperties")
	}
}

func (c *converter) encoded(s *yaml.Node, format, at string) {
	remove(s, "contentEncoding", "contentMediaType", "contentSchema")
	set(s, "format", text(format))
	c.report.add(repaired, "the encoding of a string is written as the format "+format, at)
}

// withoutName removes the property with the empty name, because it has no Go name.
func (c *converter) withoutName(s, properties *yaml.Node, at string) {
	properties = shallow(properties)
	remove(properties, "")
	set(s, "properties", properties)
	remove(s, "additionalProperties")
	if required := shallow(get(s, "required")); required != nil {
		required.Content = slices.DeleteFunc(required.Content, func(name *yaml.Node) bool { return str(name) == "" })
		set(s, "required", required)
	}
	c.loosen(s, "a property whose name is empty", at)
}

// afterSchema repairs a converted schema for the generator, and collects its examples and defaults for trySamples.
func (c *converter) afterSchema(s *yaml.Node, at string) {
	if str(get(s, "type")) == "array" && get(s, "items") == nil {
		set(s, "items", mapping())
		c.report.add(repaired, "an array without items gets items: {}", at)
	}
	c.requiredProperties(s, at)
	taken := map[string]bool{}
	properties := get(s, "properties")
	for name, p := range pairs(properties) {
		goName := limits.GoName(name)
		if taken[goName] {
			if get(p, "$ref") != nil {
				p = object("allOf", list(p))
				set(properties, name, p)
			}
			base := goName
			for i := 2; taken[goName]; i++ {
				goName = base + strconv.Itoa(i)
			}
			set(p, "x-go-name", text(goName))
			c.report.add(repaired, "a property whose Go name is taken gets x-go-name", pointer(pointer(at, "properties"), name))
		}
		taken[goName] = true
	}
	for _, key := range []string{"example", "default"} {
		if v := get(s, key); v != nil {
			c.sample(s, v, func() { remove(s, key) }, pointer(at, key))
		}
	}
	if d := get(s, "discriminator"); d != nil {
		c.discriminator(d)
	}
}

// requiredProperties adds the required properties that a schema does not describe. Without them, the Go type would have
// no field for these properties.
func (c *converter) requiredProperties(s *yaml.Node, at string) {
	properties := get(s, "properties")
	if properties == nil || get(s, "allOf") != nil || strings.Contains(at, "/allOf/") || strings.Contains(at, "/oneOf/") || strings.Contains(at, "/anyOf/") {
		return
	}
	if v := get(s, "additionalProperties"); v != nil && !isFalse(v) {
		return
	}
	for _, item := range items(get(s, "required")) {
		if get(properties, item.Value) == nil {
			set(properties, item.Value, mapping())
			c.report.add(repaired, "a required property that is not described accepts any value: "+item.Value, at)
		}
	}
}

// discriminator makes the mapping refer to the converted schemas.
func (c *converter) discriminator(d *yaml.Node) {
	mapped := mapping()
	for word, to := range pairs(get(d, "mapping")) {
		ref := to.Value
		if !strings.ContainsAny(ref, "#/") {
			ref = "#/components/schemas/" + ref
		}
		if target, place := c.doc.resolve(ref); target != nil {
			set(mapped, word, text(c.component("schema", target, place).ref()))
		}
	}
	if remove(d, "mapping"); len(mapped.Content) > 0 {
		set(d, "mapping", mapped)
	}
}
