package adopt

import (
	"iter"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// settle removes every not, and replaces every oneOf with anyOf, if a schema in it accepts more than the original. Otherwise, the
// not or oneOf would reject valid values.
func (c *converter) settle(roots []*yaml.Node) {
	for _, made := range c.components {
		roots = append(roots, made.node)
	}
	for _, root := range roots {
		c.settleIn(root)
	}
}

func (c *converter) settleIn(n *yaml.Node) {
	for v := range inside(n) {
		c.settleIn(v)
	}
	if not := get(n, "not"); not != nil && c.isLoose(not, map[*yaml.Node]bool{}) {
		remove(n, "not")
		c.loosen(n, "the keyword not, because its schema lost a keyword", c.places[n])
	}
	if oneOf := get(n, "oneOf"); oneOf != nil && c.isLoose(oneOf, map[*yaml.Node]bool{}) {
		remove(n, "oneOf")
		if get(n, "anyOf") == nil {
			set(n, "anyOf", oneOf)
		} else {
			addTo(n, "allOf", object("anyOf", oneOf))
		}
		c.loosen(n, "that a value matches only one alternative of oneOf, which is written as anyOf because one of its schemas lost a keyword", c.places[n])
	}
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

// inside iterates over the parts of an object that may contain schemas.
func inside(n *yaml.Node) iter.Seq[*yaml.Node] {
	return func(yield func(*yaml.Node) bool) {
		for key, v := range pairs(n) {
			switch key {
			case "example", "examples", "enum", "default", "required", "mapping":
				continue
			case "properties", "content", "responses", "headers": // the keys are names
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

// sample is an example or a default.
type sample struct {
	schema, value *yaml.Node
	remove        func()
	at            string
}

func (c *converter) sample(schema, value *yaml.Node, remove func(), at string) {
	if schema != nil {
		c.samples = append(c.samples, sample{schema, value, remove, at})
	}
}

// trySamples removes the examples and defaults that contradict their schemas.
func (c *converter) trySamples() {
	schemas := mapping()
	for _, made := range c.components {
		if made.section == "schemas" && made.node != nil {
			set(schemas, made.name, made.node)
		}
	}
	name := func(i int) string { return "Sample-" + strconv.Itoa(i) }
	for i, s := range c.samples {
		set(schemas, name(i), object("allOf", list(s.schema), "example", s.value))
	}
	content, err := yaml.Marshal(object("openapi", text("3.0.3"), "info", object("title", text("Samples"), "version", text("1")),
		"paths", mapping(), "components", object("schemas", schemas)))
	if err != nil {
		return // package trial reports the error
	}
	doc, err := openapi3.NewLoader().LoadFromData(content)
	if err != nil {
		return
	}
	for i, s := range c.samples {
		sample := doc.Components.Schemas[name(i)].Value
		if sample.AllOf[0].Value.VisitJSON(sample.Example, openapi3.EnableFormatValidation()) != nil {
			s.remove()
			c.report.add(leftOut, "an example or default that contradicts its schema", s.at)
		}
	}
}
