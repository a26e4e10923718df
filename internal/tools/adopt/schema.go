package adopt

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/cortexscan/internal/tools/limits"
	"go.yaml.in/yaml/v3"
)

var (
	types       = []string{"string", "number", "integer", "boolean", "array", "object"}
	annotations = []string{"title", "description", "deprecated", "default", "example", "examples", "readOnly", "writeOnly", "nullable"}
)

// lost is a key that marks a schema which has lost a keyword.
const lost = "\x00lost"

// notObject converts a schema that is not an object: true, false, or a mistake.
func (c *converter) notObject(src *yaml.Node, at string) *yaml.Node {
	out := mapping()
	switch {
	case isFalse(src):
		set(out, "not", mapping())
	case !isTrue(src):
		c.report.add(notChecked, "a schema that is not an object: any value is accepted there", at)
		c.loose[out] = true
	}
	return out
}

// beside adds to a reference what is written beside it. OpenAPI 3.1 applies it. 3.0 ignores it, but authors still mean the
// descriptions and nullable.
func (c *converter) beside(src, ref *yaml.Node, at string) *yaml.Node {
	more := shallow(src)
	for key := range pairs(src) {
		if key == "$ref" || strings.HasPrefix(key, "x-") || slices.Contains(silent["schema"], key) {
			remove(more, key)
		} else if !slices.Contains(annotations, key) && !c.doc.is31() {
			remove(more, key)
			c.report.add(leftOut, key+" beside a $ref, which OpenAPI 3.0 ignores", at)
		}
	}
	if len(more.Content) == 0 {
		return ref
	}
	rest := c.convert("schema", more, at)
	allOf := list(ref)
	allOf.Content = append(allOf.Content, items(get(rest, "allOf"))...)
	set(rest, "allOf", allOf)
	return rest
}

// beforeSchema converts keywords of OpenAPI 3.1, and common mistakes, to those of 3.0.
func (c *converter) beforeSchema(s *yaml.Node, at string) {
	c.withoutNull(s, "anyOf", at)
	c.withoutNull(s, "oneOf", at)
	c.types(s, at)
	if v := get(s, "const"); v != nil {
		remove(s, "const")
		set(s, "enum", list(v))
		c.report.add(repaired, "const is written as enum", at)
	}
	for _, bound := range []string{"Minimum", "Maximum"} {
		exclusive, plain := "exclusive"+bound, strings.ToLower(bound)
		v := get(s, exclusive)
		if v == nil || v.Tag != "!!int" && v.Tag != "!!float" {
			continue
		}
		old := get(s, plain)
		remove(s, exclusive)
		if old == nil || (bound == "Minimum") == (float(v) >= float(old)) || float(v) == float(old) {
			set(s, plain, v)
			set(s, exclusive, boolean(true))
		}
		c.report.add(repaired, exclusive+" is a boolean beside "+plain, at)
	}
	if v := get(s, "examples"); v != nil {
		remove(s, "examples")
		if len(items(v)) > 0 && get(s, "example") == nil {
			set(s, "example", v.Content[0])
			c.report.add(repaired, "the first of the examples of a schema is its example", at)
		}
	}
	for _, key := range []string{"example", "default"} {
		if isNull(get(s, key)) {
			remove(s, key)
		}
	}
	c.onlyParts(s, at)
	c.withoutSchemas(s, at)
	c.lists(s, at)
	c.pattern(s, at)
	if isTrue(get(s, "readOnly")) && isTrue(get(s, "writeOnly")) {
		remove(s, "readOnly", "writeOnly")
		c.report.add(repaired, "readOnly and writeOnly together mean neither", at)
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		if v := get(s, key); v != nil && v.Kind == yaml.SequenceNode && len(v.Content) == 0 {
			remove(s, key)
		}
	}
	if v := get(s, "multipleOf"); v != nil && float(v) <= 0 {
		remove(s, "multipleOf")
		c.report.add(leftOut, "multipleOf that is not above zero", at)
	}
	if d := get(s, "discriminator"); d != nil && str(get(d, "propertyName")) == "" {
		remove(s, "discriminator")
		c.report.add(leftOut, "a discriminator without propertyName", at)
	}
}

