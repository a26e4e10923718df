package api

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"example.com/cortexscan/api/internal/route"
	"example.com/cortexscan/api/internal/schema"
	"example.com/cortexscan/api/internal/strictjson"
	"example.com/cortexscan/internal/text"
)

// parameter is a parameter or a response header whose value is a scalar, a list of scalars or JSON.
type parameter struct {
	in, name   string
	required   bool
	allowEmpty bool
	schema     *schema.Schema
	direction  schema.Direction
	types      schema.TypeSet // the types of the value, or of an item if isList
	isList     bool
	isJSON     bool
	separator  string // separates the items of a list; empty if each item is sent separately
}

var separators = map[string]string{
	openapi3.SerializationSimple: ",", openapi3.SerializationForm: ",", openapi3.SerializationSpaceDelimited: " ", openapi3.SerializationPipeDelimited: "|",
}

// newParameter returns nil for an unsupported parameter, such as an object.
func newParameter(p *openapi3.Parameter, c *schema.Compiler) *parameter {
	plain := &parameter{in: p.In, name: p.Name, required: p.Required, allowEmpty: p.AllowEmptyValue, direction: schema.Request}
	if only := newContent(p.Content, c); len(only) == 1 && only[0].isJSON() && p.In != openapi3.ParameterInCookie {
		plain.schema, plain.isJSON = only[0].schema, true
		return plain
	}
	style, err := p.SerializationMethod()
	if p.Schema == nil || p.Schema.Value == nil || err != nil {
		return nil
	}
	separator, isKnown := separators[style.Style]
	if !isKnown {
		return nil
	}
	if p.In != openapi3.ParameterInQuery || !style.Explode {
		plain.separator = separator
	}
	plain.schema = c.Compile(p.Schema)
	if plain.types = plain.schema.Types(); plain.types == schema.Array {
		plain.isList, plain.types = true, plain.schema.Items().Types()
	}
	switch {
	case plain.types == schema.Any:
		plain.types = schema.String // a parameter without a type is a string
	case plain.types&(schema.Array|schema.Object) != 0:
		return nil
	}
	return plain
}

// newHeader works like newParameter, for a response header.
func newHeader(name string, h *openapi3.Header, c *schema.Compiler) *parameter {
	described := h.Parameter
	described.In, described.Name = openapi3.ParameterInHeader, name
	plain := newParameter(&described, c)
	if plain != nil {
		plain.in, plain.direction = "response header", schema.Response
	}
	return plain
}

func (p *parameter) check(sent []string, rep *report) {
	at := Problem{In: p.in, Name: p.name}
	if p.isList && len(sent) > 1 && p.in != openapi3.ParameterInQuery && p.in != openapi3.ParameterInCookie {
		sent = []string{strings.Join(sent, ",")} // the lines of a header form one list
	}
	switch {
	case len(sent) == 0 && p.required:
		at.Reason = "is required"
	case len(sent) == 0:
		return
	case len(sent) > 1 && (!p.isList || p.separator != ""):
		at.Reason = givenTimes(len(sent))
	case len(sent) == 1 && sent[0] == "" && p.allowEmpty:
		return
	case p.isJSON && !utf8.ValidString(sent[0]):
		at.Reason = notUTF8
	case p.isJSON:
		rep.checkJSON([]byte(sent[0]), at, p.schema, p.direction)
		return
	case p.isList && len(sent) == 1 && sent[0] == "":
		at.Reason = "must not be empty"
	case p.isList && p.separator != "":
		p.checkValues(strings.Split(sent[0], p.separator), rep)
		return
	default:
		p.checkValues(sent, rep)
		return
	}
	rep.add(at)
}

const notUTF8 = "is not valid UTF-8"

// checkValues decodes and validates the value of the parameter, or its items if it is a list.
func (p *parameter) checkValues(sent []string, rep *report) {
	at := Problem{In: p.in, Name: p.name}
	item := p.schema
	if p.isList {
		item = p.schema.Items()
	}
	values := make([]any, 0, len(sent))
	for i, s := range sent {
		if p.in != openapi3.ParameterInQuery {
			s = strings.Trim(s, " \t")
		}
		value, ok := decode(item, p.types, s, p.direction)
		switch {
		case !utf8.ValidString(s):
			at.Reason = notUTF8
		case ok:
			values = append(values, value)
			continue
		case s == "":
			at.Reason = "must not be empty"
		default:
			at.Reason = "must be " + item.Describe()
		}
		if p.isList {
			at.Pointer = pointer([]string{strconv.Itoa(i)})
		}
		rep.add(at)
	}
	switch {
	case len(values) < len(sent):
	case p.isList:
		rep.check(values, at, p.schema, p.direction)
	default:
		rep.check(values[0], at, p.schema, p.direction)
	}
}

