package adopt

import (
	"encoding/json"
	"iter"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// A schema that lost a keyword accepts more. If it is inside not or oneOf, the whole would accept less.

// settle finishes the conversion once every schema is there. It repairs each oneOf and not that would reject more.
func (c *converter) settle(roots []*yaml.Node) {
	for _, made := range c.components {
		roots = append(roots, made.node)
	}
	for _, root := range roots {
		c.complete(root, map[*yaml.Node]bool{})
	}
	for changed := true; changed; {
		changed = false
		for _, root := range roots {
			changed = c.settleIn(root) || changed
		}
	}
}

// complete removes defaults and required properties that the generator gets wrong.
func (c *converter) complete(n *yaml.Node, seen map[*yaml.Node]bool) {
	if n == nil || seen[n] {
		return
	}
	seen[n] = true
	for _, part := range items(get(n, "allOf")) {
		if part = c.find(part); get(part, "default") != nil {
			remove(part, "default")
			c.report.add(leftOut, "a default in allOf, which the generator does not merge", c.places[part])
		}
	}
	additional := get(n, "additionalProperties")
	isOpen := additional != nil && !isFalse(additional) || get(n, "oneOf") != nil || get(n, "anyOf") != nil
	if required := get(n, "required"); isOpen && required != nil && required.Kind == yaml.SequenceNode {
		left := slices.DeleteFunc(slices.Clone(required.Content), func(name *yaml.Node) bool {
			return isTrue(get(c.find(get(get(n, "properties"), name.Value)), "readOnly"))
		})
		if len(left) < len(required.Content) {
			c.loose[n] = true
			c.report.add(notChecked, "required of a readOnly property beside additionalProperties or alternatives, for which the client would send null", c.places[n])
			if set(n, "required", list(left...)); len(left) == 0 {
				remove(n, "required")
			}
		}
	}
	for v := range inside(n) {
		c.complete(v, seen)
	}
}

// inside iterates over the parts of an object that may contain schemas.
func inside(n *yaml.Node) iter.Seq[*yaml.Node] {
	return func(yield func(*yaml.Node) bool) {
		for key, v := range pairs(n) {
			switch key {
			case "example", "examples", "enum", "default", "required", "mapping":
				continue
			case "properties", "content", "responses", "headers": // of any name
				for _, v := range pairs(v) {
					if !yield(v) {
						return
					}
				}
			default:
				if !yield(v) {
					return
				}
			}
		}
		for _, v := range items(n) {
			if !yield(v) {
				return
			}
		}
	}
}

func (c *converter) settleIn(n *yaml.Node) bool {
	changed := false
	for v := range inside(n) {
		changed = c.settleIn(v) || changed
	}
	if not := get(n, "not"); not != nil && not.Kind == yaml.MappingNode && c.isLoose(not, map[*yaml.Node]bool{}) {
		remove(n, "not")
		c.loose[n], changed = true, true
		c.report.add(notChecked, "not, whose schema lost a keyword", c.places[n])
	}
	if oneOf := get(n, "oneOf"); oneOf != nil && oneOf.Kind == yaml.SequenceNode && c.isLoose(oneOf, map[*yaml.Node]bool{}) {
		remove(n, "oneOf")
		if get(n, "anyOf") == nil {
			set(n, "anyOf", oneOf)
		} else {
			part := mapping()
			set(part, "anyOf", oneOf)
			set(n, "allOf", list(append(items(get(n, "allOf")), part)...))
		}
		c.loose[n], changed = true, true
		c.report.add(notChecked, "oneOf is written as anyOf, because one of its schemas lost a keyword", c.places[n])
	}
	return changed
}

// isLoose reports whether a schema, or a schema in it, accepts more than the original.
func (c *converter) isLoose(n *yaml.Node, seen map[*yaml.Node]bool) bool {
	n = c.find(n)
	if n == nil || seen[n] {
		return false
	}
	seen[n] = true
	if c.loose[n] {
		return true
	}
	for v := range inside(n) {
		if c.isLoose(v, seen) {
			return true
		}
	}
	return false
}

// sample is an example or a default, with a function that removes it.
type sample struct {
	schema, value *yaml.Node
	remove        func()
	at            string
}

func (c *converter) sample(schema, value *yaml.Node, remove func(), at string) {
	c.samples = append(c.samples, sample{schema, value, remove, at})
}

// trySamples removes the examples and defaults that contradict their schemas.
func (c *converter) trySamples() {
	schemas := map[string]any{}
	for _, made := range c.components {
		if made.section == "schemas" && made.node != nil {
			schemas[made.name] = plainValue(made.node)
		}
	}
	for i, s := range c.samples {
		schemas["Sample-"+strconv.Itoa(i)] = plainValue(s.schema)
	}
	content, err := json.Marshal(map[string]any{
		"openapi": "3.0.3", "info": map[string]any{"title": "Samples", "version": "1"}, "paths": map[string]any{},
		"components": map[string]any{"schemas": schemas},
	})
	if err != nil {
		return // the trial says why
	}
	doc, err := openapi3.NewLoader().LoadFromData(content)
	if err != nil {
		return
	}
	for i, s := range c.samples {
		var value any
		content, err := json.Marshal(plainValue(s.value))
		if err == nil {
			err = json.Unmarshal(content, &value)
		}
		if err == nil {
			err = doc.Components.Schemas["Sample-"+strconv.Itoa(i)].Value.VisitJSON(value, openapi3.EnableFormatValidation())
		}
		if err != nil {
			s.remove()
			c.report.add(leftOut, "an example or default that contradicts its schema", s.at)
		}
	}
}

func plainValue(n *yaml.Node) any {
	var v any
	if n.Decode(&v) != nil {
		return nil
	}
	return v
}
