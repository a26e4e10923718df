package adopt

import (
	"fmt"
	"math"
	"mime"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/cortexscan/internal/tools/limits"
	"go.yaml.in/yaml/v3"
)

// converter converts the chosen operations, and all objects that they use, to OpenAPI 3.0. It does not modify doc.
type converter struct {
	doc        *Document
	report     *report
	problems   []string
	scope      string // the current operation or component; moveOut uses it as a prefix for names
	components []*component
	byRef      map[string]*component
	byPlace    map[string]*component // by section and location
	loose      map[*yaml.Node]bool   // schemas that accept more than the original
	places     map[*yaml.Node]string
	samples    []sample
}

// component is a converted object with the reference #/components/SECTION/NAME.
type component struct {
	section, name string
	place         string     // in the other document, or "" for a schema that moveOut made a component
	node          *yaml.Node // nil during the conversion, and if the object is left out
}

func (c *component) ref() string { return "#/components/" + c.section + "/" + c.name }

func newConverter(doc *Document, r *report) *converter {
	return &converter{doc: doc, report: r, byRef: map[string]*component{}, byPlace: map[string]*component{}, loose: map[*yaml.Node]bool{}, places: map[*yaml.Node]string{}}
}

// loosen records that a schema accepts more than the original.
func (c *converter) loosen(schema *yaml.Node, why, at string) {
	c.loose[schema] = true
	c.report.add(notChecked, why, at)
}

// convert converts a value of the given kind, such as "[]parameter" (see objects). It returns
// nil for a value of the wrong type and for a reference to an object that is left out.
func (c *converter) convert(kind string, src *yaml.Node, at string) *yaml.Node {
	fields := objects[kind]
	switch {
	case strings.HasPrefix(kind, "[]"):
		return c.list(kind[2:], src, at)
	case strings.HasPrefix(kind, "{}"):
		return c.mapping(kind[2:], src, at)
	case kind == "additionalProperties" && src.Tag == "!!bool":
		return src
	case kind == "additionalProperties":
		return c.convert("schema", src, at)
	case fields == nil:
		return scalar(kind, src)
	case kind == "schema" && src.Kind != yaml.MappingNode:
		return c.booleanSchema(src, at)
	case src.Kind != yaml.MappingNode:
		return nil
	case get(src, "$ref") != nil && sections[kind] != "":
		return c.reference(kind, src, at)
	}
	src = shallow(src)
	switch kind {
	case "schema":
		c.beforeSchema(src, at)
	case "parameter", "header":
		c.beforeParameter(src, at)
	}
	out := mapping()
	c.places[out] = at
	for key, value := range pairs(src) {
		at := pointer(at, key)
		switch of := fields[key]; {
		case strings.HasPrefix(key, "x-"):
			c.report.add(leftOut, "extensions (x-…), which are for other programs", at)
		case slices.Contains(silent[kind], key):
			if kind != "schema" {
				c.report.add(leftOut, key, at)
			}
		case kind == "schema" && slices.Contains(checks, key):
			c.loosen(out, key, at)
		case of == "":
			c.report.add(leftOut, fmt.Sprintf("the unknown %s field %s", kind, key), at)
		case isNull(value) && (of != "any" || kind == "schema"):
		default:
			if v := c.convert(of, value, at); v != nil {
				set(out, key, v)
				continue
			}
			c.report.add(leftOut, fmt.Sprintf("the invalid %s field %s", kind, key), at)
			c.loose[out] = true
		}
	}
	c.loose[out] = c.loose[out] || c.loose[src]
	c.complete(kind, out, at)
	return out
}

// complete repairs an object after its fields have been converted.
func (c *converter) complete(kind string, o *yaml.Node, at string) {
	switch kind {
	case "schema":
		c.afterSchema(o, at)
	case "parameter", "header":
		c.parameter(o, at)
		c.examples(o, at)
	case "mediaType":
		c.examples(o, at)
	case "response":
		c.keepOneJSON(get(o, "content"), at)
		if get(o, "description") == nil {
			set(o, "description", text("A response."))
			c.report.add(repaired, "a response without a description gets one", at)
		}
	}
}