// decode decodes a string as one of the types. It prefers a type for which the schema accepts the decoded value.
func decode(s *schema.Schema, types schema.TypeSet, sent string, d schema.Direction) (value any, found bool) {
	for _, t := range []schema.TypeSet{schema.Integer | schema.Fraction, schema.Boolean, schema.String} {
		if types&t == 0 {
			continue
		}
		v, ok := decodeAs(t, sent)
		if ok && (types&^t == 0 || s.Accepts(v, d)) {
			return v, true
		}
		if ok && !found {
			value, found = v, true
		}
	}
	return value, found
}

func decodeAs(t schema.TypeSet, sent string) (any, bool) {
	switch t {
	case schema.String:
		return sent, true
	case schema.Boolean:
		return sent == "true", sent == "true" || sent == "false"
	}
	return strictjson.Number(sent)
}

type query struct {
	parameters []*parameter
	deep       []*deepObject
	fallbacks  []*fallback
	security   security
	listed     string // the names of the parameters, for error messages
}

// check parses the query and validates the parameters. It also reports syntax errors that net/http ignores.
func (q *query) check(raw string, rep *report) {
	sent := make([][]string, len(q.parameters))
	trees := make([]tree, len(q.deep))
	for raw != "" && rep.left() > 0 {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, isName := unescape(rawName)
		value, isValue := unescape(rawValue)
		reason := ""
		i := slices.IndexFunc(q.parameters, func(p *parameter) bool { return p.name == name })
		deep := slices.IndexFunc(q.deep, func(d *deepObject) bool { return strings.HasPrefix(name, d.name+"[") })
		switch {
		case !isName || !isValue:
			reason = "contains invalid percent-encoding"
		case strings.Contains(pair, ";"):
			reason = "contains a semicolon, which servers interpret in different ways; encode it as %3B"
		case i >= 0:
		case deep >= 0:
			reason = trees[deep].add(name[len(q.deep[deep].name):], value)
		case !q.isKnown(name):
			reason = "is not a parameter of this operation" + q.listed
		}
		if i >= 0 {
			if q.parameters[i].isCommaList() {
				value = rawValue
			}
			sent[i] = append(sent[i], value)
		}
		if reason != "" {
			rep.add(Problem{In: openapi3.ParameterInQuery, Name: cmp.Or(text.Visible(name, maxName), `""`), Reason: reason})
		}
	}
	for i, p := range q.parameters {
		if !p.isCommaList() || len(sent[i]) != 1 || sent[i][0] == "" {
			p.check(sent[i], rep)
			continue
		}
		items := strings.Split(sent[i][0], ",") // split before decoding: an encoded comma is part of an item
		for j, item := range items {
			items[j], _ = unescape(item)
		}
		p.checkValues(items, rep)
	}
	for i, d := range q.deep {
		d.check(&trees[i], rep)
	}
}

func (p *parameter) isCommaList() bool { return p.isList && p.separator == "," }

// isKnown reports whether a query parameter with this name belongs to a credential or a fallback.
func (q *query) isKnown(name string) bool {
	return q.security.isInQuery(name) || slices.ContainsFunc(q.fallbacks, func(f *fallback) bool { return f.names(name) })
}

// unescape decodes s. It returns s unchanged and false if s is invalid.
func unescape(s string) (string, bool) {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain, true
	}
	return s, false
}

// deepObject is a query parameter in the style deepObject, such as filter[id]=1&filter[name]=a. A list is sent as
// filter[id]=1&filter[id]=2 or, by the generated client, as filter[id][0]=1&filter[id][1]=2.
type deepObject struct {
	name     string
	required bool
	schema   *schema.Schema
}

// tree contains the values that were sent for a deepObject, or for a part of it.
type tree struct {
	values []string
	parts  map[string]*tree
	broken bool // a problem was already reported, so the value is not validated
}

const maxDepth = 32 // maximum number of bracket pairs in the name of a parameter

// add stores a value at a path such as [a][b]. If the path is invalid, add returns the reason.
func (t *tree) add(path, value string) string {
	inner, closed := strings.CutSuffix(path[1:], "]")
	names := strings.Split(inner, "][")
	switch {
	case !closed || strings.ContainsAny(strings.Join(names, ""), "[]"):
		t.broken = true
		return "contains unmatched brackets"
	case len(names) > maxDepth:
		t.broken = true
		return "is nested deeper than " + strconv.Itoa(maxDepth) + " levels"
	}
	for _, name := range names {
		if t.parts == nil {
			t.parts = map[string]*tree{}
		}
		if t.parts[name] == nil {
			t.parts[name] = &tree{}
		}
		t = t.parts[name]
	}
	t.values = append(t.values, value)
	return ""
}

