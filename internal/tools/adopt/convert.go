package adopt

import (
	"fmt"
	"math"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/cortexscan/internal/tools/limits"
	"go.yaml.in/yaml/v3"
)

// converter converts what the chosen operations reach to OpenAPI 3.0. It does not change the document.
type converter struct {
	doc        *Document
	report     *report
	problems   []string
	scope      string // the current operation or component, for names of schemas that are moved out of it
	components []*component
	byRef      map[string]*component // by the $ref to it
	byPlace    map[string]*component // by section and place
	loose      map[*yaml.Node]bool   // converted schemas that accept more than the original
	places     map[*yaml.Node]string
	samples    []sample
}

// component is a converted object that others refer to as #/components/SECTION/NAME.
type component struct {
	section, name string
	place         string     // in the other document; "" for a schema that is moved out of an operation
	node          *yaml.Node // nil while it is being converted, and if it is left out
}

func (c *component) ref() string { return "#/components/" + c.section + "/" + c.name }

func newConverter(doc *Document, r *report) *converter {
	return &converter{doc: doc, report: r, byRef: map[string]*component{}, byPlace: map[string]*component{}, loose: map[*yaml.Node]bool{}, places: map[*yaml.Node]string{}}
}

func (c *converter) problem(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// before prepares a copy of an object for the table, and after completes the result.
var before, after map[string]func(c *converter, o *yaml.Node, at string)

func init() {
	before = map[string]func(*converter, *yaml.Node, string){
		"parameter": (*converter).beforeParameter, "header": (*converter).beforeHeader, "mediaType": (*converter).examples,
		"response": (*converter).beforeResponse, "schema": (*converter).beforeSchema,
	}
	after = map[string]func(*converter, *yaml.Node, string){
		"parameter": (*converter).afterParameter, "header": (*converter).afterParameter, "mediaType": (*converter).afterExamples,
		"schema": (*converter).afterSchema,
	}
}

// convert converts one object or scalar. It returns nil if the value has another type; the caller leaves it out.
func (c *converter) convert(kind string, src *yaml.Node, at string) *yaml.Node {
	fields := objects[kind]
	switch {
	case strings.HasPrefix(kind, "[]"):
		return c.list(kind[2:], src, at)
	case strings.HasPrefix(kind, "{}"):
		return c.mapping(kind[2:], src, at)
	case kind == "additionalProperties" && src.Tag == "!!bool":
		return boolean(isTrue(src))
	case kind == "additionalProperties":
		kind, fields = "schema", objects["schema"]
	case fields == nil:
		return c.scalar(kind, src, at)
	}
	if kind == "schema" && src.Kind != yaml.MappingNode {
		return c.notObject(src, at)
	}
	if src.Kind != yaml.MappingNode {
		return nil
	}
	if ref := get(src, "$ref"); ref != nil && sections[kind] != "" {
		return c.reference(kind, src, at)
	}
	src = shallow(src)
	if f := before[kind]; f != nil {
		f(c, src, at)
	}
	out := mapping()
	c.places[out] = at
	for key, value := range pairs(src) {
		of := fields[key]
		switch {
		case key == lost:
			c.loose[out] = true
			continue
		case strings.HasPrefix(key, "x-"):
			c.report.add(leftOut, "extensions (x-…), which are for other programs", pointer(at, key))
			continue
		case slices.Contains(silent[kind], key):
			if kind != "schema" {
				c.report.add(leftOut, key, pointer(at, key))
			}
			continue
		case kind == "schema" && slices.Contains(checks, key):
			c.report.add(notChecked, key, pointer(at, key))
			c.loose[out] = true
			continue
		case of == "":
			c.report.add(leftOut, fmt.Sprintf("the unknown field %s of a %s", key, kind), pointer(at, key))
			continue
		case isNull(value) && of != "any" && kind != "example":
			continue
		}
		if v := c.convert(of, value, pointer(at, key)); v != nil {
			set(out, key, v)
			continue
		}
		c.report.add(leftOut, fmt.Sprintf("%s of a %s, which is not %s", key, kind, describe(of)), pointer(at, key))
		if kind == "schema" {
			c.loose[out] = true
		}
	}
	if f := after[kind]; f != nil {
		f(c, out, at)
	}
	return out
}

func describe(kind string) string {
	switch {
	case strings.HasPrefix(kind, "[]"):
		return "a list"
	case kind == "count":
		return "a whole number"
	case kind == "string", kind == "number", kind == "boolean":
		return "a " + kind
	}
	return "an object"
}

func (c *converter) list(kind string, src *yaml.Node, at string) *yaml.Node {
	if src.Kind != yaml.SequenceNode {
		return nil
	}
	out := list()
	for i, item := range src.Content {
		v := c.convert(kind, item, pointer(at, strconv.Itoa(i)))
		if v == nil {
			c.report.add(leftOut, "an item that is not "+describe(kind), pointer(at, strconv.Itoa(i)))
			continue
		}
		out.Content = append(out.Content, v)
	}
	return out
}

func (c *converter) mapping(kind string, src *yaml.Node, at string) *yaml.Node {
	if src.Kind != yaml.MappingNode {
		return nil
	}
	out := mapping()
	for key, value := range pairs(src) {
		if kind == "response" && strings.HasPrefix(key, "x-") {
			continue
		}
		if v := c.convert(kind, value, pointer(at, key)); v != nil {
			set(out, key, v)
		} else {
			c.report.add(leftOut, "a "+kind+" that is not "+describe(kind)+", or is not there", pointer(at, key))
		}
	}
	return out
}

func (c *converter) scalar(kind string, src *yaml.Node, at string) *yaml.Node {
	if kind == "any" {
		return src
	}
	if src.Kind != yaml.ScalarNode || src.Tag == "!!null" {
		return nil
	}
	var out *yaml.Node
	switch f, err := strconv.ParseFloat(src.Value, 64); {
	case kind == "string":
		// The generator cannot read strings of several lines that begin with a space.
		return text(strings.TrimSpace(strings.ReplaceAll(src.Value, "\r\n", "\n")))
	case kind == "boolean" && (src.Value == "true" || src.Value == "false"):
		out = boolean(src.Value == "true")
	case kind == "count" && err == nil && f >= 0 && f < 1<<53 && f == math.Trunc(f):
		out = number(strconv.FormatInt(int64(f), 10))
	case kind == "number" && err == nil && !math.IsInf(f, 0):
		out = number(src.Value)
	default:
		return nil
	}
	if src.Tag == "!!str" {
		c.report.add(repaired, "a "+kind+" in quotes is read as a "+kind, at)
	}
	return out
}

// reference converts the target of a $ref, once, and returns a reference to it.
func (c *converter) reference(kind string, src *yaml.Node, at string) *yaml.Node {
	ref := str(get(src, "$ref"))
	target, place := c.resolve(ref)
	if target == nil {
		return c.dangling(kind, ref, at)
	}
	made := c.component(kind, target, place)
	if made.node == nil && kind != "schema" {
		return nil
	}
	out := mapping()
	set(out, "$ref", text(made.ref()))
	if kind != "schema" {
		return out
	}
	return c.beside(src, out, at)
}

func (c *converter) dangling(kind, ref, at string) *yaml.Node {
	what := "a $ref to something that is not in the document"
	if !strings.HasPrefix(ref, "#") {
		what = "a $ref to another document"
	}
	switch kind {
	case "schema":
		c.report.add(notChecked, what+": any value is accepted there ("+ref+")", at)
		out := mapping()
		c.loose[out] = true
		return out
	case "response":
		c.report.add(notChecked, what+": the response has no body ("+ref+")", at)
		out := mapping()
		set(out, "description", text("A response."))
		return out
	case "parameter":
		c.problem("%s: the parameter refers to %s, which is not in the document: add it there, or describe the parameter in place", at, ref)
		return nil
	}
	c.report.add(leftOut, what+" ("+ref+")", at)
	return nil
}

// resolve follows a reference, and those that it leads to, within the document.
func (c *converter) resolve(ref string) (target *yaml.Node, place string) {
	seen := map[string]bool{}
	for !seen[ref] {
		seen[ref] = true
		if target, place = c.lookUp(ref, seen); target == nil {
			return nil, ""
		}
		next := get(target, "$ref")
		if next == nil || len(target.Content) > 2 {
			return target, place
		}
		ref = str(next)
	}
	return nil, ""
}

func (c *converter) lookUp(ref string, seen map[string]bool) (*yaml.Node, string) {
	fragment, isLocal := strings.CutPrefix(ref, "#")
	if decoded, err := url.PathUnescape(fragment); err == nil {
		fragment = decoded
	}
	if !isLocal {
		return nil, ""
	}
	if fragment != "" && fragment[0] != '/' {
		return anchor(c.doc.root, fragment, "#")
	}
	node, place := c.doc.root, "#"
	if fragment == "" {
		return node, place
	}
	for _, step := range strings.Split(fragment[1:], "/") {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		if to := str(get(node, "$ref")); to != "" && !seen[to] && get(node, step) == nil {
			seen[to] = true
			node, place = c.lookUp(to, seen)
			delete(seen, to)
		}
		var next *yaml.Node
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(items(node)) {
			next = node.Content[i]
		} else {
			next = get(node, step)
		}
		if next == nil {
			return nil, ""
		}
		node, place = next, pointer(place, step)
	}
	return node, place
}

// anchor finds the schema with an $anchor.
func anchor(n *yaml.Node, name, place string) (*yaml.Node, string) {
	if str(get(n, "$anchor")) == name || str(get(n, "$dynamicAnchor")) == name {
		return n, place
	}
	for key, v := range pairs(n) {
		if found, at := anchor(v, name, pointer(place, key)); found != nil {
			return found, at
		}
	}
	for i, v := range items(n) {
		if found, at := anchor(v, name, pointer(place, strconv.Itoa(i))); found != nil {
			return found, at
		}
	}
	return nil, ""
}

// component converts the target of a reference, once.
func (c *converter) component(kind string, target *yaml.Node, place string) *component {
	section := sections[kind]
	if made := c.byPlace[section+" "+place]; made != nil {
		return made
	}
	steps := strings.Split(place, "/")
	name := steps[len(steps)-1]
	if len(steps) > 4 && !slices.Contains([]string{"$defs", "definitions"}, steps[len(steps)-2]) {
		name = steps[3] + "-" + name // of a part of a component, or of a path
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

// moveOut makes a component of a schema that is described in place, and returns a reference to it.
func (c *converter) moveOut(schema *yaml.Node, what, at string) *yaml.Node {
	made := c.newComponent("schemas", limits.GoName(c.scope+"-"+what), "")
	made.node = schema
	c.report.add(repaired, "a schema that the generator needs below components is moved there", at)
	out := mapping()
	set(out, "$ref", text(made.ref()))
	return out
}

// find returns the component that a converted reference refers to, or the node itself.
func (c *converter) find(n *yaml.Node) *yaml.Node {
	if made := c.byRef[str(get(n, "$ref"))]; made != nil && made.node != nil {
		return made.node
	}
	return n
}

// notOurs reports whether a parameter is a header that OpenAPI describes elsewhere, or that the wrapper sets.
func notOurs(p *yaml.Node) bool {
	name := strings.ToLower(str(get(p, "name")))
	return str(get(p, "in")) == "header" &&
		(slices.Contains([]string{"accept", "authorization", "content-type"}, name) || strings.HasPrefix(name, "x-xdr-"))
}

func (c *converter) beforeParameter(p *yaml.Node, at string) {
	if get(p, "schema") == nil && get(p, "content") == nil {
		schema := mapping()
		for key, v := range pairs(p) {
			if _, isKeyword := objects["schema"][key]; isKeyword && objects["parameter"][key] == "" {
				set(schema, key, v)
			}
		}
		for key := range pairs(schema) {
			remove(p, key)
		}
		c.report.add(repaired, "a parameter without a schema gets one", at)
		set(p, "schema", schema)
	}
	in := str(get(p, "in"))
	if styles[in] == nil {
		c.problem("%s: the parameter %q is in %q, and OpenAPI 3 has query, header, path and cookie only", at, str(get(p, "name")), in)
	}
	if style := get(p, "style"); style != nil && !slices.Contains(styles[in], str(style)) {
		c.report.add(repaired, "a style that its place does not allow is left out", pointer(at, "style"))
		remove(p, "style", "explode")
	}
	if in == "path" && !isTrue(get(p, "required")) {
		c.report.add(repaired, "a path parameter is required", at)
		set(p, "required", boolean(true))
	}
	c.content(p, at)
}

func (c *converter) beforeHeader(h *yaml.Node, at string) {
	remove(h, "name", "in")
	c.content(h, at)
}

// content reduces a parameter or header to one schema or one media type.
func (c *converter) content(h *yaml.Node, at string) {
	if content := get(h, "content"); content != nil {
		if get(h, "schema") != nil || len(content.Content) == 0 {
			remove(h, "content")
		} else if len(content.Content) > 2 {
			first := shallow(content)
			first.Content = first.Content[:2]
			set(h, "content", first)
			c.report.add(repaired, "of several media types of a parameter the first one is kept", at)
		}
	}
	if get(h, "schema") == nil && get(h, "content") == nil {
		set(h, "schema", mapping())
	}
	c.examples(h, at)
}

func (c *converter) afterParameter(p *yaml.Node, at string) {
	schema := get(p, "schema")
	if of := c.find(get(c.find(schema), "items")); isTrue(get(of, "nullable")) {
		of = shallow(of)
		remove(of, "nullable")
		schema = shallow(c.find(schema))
		set(schema, "items", of)
		set(p, "schema", schema)
		c.report.add(repaired, "an item of a parameter cannot be null", at)
	}
	if schema != nil && get(p, "in") != nil {
		found := c.find(schema)
		typed := slices.ContainsFunc([]string{"type", "allOf", "anyOf", "oneOf"}, func(key string) bool { return get(found, key) != nil })
		switch {
		case !typed && str(get(p, "in")) == "query":
			own := mapping()
			set(own, "type", text("string"))
			for key, v := range pairs(schema) {
				if key != "$ref" {
					set(own, key, v)
				}
			}
			set(p, "schema", own)
			c.report.add(repaired, "a query parameter without a type is a string", at)
		case get(schema, "$ref") == nil && (get(schema, "anyOf") != nil || get(schema, "oneOf") != nil):
			set(p, "schema", c.moveOut(schema, str(get(p, "name")), at))
		}
	}
	c.afterExamples(p, at)
}

// examples prepares the examples of a parameter, header or media type.
func (c *converter) examples(o *yaml.Node, at string) {
	all := get(o, "examples")
	at = pointer(at, "examples")
	if all == nil {
		return
	}
	if all.Kind == yaml.SequenceNode {
		c.report.add(repaired, "the first example of a list is the example", at)
		if len(all.Content) > 0 && get(o, "example") == nil {
			set(o, "example", all.Content[0])
		}
		remove(o, "examples")
		return
	}
	out := mapping()
	for name, example := range pairs(all) {
		isObject := slices.ContainsFunc([]string{"$ref", "value", "externalValue", "summary", "description"}, func(key string) bool { return get(example, key) != nil })
		if !isObject {
			value := example
			example = mapping()
			set(example, "value", value)
			c.report.add(repaired, "an example gets the field value", pointer(at, name))
		}
		if get(example, "$ref") == nil && get(example, "value") == nil {
			c.report.add(leftOut, "an example without a value", pointer(at, name))
			continue
		}
		set(out, name, example)
	}
	if len(out.Content) == 0 {
		remove(o, "examples")
		return
	}
	set(o, "examples", out)
	if get(o, "example") != nil {
		c.report.add(leftOut, "example, which cannot be beside examples", at)
		remove(o, "example")
	}
}

func (c *converter) afterExamples(o *yaml.Node, at string) {
	schema := get(o, "schema")
	if schema == nil {
		return
	}
	if v := get(o, "example"); v != nil {
		c.sample(schema, v, func() { remove(o, "example") }, pointer(at, "example"))
	}
	for name, example := range pairs(get(o, "examples")) {
		if v := get(c.find(example), "value"); v != nil {
			c.sample(schema, v, func() {
				if remove(get(o, "examples"), name); len(get(o, "examples").Content) == 0 {
					remove(o, "examples")
				}
			}, pointer(pointer(at, "examples"), name))
		}
	}
}

func (c *converter) beforeResponse(r *yaml.Node, at string) {
	if str(get(r, "description")) == "" {
		set(r, "description", text("A response."))
		c.report.add(repaired, "a response gets a description", at)
	}
	content := shallow(orEmpty(get(r, "content")))
	var kept string
	for _, media := range jsonTypes(content) {
		if kept == "" {
			kept = media
			continue
		}
		remove(content, media)
		c.report.add(repaired, "of several JSON media types of a response, which the client would not decode, "+kept+" is kept", pointer(pointer(at, "content"), media))
	}
	if len(content.Content) > 0 {
		set(r, "content", content)
	} else {
		remove(r, "content")
	}
}

func orEmpty(n *yaml.Node) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return mapping()
	}
	return n
}

// jsonTypes returns the JSON media types of a content, application/json first.
func jsonTypes(content *yaml.Node) []string {
	var all []string
	for name := range pairs(content) {
		media, _, err := mime.ParseMediaType(name)
		if err != nil {
			media = name
		}
		if media == "application/json" || strings.HasSuffix(media, "+json") {
			all = append(all, name)
		}
	}
	if i := slices.Index(all, "application/json"); i > 0 {
		all[0], all[i] = all[i], all[0]
	}
	return all
}

// operation converts a chosen operation. The parameters of its path become its own.
func (c *converter) operation(op Operation) *yaml.Node {
	c.scope = op.ID
	if c.scope == "" {
		c.scope = op.Method + op.Path
	}
	src := shallow(op.node)
	own := get(src, "parameters")
	remove(src, "operationId", "parameters", "requestBody", "responses")
	out := mapping()
	set(out, "operationId", text(op.ID))
	for key, v := range pairs(c.convert("operation", src, op.place)) {
		set(out, key, v)
	}
	var parameters []*yaml.Node
	convert := func(list *yaml.Node, at string) {
		for i, p := range items(list) {
			at, target := pointer(at, strconv.Itoa(i)), p
			if ref := str(get(p, "$ref")); ref != "" {
				target, _ = c.resolve(ref)
			}
			if notOurs(target) {
				c.report.add(leftOut, "the header parameter "+str(get(target, "name"))+", which is set without it", at)
				continue
			}
			parameters = append(parameters, c.convert("parameter", p, at))
		}
	}
	convert(own, pointer(op.place, "parameters"))
	convert(get(op.item, "parameters"), pointer(op.itemPlace, "parameters"))
	if list := c.parameters(op, parameters); len(list.Content) > 0 {
		set(out, "parameters", list)
	}
	if body := get(op.node, "requestBody"); body != nil {
		if body := c.requestBody(body, pointer(op.place, "requestBody")); body != nil {
			set(out, "requestBody", body)
		}
	}
	set(out, "responses", c.responses(get(op.node, "responses"), pointer(op.place, "responses")))
	return out
}

var inPath = regexp.MustCompile(`\{([^{}]*)\}`)

// parameters completes the list: no duplicates, one parameter for each name in the path, distinct Go names.
func (c *converter) parameters(op Operation, all []*yaml.Node) *yaml.Node {
	out := list()
	seen := map[string]bool{}
	names := map[string]bool{}
	for _, p := range all {
		if p == nil {
			continue
		}
		found := c.find(p)
		name, in := str(get(found, "name")), str(get(found, "in"))
		isNew := !seen[in+" "+name]
		switch {
		case name == "":
			c.problem("%s: a parameter has no name", op.place)
			continue
		case !isNew:
			continue // the operation's own comes first
		case in == "path" && !strings.Contains(op.Path, "{"+name+"}"):
			c.report.add(leftOut, "the path parameter "+name+", which is not in the path", op.place)
			continue
		}
		seen[in+" "+name] = true
		goName := limits.GoName(name)
		if in == "path" && limits.IsPathName(name) || in != "path" && names[goName] {
			p = shallow(found)
			set(p, "x-go-name", text(limits.GoName(in+"-"+name)))
			c.report.add(repaired, "a parameter whose Go name is taken gets x-go-name", op.place)
		}
		names[goName] = names[goName] || in != "path"
		out.Content = append(out.Content, p)
	}
	for _, m := range inPath.FindAllStringSubmatch(op.Path, -1) {
		if !seen["path "+m[1]] {
			p, schema := mapping(), mapping()
			set(schema, "type", text("string"))
			set(p, "name", text(m[1]))
			set(p, "in", text("path"))
			set(p, "required", boolean(true))
			set(p, "schema", schema)
			out.Content = append(out.Content, p)
			seen["path "+m[1]] = true
			c.report.add(repaired, "a path parameter that is not described is a string", op.place)
		}
	}
	return out
}

func (c *converter) requestBody(src *yaml.Node, at string) *yaml.Node {
	out := c.convert("requestBody", src, at)
	if out == nil {
		return nil
	}
	body := c.find(out)
	if len(orEmpty(get(body, "content")).Content) == 0 {
		c.report.add(repaired, "a request body without content is left out", at)
		return nil
	}
	for _, media := range pairs(get(body, "content")) {
		schema := get(media, "schema")
		if schema == nil || get(schema, "$ref") != nil {
			continue
		}
		awkward := []string{"anyOf", "oneOf", "allOf", "additionalProperties"}
		if slices.ContainsFunc(awkward, func(key string) bool { v := get(schema, key); return v != nil && !isFalse(v) }) {
			moved := c.moveOut(schema, "body", at)
			set(media, "schema", moved)
		}
	}
	return out
}

var statusKey = regexp.MustCompile(`^([1-5]\d\d|[1-5]XX|default)$`)

func (c *converter) responses(src *yaml.Node, at string) *yaml.Node {
	out := mapping()
	for status, r := range pairs(src) {
		key := strings.Replace(strings.ToUpper(status), "DEFAULT", "default", 1)
		if strings.HasPrefix(status, "x-") {
			continue
		}
		if !statusKey.MatchString(key) {
			c.report.add(leftOut, "a response whose key is not a status", pointer(at, status))
			continue
		}
		v := c.convert("response", r, pointer(at, status))
		if v == nil {
			v = mapping()
			set(v, "description", text(orElse(http.StatusText(atoi(key)), "A response")+"."))
			c.report.add(repaired, "a response that is not an object has no body", pointer(at, status))
		}
		set(out, key, v)
	}
	if len(out.Content) == 0 {
		r := mapping()
		set(r, "description", text("A response."))
		set(out, "default", r)
		c.report.add(repaired, "an operation without responses gets one", at)
	}
	return out
}

func atoi(s string) int { i, _ := strconv.Atoi(s); return i }

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