func float(n *yaml.Node) float64 {
	f, _ := strconv.ParseFloat(str(n), 64)
	return f
}

// withoutNull writes an alternative that is null as nullable.
func (c *converter) withoutNull(s *yaml.Node, key, at string) {
	all := get(s, key)
	var left []*yaml.Node
	for _, part := range items(all) {
		if !onlyNull(part) {
			left = append(left, part)
		}
	}
	if len(left) == len(items(all)) {
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
		set(s, "allOf", list(append(slices.Clone(items(get(s, "allOf"))), left[0])...))
	default:
		for k, v := range pairs(left[0]) {
			if get(s, k) == nil {
				set(s, k, v)
			}
		}
		if enum := get(s, "enum"); enum != nil {
			set(s, "enum", list(append(slices.Clone(items(enum)), null())...))
		}
	}
}

func onlyNull(s *yaml.Node) bool {
	t, enum := get(s, "type"), get(s, "enum")
	return isNull(t) || str(t) == "null" || len(items(t)) == 1 && str(t.Content[0]) == "null" ||
		isNull(get(s, "const")) || len(items(enum)) == 1 && isNull(enum.Content[0])
}

func onlyAnnotations(s *yaml.Node) bool {
	for key := range pairs(s) {
		if !slices.Contains(annotations, key) && !strings.HasPrefix(key, "x-") {
			return false
		}
	}
	return true
}

// types writes a list of types as one type, or as alternatives.
func (c *converter) types(s *yaml.Node, at string) {
	t := get(s, "type")
	if t == nil {
		return
	}
	var names []string
	isNullable := isNull(t)
	for _, item := range append(slices.Clone(items(t)), t) {
		switch name := str(item); {
		case name == "null", isNull(item):
			isNullable = true
		case name == "" || slices.Contains(names, name):
		case slices.Contains(types, strings.ToLower(name)):
			names = append(names, strings.ToLower(name))
		default:
			c.report.add(notChecked, "the unknown type "+name+": any value is accepted there", at)
			c.unknownType(s)
			return
		}
	}
	if slices.Contains(names, "number") {
		names = slices.DeleteFunc(names, func(name string) bool { return name == "integer" })
	}
	if len(names) == 1 {
		set(s, "type", text(names[0]))
	} else {
		remove(s, "type")
	}
	if isNullable {
		c.report.add(repaired, "the type null is written as nullable", at)
		set(s, "nullable", boolean(true))
	}
	switch {
	case len(names) == 0 && isNullable:
		set(s, "enum", list(null()))
	case len(names) > 1:
		c.report.add(repaired, "a list of types is written as anyOf", at)
		c.alternatives(s, names)
	}
}

// unknownType removes the type of a schema.
func (c *converter) unknownType(s *yaml.Node) {
	remove(s, "type")
	set(s, lost, text(""))
}

func (c *converter) alternatives(s *yaml.Node, names []string) {
	anyOf := list()
	used := map[string]bool{}
	for _, name := range names {
		part := mapping()
		set(part, "type", text(name))
		for _, key := range byType[name] {
			if v := get(s, key); v != nil {
				set(part, key, v)
				used[key] = true
			}
		}
		if enum := get(s, "enum"); enum != nil {
			of := list()
			for _, v := range items(enum) {
				if isOfType(v, name) {
					of.Content = append(of.Content, v)
				}
			}
			used["enum"] = true
			if len(of.Content) == 0 {
				continue
			}
			set(part, "enum", of)
		}
		anyOf.Content = append(anyOf.Content, part)
	}
	for key := range used {
		remove(s, key)
	}
	if get(s, "anyOf") == nil {
		set(s, "anyOf", anyOf)
		return
	}
	part := mapping()
	set(part, "anyOf", anyOf)
	set(s, "allOf", list(append(slices.Clone(items(get(s, "allOf"))), part)...))
}