func (c *converter) list(kind string, src *yaml.Node, at string) *yaml.Node {
	if src.Kind != yaml.SequenceNode {
		return nil
	}
	out := list()
	for i, item := range src.Content {
		at := pointer(at, strconv.Itoa(i))
		if v := c.convert(kind, item, at); v != nil {
			out.Content = append(out.Content, v)
		} else {
			c.report.add(leftOut, "an invalid item", at)
		}
	}
	return out
}

func (c *converter) mapping(kind string, src *yaml.Node, at string) *yaml.Node {
	if src.Kind != yaml.MappingNode {
		return nil
	}
	out := mapping()
	for key, value := range pairs(src) {
		at := pointer(at, key)
		if v := c.convert(kind, value, at); v != nil {
			set(out, key, v)
		} else {
			c.report.add(leftOut, "an invalid "+kind, at)
		}
	}
	return out
}

func scalar(kind string, src *yaml.Node) *yaml.Node {
	if kind == "any" {
		return src
	}
	f, err := strconv.ParseFloat(str(src), 64)
	isNumber := (src.Tag == "!!int" || src.Tag == "!!float") && err == nil
	switch {
	case kind == "string" && src.Kind == yaml.ScalarNode && !isNull(src):
		// The generator cannot read multi-line strings that begin with a space.
		return text(strings.TrimSpace(strings.ReplaceAll(src.Value, "\r\n", "\n")))
	case kind == "boolean" && src.Tag == "!!bool", kind == "number" && isNumber:
		return src
	case kind == "count" && isNumber && f >= 0 && f < 1<<53 && f == math.Trunc(f):
		return number(strconv.FormatInt(int64(f), 10))
	}
	return nil
}

// reference returns a reference to the converted target of a $ref, or nil if the target is left out.
func (c *converter) reference(kind string, src *yaml.Node, at string) *yaml.Node {
	ref := str(get(src, "$ref"))
	target, place := c.doc.resolve(ref)
	if target == nil {
		return c.dangling(kind, ref, at)
	}
	made := c.component(kind, target, place)
	out := object("$ref", text(made.ref()))
	switch {
	case kind == "schema":
		return c.beside(src, out, at)
	case made.node == nil:
		return nil
	}
	return out
}

func (c *converter) dangling(kind, ref, at string) *yaml.Node {
	const what = "a $ref to a missing part of the document"
	switch kind {
	case "schema":
		out := mapping()
		c.loosen(out, what+", so any value is accepted there ("+ref+")", at)
		return out
	case "parameter":
		c.problems = append(c.problems, fmt.Sprintf("%s: the parameter refers to %s, which is not in the document: add the missing part, or describe the parameter inline", at, ref))
	default:
		c.report.add(leftOut, what+" ("+ref+")", at)
	}
	return nil
}

