package adopt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// Document is the OpenAPI document whose operations are adopted.
type Document struct {
	file string
	root *yaml.Node // as plain returns it
}

// Read parses an OpenAPI 3 document in YAML or JSON. file is its name in errors and comments. If the content is another kind of
// document, the error names the kind.
func Read(file string, content []byte) (*Document, error) {
	fail := func(format string, args ...any) (*Document, error) {
		return nil, fmt.Errorf("read "+file+": "+format, args...)
	}
	content = bytes.TrimSpace(bytes.TrimPrefix(content, []byte("\ufeff")))
	if bytes.HasPrefix(content, []byte("<")) {
		return fail("this is HTML or XML, perhaps the page that contains the document: download the document itself")
	}
	if formatted, err := escaped(content); err == nil {
		content = formatted
	}
	root, err := parseYAML(content)
	if err != nil {
		return fail("this is not valid YAML or JSON: %w", err)
	}
	version, paths := str(get(root, "openapi")), get(root, "paths")
	switch {
	case get(root, "swagger") != nil:
		return fail("this is Swagger %s: convert it to OpenAPI 3 first, for example with npx swagger2openapi", str(get(root, "swagger")))
	case version == "" && strings.Contains(str(get(get(root, "info"), "schema")), "postman"):
		return fail("this is a Postman collection: export an OpenAPI document instead, or convert it first, for example with npx postman-to-openapi")
	case version == "":
		return fail("this is not an OpenAPI document: the field openapi is missing")
	case !regexp.MustCompile(`^3\.\d+(\.|$)`).MatchString(version):
		return fail("this is OpenAPI %s, and only 3.x is supported", version)
	case paths == nil || paths.Kind != yaml.MappingNode:
		return fail("the document has no paths, so it has no operations")
	}
	return &Document{file: file, root: root}, nil
}

// escaped rewrites JSON for a YAML parser, because YAML lacks some JSON escapes and treats U+2028 as a line break. It accepts
// duplicate names, which plainMapping removes.
func escaped(content []byte) ([]byte, error) {
	return jsontext.AppendFormat(nil, content, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsontext.EscapeForJS(true))
}

const maxNodes = 1_000_000 // after aliases are expanded

func parseYAML(content []byte) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(content)).Decode(&doc); errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0 {
		return nil, errors.New("the file is empty")
	} else if err != nil {
		return nil, err
	}
	left := maxNodes
	return plain(doc.Content[0], &left)
}

// plain copies a YAML node without comments. It replaces aliases and merge keys with their content, and keeps the last of
// duplicate keys. left is the number of values that it may still copy.
func plain(n *yaml.Node, left *int) (*yaml.Node, error) {
	if *left--; *left < 0 {
		return nil, fmt.Errorf("its aliases expand to more than %d values", maxNodes)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return plain(n.Alias, left)
	case yaml.SequenceNode:
		out := list()
		for _, item := range n.Content {
			v, err := plain(item, left)
			if err != nil {
				return nil, err
			}
			out.Content = append(out.Content, v)
		}
		return out, nil
	case yaml.MappingNode:
		return plainMapping(n, left)
	}
	return plainScalar(n), nil
}

func plainScalar(n *yaml.Node) *yaml.Node {
	var v any
	if n.Tag != "!!str" && n.Decode(&v) == nil {
		switch v := v.(type) {
		case nil:
			return null()
		case bool:
			return boolean(v)
		case int:
			return number(strconv.Itoa(v))
		case int64, uint64, float64:
			if json.Valid([]byte(n.Value)) {
				return number(n.Value) // keeps every digit
			}
			if b, err := json.Marshal(v); err == nil { // not NaN
				return number(string(b))
			}
		}
	}
	return text(n.Value)
}

func plainMapping(n *yaml.Node, left *int) (*yaml.Node, error) {
	out := mapping()
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		value, err := plain(n.Content[i+1], left)
		if err != nil {
			return nil, err
		}
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.Tag == "!!merge" && value.Kind == yaml.SequenceNode:
			merged = append(merged, value.Content...)
		case key.Tag == "!!merge":
			merged = append(merged, value)
		case key.Kind != yaml.ScalarNode:
			return nil, fmt.Errorf("line %d: a key is not a string", key.Line)
		default:
			set(out, key.Value, value)
		}
	}
	for _, more := range merged {
		for key, value := range pairs(more) {
			if get(out, key) == nil {
				set(out, key, value)
			}
		}
	}
	return out, nil
}

const maxReferences = 100 // in a chain

// resolve follows a reference until its target is not just another $ref. It returns nil if there is no such target.
func (d *Document) resolve(ref string) (target *yaml.Node, place string) {
	for range maxReferences {
		target, place = d.lookUp(ref)
		next := get(target, "$ref")
		if next == nil || len(target.Content) > 2 {
			return target, place
		}
		ref = str(next)
	}
	return nil, ""
}

// lookUp follows a JSON pointer.
func (d *Document) lookUp(ref string) (node *yaml.Node, place string) {
	fragment, err := url.PathUnescape(ref)
	steps := strings.Split(fragment, "/")
	if err != nil || steps[0] != "#" {
		return nil, ""
	}
	node, place = d.root, "#"
	for _, step := range steps[1:] {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(items(node)) {
			node = node.Content[i]
		} else {
			node = get(node, step)
		}
		place = pointer(place, step)
	}
	return node, place
}