func isOfType(v *yaml.Node, name string) bool {
	switch name {
	case "string":
		return v.Tag == "!!str"
	case "number":
		return v.Tag == "!!int" || v.Tag == "!!float"
	case "integer":
		return v.Tag == "!!int"
	case "boolean":
		return v.Tag == "!!bool"
	case "array":
		return v.Kind == yaml.SequenceNode
	case "object":
		return v.Kind == yaml.MappingNode
	}
	return true
}

// onlyParts moves annotations out of allOf, where the generator does not merge them.
func (c *converter) onlyParts(s *yaml.Node, at string) {
	var parts []*yaml.Node
	for _, part := range items(get(s, "allOf")) {
		if part.Kind != yaml.MappingNode || !onlyAnnotations(part) {
			parts = append(parts, part)
			continue
		}
		for key, v := range pairs(part) {
			if get(s, key) == nil {
				set(s, key, v)
			}
		}
	}
	if len(parts) < len(items(get(s, "allOf"))) {
		set(s, "allOf", list(parts...))
		c.report.add(repaired, "descriptions and the like are moved out of allOf", at)
	}
}

// withoutSchemas removes keywords that would reject more once prefixItems or patternProperties are gone.
func (c *converter) withoutSchemas(s *yaml.Node, at string) {
	if list := get(s, "items"); list != nil && list.Kind == yaml.SequenceNode { // the old form of prefixItems
		set(s, "prefixItems", list)
		remove(s, "items")
	}
	switch {
	case get(s, "prefixItems") != nil:
		remove(s, "items")
	case isFalse(get(s, "items")):
		set(s, "items", mapping())
		set(s, "maxItems", number("0"))
	}
	if get(s, "patternProperties") != nil || get(s, "unevaluatedProperties") != nil && get(s, "additionalProperties") != nil {
		remove(s, "additionalProperties")
	}
	isString := str(get(s, "type")) == "string" && get(s, "format") == nil
	switch encoding := str(get(s, "contentEncoding")); {
	case isString && encoding == "base64":
		set(s, "format", text("byte"))
		remove(s, "contentEncoding", "contentMediaType", "contentSchema")
		c.report.add(repaired, "contentEncoding base64 is the format byte", at)
	case isString && encoding == "" && str(get(s, "contentMediaType")) == "application/octet-stream":
		set(s, "format", text("binary"))
		remove(s, "contentMediaType")
		c.report.add(repaired, "contentMediaType is the format binary", at)
	}
}