// component returns the converted target of a reference. It converts each target once.
func (c *converter) component(kind string, target *yaml.Node, place string) *component {
	section := sections[kind]
	if made := c.byPlace[section+" "+place]; made != nil {
		return made
	}
	steps := strings.Split(place, "/")
	name := steps[len(steps)-1]
	if len(steps) > 4 && !slices.Contains([]string{"$defs", "definitions"}, steps[len(steps)-2]) {
		name = steps[3] + "-" + name // the target is a part of a component or path
	}
	made := c.newComponent(section, name, place)
	c.byPlace[section+" "+place] = made
	scope := c.scope
	c.scope = made.name
	made.node = c.convert(kind, target, place)
	c.scope = scope
	return made
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func (c *converter) newComponent(section, name, place string) *component {
	clean := strings.Trim(notInName.ReplaceAllString(name, "_"), "_")
	if clean == "" {
		clean = "Unnamed"
	}
	made := &component{section: section, name: clean, place: place}
	for i := 2; c.byRef[made.ref()] != nil; i++ {
		made.name = clean + strconv.Itoa(i)
	}
	c.byRef[made.ref()] = made
	c.components = append(c.components, made)
	return made
}

// moveOut turns an inline schema into a component and returns a reference to it.
func (c *converter) moveOut(schema *yaml.Node, what, at string) *yaml.Node {
	made := c.newComponent("schemas", limits.GoName(c.scope+"-"+what), "")
	made.node = schema
	c.report.add(repaired, "an inline schema that the generator supports only as a component becomes one", at)
	return object("$ref", text(made.ref()))
}

// find returns the target of a converted reference. If n is not a reference, it returns n.
func (c *converter) find(n *yaml.Node) *yaml.Node {
	if made := c.byRef[str(get(n, "$ref"))]; made != nil && made.node != nil {
		return made.node
	}
	return n
}

// beforeParameter removes content beside a schema, and moves the keywords of a Swagger 2 parameter into a schema.
func (c *converter) beforeParameter(p *yaml.Node, at string) {
	switch {
	case get(p, "schema") != nil && get(p, "content") != nil:
		remove(p, "content")
		c.report.add(repaired, "a parameter with a schema and content loses the content", at)
	case get(p, "schema") == nil && get(p, "type") != nil:
		schema := mapping()
		for key, v := range pairs(shallow(p)) {
			if objects["schema"][key] != "" && objects["parameter"][key] == "" {
				set(schema, key, v)
				remove(p, key)
			}
		}
		set(p, "schema", schema)
		c.report.add(repaired, "a Swagger 2 parameter gets a schema", at)
	}
}

// parameter repairs a parameter or a header after its schema has been converted.
func (c *converter) parameter(p *yaml.Node, at string) {
	if get(p, "schema") == nil && get(p, "content") == nil {
		c.report.add(notChecked, "a parameter or header without a schema", at)
		set(p, "schema", mapping())
	}
	if str(get(p, "in")) == "path" && !isTrue(get(p, "required")) {
		c.report.add(repaired, "a path parameter becomes required", at)
		set(p, "required", boolean(true))
	}
	schema := get(p, "schema")
	if of := c.find(get(c.find(schema), "items")); isTrue(get(of, "nullable")) {
		of = shallow(of)
		remove(of, "nullable")
		schema = shallow(c.find(schema))
		set(schema, "items", of)
		set(p, "schema", schema)
		c.report.add(repaired, "nullable is removed from the items of a parameter", at)
	}
	found := c.find(schema)
	isTyped := slices.ContainsFunc([]string{"type", "allOf", "anyOf", "oneOf"}, func(key string) bool { return get(found, key) != nil })
	if str(get(p, "in")) == "query" && schema != nil && !isTyped {
		schema = shallow(found)
		set(schema, "type", text("string"))
		set(p, "schema", schema)
		c.report.add(repaired, "a query parameter without a type becomes a string", at)
	}
	if get(p, "in") != nil && (get(schema, "anyOf") != nil || get(schema, "oneOf") != nil) {
		set(p, "schema", c.moveOut(schema, str(get(p, "name")), at))
	}
}

// examples collects the examples of a parameter, header or media type for trySamples.
func (c *converter) examples(o *yaml.Node, at string) {
	all := get(o, "examples")
	drop := func(name string) {
		if remove(all, name); len(all.Content) == 0 {
			remove(o, "examples")
		}
	}
	for name, example := range pairs(shallow(all)) {
		v, at := get(c.find(example), "value"), pointer(pointer(at, "examples"), name)
		if v == nil {
			drop(name)
			c.report.add(leftOut, "an example without a value", at)
			continue
		}
		c.sample(get(o, "schema"), v, func() { drop(name) }, at)
	}
	v := get(o, "example")
	switch {
	case v != nil && get(o, "examples") != nil:
		remove(o, "example")
		c.report.add(leftOut, "the field example of an object that also has examples", at)
	case v != nil:
		c.sample(get(o, "schema"), v, func() { remove(o, "example") }, pointer(at, "example"))
	}
}

// keepOneJSON leaves out all JSON media types of a response except one. If there are several and the service adds a charset, the
// client decodes none of them.
func (c *converter) keepOneJSON(content *yaml.Node, at string) {
	kept := ""
	if get(content, "application/json") != nil {
		kept = "application/json"
	}
	for name := range pairs(shallow(content)) {
		mediaType, _, _ := mime.ParseMediaType(name)
		switch {
		case name == kept || mediaType != "application/json" && !strings.HasSuffix(mediaType, "+json"):
		case kept == "":
			kept = name
		default:
			remove(content, name)
			c.report.add(repaired, "a response with several JSON media types keeps only "+kept, at)
		}
	}
}

// isSetElsewhere reports whether p is a header parameter that OpenAPI ignores or wrapper sets.
func isSetElsewhere(p *yaml.Node) bool {
	name := strings.ToLower(str(get(p, "name")))
	return str(get(p, "in")) == "header" &&
		(slices.Contains([]string{"accept", "authorization", "content-type"}, name) || strings.HasPrefix(name, "x-xdr-"))
}

// operation converts a chosen operation, including the parameters of its path item.
func (c *converter) operation(op Operation) *yaml.Node {
	c.scope = op.ID
	src := shallow(op.node)
	remove(src, "operationId", "parameters", "requestBody", "responses")
	out := object("operationId", text(op.ID))
	out.Content = append(out.Content, c.convert("operation", src, op.place).Content...)
	if all := c.parameters(op); len(all.Content) > 0 {
		set(out, "parameters", all)
	}
	if body := get(op.node, "requestBody"); body != nil {
		if body = c.requestBody(body, pointer(op.place, "requestBody")); body != nil {
			set(out, "requestBody", body)
		}
	}
	set(out, "responses", c.responses(get(op.node, "responses"), pointer(op.place, "responses")))
	return out
}

var inPath = regexp.MustCompile(`\{([^{}]*)\}`)

// parameters converts the parameters of an operation and its path, and gives them distinct Go names.
func (c *converter) parameters(op Operation) *yaml.Node {
	out := list()
	seen, goNames := map[string]bool{}, map[string]bool{}
	add := func(p *yaml.Node) {
		found := c.find(p)
		name, in := str(get(found, "name")), str(get(found, "in"))
		if seen[in+" "+name] {
			return // the operation overrides it
		}
		seen[in+" "+name] = true
		goName := limits.GoName(name)
		if in == "path" && limits.IsPathName(name) || in != "path" && goNames[goName] {
			p = shallow(found)
			set(p, "x-go-name", text(limits.GoName(in+"-"+name)))
			c.report.add(repaired, "a parameter whose Go name is taken gets x-go-name", op.place)
		}
		goNames[goName] = goNames[goName] || in != "path"
		out.Content = append(out.Content, p)
	}
	for _, of := range []struct {
		object *yaml.Node
		place  string
	}{{op.node, op.place}, {op.item, op.itemPlace}} {
		for i, p := range items(get(of.object, "parameters")) {
			at, target := pointer(pointer(of.place, "parameters"), strconv.Itoa(i)), p
			if ref := str(get(p, "$ref")); ref != "" {
				target, _ = c.doc.resolve(ref)
			}
			name := str(get(target, "name"))
			if isSetElsewhere(target) {
				c.report.add(leftOut, "the header parameter "+name+", which the client sets itself", at)
			} else if str(get(target, "in")) == "path" && !strings.Contains(op.Path, "{"+name+"}") {
				c.report.add(leftOut, "the path parameter "+name+", which is not in the path", at)
			} else if p = c.convert("parameter", p, at); p != nil {
				add(p)
			}
		}
	}
	for _, m := range inPath.FindAllStringSubmatch(op.Path, -1) {
		if !seen["path "+m[1]] {
			c.report.add(repaired, "a path parameter that is not described becomes a string", op.place)
			add(object("name", text(m[1]), "in", text("path"), "required", boolean(true), "schema", object("type", text("string"))))
		}
	}
	return out
}

func (c *converter) requestBody(src *yaml.Node, at string) *yaml.Node {
	out := c.convert("requestBody", src, at)
	content := get(c.find(out), "content")
	if content == nil || len(content.Content) == 0 {
		c.report.add(repaired, "a request body without content is left out", at)
		return nil
	}
	for _, media := range pairs(content) {
		schema := get(media, "schema")
		for _, key := range []string{"anyOf", "oneOf", "allOf", "additionalProperties"} {
			if v := get(schema, key); v != nil && !isFalse(v) {
				set(media, "schema", c.moveOut(schema, "body", at))
				break
			}
		}
	}
	return out
}

var statusKey = regexp.MustCompile(`^([1-5](\d\d|XX)|default)$`)

func (c *converter) responses(src *yaml.Node, at string) *yaml.Node {
	undescribed := object("description", text("A response."))
	out := mapping()
	for status, r := range pairs(src) {
		at := pointer(at, status)
		if !statusKey.MatchString(status) {
			c.report.add(leftOut, "a response whose key is not a status", at)
			continue
		}
		v := c.convert("response", r, at)
		if v == nil {
			v = undescribed
			c.report.add(notChecked, "the body of an invalid response", at)
		}
		set(out, status, v)
	}
	if len(out.Content) == 0 {
		set(out, "default", undescribed)
		c.report.add(repaired, "an operation without responses gets one", at)
	}
	return out
}
