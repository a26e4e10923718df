package adopt

import (
	"iter"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"} }

// object returns a mapping of alternating keys and values.
func object(fields ...any) *yaml.Node {
	n := mapping()
	for i := 0; i < len(fields); i += 2 {
		set(n, fields[i].(string), fields[i+1].(*yaml.Node))
	}
	return n
}

func list(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: items}
}

func text(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }
func null() *yaml.Node         { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"} }
func number(s string) *yaml.Node {
	tag := "!!float"
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		tag = "!!int"
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: s}
}

func boolean(b bool) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(b)}
}

// pairs iterates over the keys and values of a mapping. For any other node, it yields nothing.
func pairs(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

func items(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

func get(n *yaml.Node, key string) *yaml.Node {
	for k, v := range pairs(n) {
		if k == key {
			return v
		}
	}
	return nil
}

// set replaces the value of a key, or adds the key at the end.
func set(n *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content[i+1] = value
			return
		}
	}
	n.Content = append(n.Content, text(key), value)
}

func remove(n *yaml.Node, keys ...string) {
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		if slices.Contains(keys, n.Content[i].Value) {
			n.Content = slices.Delete(n.Content, i, i+2)
		}
	}
}

func addTo(s *yaml.Node, key string, part *yaml.Node) {
	set(s, key, list(append(slices.Clone(items(get(s, key))), part)...))
}

func str(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

func isTrue(n *yaml.Node) bool  { return n != nil && n.Tag == "!!bool" && n.Value == "true" }
func isFalse(n *yaml.Node) bool { return n != nil && n.Tag == "!!bool" && n.Value == "false" }
func isNull(n *yaml.Node) bool  { return n != nil && n.Tag == "!!null" }

// shallow copies a mapping but not its values.
func shallow(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Content = slices.Clone(n.Content)
	return &c
}

// equal reports whether two values are equal, regardless of the order of keys. ref compares references.
func equal(a, b *yaml.Node, ref func(a, b string) bool) bool {
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return false
	}
	switch a.Kind {
	case yaml.MappingNode:
		for key, v := range pairs(a) {
			other := get(b, key)
			switch {
			case other == nil:
				return false
			case key == "$ref" && str(v) != "":
				if !ref(v.Value, str(other)) {
					return false
				}
			case !equal(v, other, ref):
				return false
			}
		}
		return true
	case yaml.SequenceNode:
		return slices.EqualFunc(a.Content, b.Content, func(x, y *yaml.Node) bool { return equal(x, y, ref) })
	}
	return a.Value == b.Value && a.ShortTag() == b.ShortTag()
}

func sameString(a, b string) bool { return a == b }