// lists repairs required, enum and properties.
func (c *converter) lists(s *yaml.Node, at string) {
	if v := get(s, "required"); v != nil && v.Tag == "!!bool" {
		remove(s, "required")
		c.report.add(leftOut, "required that is a boolean in a schema", at)
	}
	if v := get(s, "properties"); get(v, "") != nil {
		v = shallow(v)
		remove(v, "")
		set(s, "properties", v)
		c.report.add(notChecked, "a property whose name is empty", at)
		set(s, lost, text(""))
		remove(s, "additionalProperties")
	}
	if v := get(s, "required"); v != nil && v.Kind == yaml.SequenceNode {
		names := list()
		seen := map[string]bool{"": true}
		for _, item := range v.Content {
			if name := str(item); !seen[name] {
				seen[name] = true
				names.Content = append(names.Content, text(name))
			}
		}
		set(s, "required", names)
		if len(names.Content) == 0 {
			remove(s, "required")
		}
	}
	if v := get(s, "properties"); v != nil && v.Kind == yaml.MappingNode {
		repairedProperties := shallow(v)
		for name, p := range pairs(v) {
			if isNull(p) {
				set(repairedProperties, name, mapping())
			}
		}
		set(s, "properties", repairedProperties)
	}
	v := get(s, "enum")
	if v == nil || v.Kind != yaml.SequenceNode {
		return
	}
	name := str(get(s, "type"))
	kept := list()
	for _, item := range v.Content {
		fits := isOfType(item, name) || isNull(item) && isTrue(get(s, "nullable"))
		if !fits && name == "string" && item.Kind == yaml.ScalarNode && !isNull(item) {
			item, fits = text(item.Value), true
			c.report.add(repaired, "a value of an enum gets the type of its schema", at)
		}
		isNew := !slices.ContainsFunc(kept.Content, func(old *yaml.Node) bool { return equal(old, item, sameString) })
		switch {
		case !isNew:
		case fits:
			kept.Content = append(kept.Content, item)
		default:
			c.report.add(leftOut, "a value of an enum that is not of the schema's type", at)
		}
	}
	switch onlyNulls := !slices.ContainsFunc(kept.Content, func(v *yaml.Node) bool { return !isNull(v) }); {
	case len(kept.Content) == 0 && len(v.Content) == 0:
		remove(s, "enum")
	case onlyNulls && name != "" && len(v.Content) > len(kept.Content):
		c.report.add(repaired, "a type that no value of the enum has is left out", at)
		remove(s, "type")
	default:
		set(s, "enum", kept)
	}
}

var smallUnicode = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// pattern writes a pattern in the syntax of Go's regexp, or removes it.
func (c *converter) pattern(s *yaml.Node, at string) {
	v := get(s, "pattern")
	if str(v) == "" {
		return
	}
	pattern := smallUnicode.ReplaceAllString(v.Value, `\x{$1}`)
	if _, err := regexp.Compile(pattern); err != nil {
		c.report.add(notChecked, "a pattern that Go's regexp cannot compile (write it without lookaround and backreferences to have it checked)", pointer(at, "pattern"))
		remove(s, "pattern")
		set(s, lost, text(""))
		return
	}
	if pattern != v.Value {
		c.report.add(repaired, `\uXXXX in a pattern is written as \x{XXXX}`, pointer(at, "pattern"))
		set(s, "pattern", text(pattern))
	}
}

// afterSchema completes a converted schema.
func (c *converter) afterSchema(s *yaml.Node, at string) {
	if str(get(s, "type")) == "array" && get(s, "items") == nil {
		set(s, "items", mapping())
		c.report.add(repaired, "an array without items gets items: {}", at)
	}
	c.requiredProperties(s, at)
	taken := map[string]string{}
	properties := get(s, "properties")
	for name, p := range pairs(properties) {
		goName := limits.GoName(name)
		if taken[goName] == "" {
			taken[goName] = name
			continue
		}
		if get(p, "$ref") != nil {
			allOf := mapping()
			set(allOf, "allOf", list(p))
			p = allOf
			set(properties, name, p)
		}
		own := goName
		for i := 2; taken[own] != ""; i++ {
			own = goName + strconv.Itoa(i)
		}
		taken[own] = name
		set(p, "x-go-name", text(own))
		c.report.add(repaired, "a property whose Go name another one has gets x-go-name", pointer(pointer(at, "properties"), name))
	}
	for _, key := range []string{"example", "default"} {
		if v := get(s, key); v != nil {
			c.sample(s, v, func() { remove(s, key) }, pointer(at, key))
		}
	}
	if v := get(s, "discriminator"); v != nil {
		c.discriminator(v)
	}
}

// requiredProperties describes properties that are required and not described. The Go type would have no field for them.
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
			c.report.add(repaired, "a required property that is not described is any value: "+item.Value, at)
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
		if target, place := c.resolve(ref); target != nil {
			set(mapped, word, text(c.component("schema", target, place).ref()))
		}
	}
	if remove(d, "mapping"); len(mapped.Content) > 0 {
		set(d, "mapping", mapped)
	}
}