func (d *deepObject) check(sent *tree, rep *report) {
	at := Problem{In: openapi3.ParameterInQuery, Name: d.name}
	if sent.parts == nil && !sent.broken {
		if d.required {
			at.Reason = "is required"
			rep.add(at)
		}
		return
	}
	value := sent.value(d.schema, nil, func(path []string, reason string) {
		sent.broken = true
		rep.add(Problem{In: at.In, Name: at.Name, Pointer: pointer(path), Reason: reason})
	})
	if !sent.broken {
		rep.check(value, at, d.schema, schema.Request)
	}
}

// value decodes a tree according to its schema. A value that can't be decoded remains a string, and the
// schema rejects it later.
func (t *tree) value(s *schema.Schema, path []string, problem func(path []string, reason string)) any {
	types := s.Types()
	isList := types&schema.Array != 0 && types&schema.Object == 0
	switch {
	case len(t.parts) > 0 && len(t.values) > 0:
		problem(path, "is given both as a value and as an object")
		return nil
	case isList && (len(t.parts) > 0 || len(t.values) > 1 || types == schema.Array):
		var list []any
		for _, v := range t.values {
			list = append(list, decodeOrKeep(s.Items(), v))
		}
		for _, index := range slices.SortedFunc(maps.Keys(t.parts), compareIndexes) {
			part := t.parts[index]
			if len(part.parts) > 0 {
				list = append(list, part.value(s.Items(), append(path, index), problem))
			}
			for _, v := range part.values {
				list = append(list, decodeOrKeep(s.Items(), v))
			}
		}
		return list
	case len(t.parts) > 0:
		object := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(t.parts)) {
			object[name] = t.parts[name].value(s.Property(name), append(path, name), problem)
		}
		return object
	case len(t.values) > 1:
		problem(path, givenTimes(len(t.values)))
		return nil
	case len(t.values) == 0:
		return nil // every path was invalid
	}
	return decodeOrKeep(s, t.values[0])
}

// compareIndexes sorts 2 before 10.
func compareIndexes(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

func decodeOrKeep(s *schema.Schema, sent string) any {
	types := s.Types()
	if types == schema.Any {
		types = schema.String
	}
	if value, ok := decode(s, types, sent, schema.Request); ok {
		return value
	}
	return sent
}

// fallback is a parameter that newParameter does not support. openapi3filter decodes and validates it.
type fallback struct {
	described *openapi3.Parameter
	schema    *schema.Schema
	route     *routers.Route
}

// names reports whether a query parameter or cookie with this name belongs to f. An exploded object is sent as separate
// parameters, which are named after its properties.
func (f *fallback) names(name string) bool {
	p := f.described
	style, err := p.SerializationMethod()
	if p.In != openapi3.ParameterInQuery && p.In != openapi3.ParameterInCookie || err != nil {
		return false
	}
	if style.Style == openapi3.SerializationForm && style.Explode && p.Schema != nil {
		return name == p.Name || f.schema.Property(name) != nil || len(p.Schema.Value.Properties) == 0 && p.Schema.Value.Type.Is(openapi3.TypeObject)
	}
	return name == p.Name
}

// isGiven reports whether the request contains the parameter or a part of it.
func (f *fallback) isGiven(r *http.Request) bool {
	switch f.described.In {
	case openapi3.ParameterInQuery:
		return slices.ContainsFunc(slices.Collect(maps.Keys(r.URL.Query())), f.names)
	case openapi3.ParameterInHeader:
		return len(r.Header.Values(f.described.Name)) > 0
	case openapi3.ParameterInCookie:
		return slices.ContainsFunc(r.Cookies(), func(c *http.Cookie) bool { return f.names(c.Name) })
	}
	return true
}

func (f *fallback) check(r *http.Request, m *route.Match[*operation], rep *report) {
	p := f.described
	if !p.Required && !f.isGiven(r) {
		return
	}
	at := Problem{In: p.In, Name: p.Name, Reason: noMatch}
	input := &openapi3filter.RequestValidationInput{
		Request: r, Route: f.route, PathParams: map[string]string{}, Options: &openapi3filter.Options{SkipSettingDefaults: true},
	}
	if value, ok := m.Param(p.Name); ok {
		input.PathParams[p.Name] = value
	}
	switch err := openapi3filter.ValidateParameter(r.Context(), input, p); {
	case err == nil:
		return
	case !f.isGiven(r):
		at.Reason = "is required"
	}
	rep.add(at)
}

const noMatch = "does not match its schema"
