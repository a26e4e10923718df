package adopt

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"
)

// Document is another OpenAPI document.
type Document struct {
	file string
	root *yaml.Node // as plain returns it
}

// Read parses an OpenAPI document of any version 3, in YAML or JSON. file is its name in errors and comments. If the content
// is something else, the error says what.
func Read(file string, content []byte) (*Document, error) {
	fail := func(format string, args ...any) (*Document, error) {
		return nil, fmt.Errorf("read "+file+": "+format, args...)
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(content, []byte("\ufeff")))
	switch {
	case len(text) == 0:
		return fail("the file is empty")
	case bytes.HasPrefix(text, []byte("<")):
		return fail("this is HTML or XML, perhaps the page around the document: download the document itself")
	case bytes.HasPrefix(content, []byte("PK\x03\x04")) || bytes.HasPrefix(content, []byte("\x1f\x8b")):
		return fail("this is a compressed archive: unpack it first")
	}
	var root *yaml.Node
	var err error
	if text[0] == '{' || text[0] == '[' {
		root, err = parseJSON(text)
	}
	switch {
	case root != nil && err != nil:
		return fail("neither YAML nor JSON: %w", err)
	case root == nil:
		var errYAML error
		if root, errYAML = parseYAML(content); errYAML != nil {
			if err == nil {
				err = errYAML
			}
			return fail("neither YAML nor JSON: %w", err)
		}
	}
	if root.Kind != yaml.MappingNode {
		return fail("this is not an OpenAPI document: an object is expected, with the field openapi")
	}
	d := &Document{file: file, root: root}
	version := str(get(root, "openapi"))
	switch {
	case version == "":
		return fail("%s", otherKind(root))
	case !regexp.MustCompile(`^3\.\d+(\.|$)`).MatchString(version):
		return fail("this is OpenAPI %s: only versions 3.0 and later 3.x are supported", version)
	case get(root, "paths") == nil:
		return fail("the document has no paths, and so no operations")
	case get(root, "paths").Kind != yaml.MappingNode:
		return fail("paths is not an object")
	}
	return d, nil
}

// otherKind names a document that is not OpenAPI 3.
func otherKind(root *yaml.Node) string {
	has := func(keys ...string) bool {
		return !slices.ContainsFunc(keys, func(key string) bool { return get(root, key) == nil })
	}
	info := get(root, "info")
	switch {
	case has("swagger"):
		return "this is Swagger " + str(get(root, "swagger")) + ": convert it to OpenAPI 3 first, for example with npx swagger2openapi"
	case get(info, "_postman_id") != nil || strings.Contains(str(get(info, "schema")), "postman"), has("item", "info"):
		return "this is a Postman collection: export an OpenAPI document instead, or convert it first, for example with npx postman-to-openapi"
	case has("asyncapi"):
		return "this is AsyncAPI, which describes messages and not HTTP operations"
	case has("overlay"):
		return "this is an OpenAPI overlay: apply it to its document first"
	case has("log") && get(get(root, "log"), "entries") != nil:
		return "this is a recording of requests (HAR)"
	case has("arazzo"):
		return "this is an Arazzo document, which describes workflows"
	case has("_type", "resources"):
		return "this is an Insomnia export: export an OpenAPI document instead"
	case has("$schema"):
		return "this is a JSON Schema without operations"
	case has("paths"):
		return "the field openapi is missing: add it if this is OpenAPI, for example openapi: 3.0.3"
	}
	return "this is not an OpenAPI document: the fields openapi and paths are missing"
}

// parseJSON converts JSON to YAML nodes: a YAML parser does not support every escape of JSON. If a name occurs twice, the
// last value counts.
func parseJSON(text []byte) (*yaml.Node, error) {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	root, err := jsonValue(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return root, fmt.Errorf("something follows the JSON value at byte %d", d.InputOffset())
	}
	return root, nil
}

func jsonValue(d *jsontext.Decoder) (*yaml.Node, error) {
	token, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch kind := token.Kind(); kind {
	case '{', '[':
		node := mapping()
		if kind == '[' {
			node = list()
		}
		for d.PeekKind() != '}' && d.PeekKind() != ']' {
			var name string
			if kind == '{' {
				token, err := d.ReadToken()
				if err != nil {
					return nil, err
				}
				name = token.String()
			}
			value, err := jsonValue(d)
			if err != nil {
				return nil, err
			}
			if kind == '{' {
				set(node, name, value)
			} else {
				node.Content = append(node.Content, value)
			}
		}
		_, err := d.ReadToken()
		return node, err
	case '"':
		return text(token.String()), nil
	case '0':
		if _, err := strconv.ParseFloat(token.String(), 64); err == nil {
			return number(token.String()), nil
		}
		return text(token.String()), nil // too large for a number
	case 't', 'f':
		return boolean(token.Bool()), nil
	}
	return null(), nil
}

const maxNodes = 1_000_000 // of a document whose aliases are written out

func parseYAML(content []byte) (*yaml.Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(content))
	var doc yaml.Node
	if err := d.Decode(&doc); errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0 {
		return nil, errors.New("the file is empty")
	} else if err != nil {
		return nil, err
	}
	left := maxNodes
	return plain(doc.Content[0], nil, &left)
}

// plain copies a YAML node and removes what JSON does not have: aliases, merge keys, duplicate keys, keys that are not
// strings, comments.
func plain(n *yaml.Node, open []*yaml.Node, left *int) (*yaml.Node, error) {
	if *left--; *left < 0 {
		return nil, fmt.Errorf("its aliases expand to more than %d values", maxNodes)
	}
	switch n.Kind {
	case yaml.AliasNode:
		if slices.Contains(open, n.Alias) {
			return nil, fmt.Errorf("line %d: the alias *%s contains itself", n.Line, n.Value)
		}
		return plain(n.Alias, append(open, n.Alias), left)
	case yaml.SequenceNode:
		out := list()
		for _, item := range n.Content {
			v, err := plain(item, open, left)
			if err != nil {
				return nil, err
			}
			out.Content = append(out.Content, v)
		}
		return out, nil
	case yaml.MappingNode:
		return plainMapping(n, append(open, n), left)
	}
	switch n.Tag {
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return boolean(b), nil
		}
	case "!!null":
		return null(), nil
	case "!!int":
		var i int64
		if n.Decode(&i) == nil {
			return number(fmt.Sprint(i)), nil
		}
		return number(n.Value), nil
	case "!!float":
		if jsonNumber.MatchString(n.Value) {
			return number(n.Value), nil
		}
		var f float64
		if n.Decode(&f) == nil && f == f && f-f == 0 {
			return number(fmt.Sprint(f)), nil
		}
	}
	return text(n.Value), nil
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$`)

func plainMapping(n *yaml.Node, open []*yaml.Node, left *int) (*yaml.Node, error) {
	out := mapping()
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		value, err := plain(n.Content[i+1], open, left)
		if err != nil {
			return nil, err
		}
		switch {
		case key.Tag == "!!merge" && value.Kind == yaml.SequenceNode:
			merged = append(merged, value.Content...)
		case key.Tag == "!!merge":
			merged = append(merged, value)
		case key.Kind == yaml.AliasNode:
			set(out, key.Alias.Value, value)
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
