package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/api/internal/schema"
	"example.com/cortexscan/api/internal/strictjson"
)

// parameter is a parameter, or a response's header, that is one plain value, a list of them, or JSON text.
type parameter struct {
	in, name   string
	required   bool
	allowEmpty bool
	schema     *schema.Schema
	direction  schema.Direction
	types      schema.TypeSet // of the value, or of an item
	isList     bool
	isJSON     bool
	separator  string // between the items in one text; empty if each has a text of its own
}

// newParameter returns nil for a parameter of another kind: an object, a cookie, an unusual style.
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
	switch {
	case (p.In == openapi3.ParameterInPath || p.In == openapi3.ParameterInHeader) && style.Style == openapi3.SerializationSimple:
		plain.separator = ","
	case p.In != openapi3.ParameterInQuery:
		return nil
	case style.Style == openapi3.SerializationForm && !style.Explode:
		plain.separator = ","
	case style.Style == openapi3.SerializationSpaceDelimited && !style.Explode:
		plain.separator = " "
	case style.Style == openapi3.SerializationPipeDelimited && !style.Explode:
		plain.separator = "|"
	case style.Style == openapi3.SerializationDeepObject:
		return nil
	}
	return plain.of(c.Compile(p.Schema))
}

// newHeader is newParameter for a header of a response.
func newHeader(name string, h *openapi3.Header, c *schema.Compiler) *parameter {
	if h.Schema == nil || h.Schema.Value == nil {
		return nil
	}
	plain := &parameter{in: "response header", name: name, required: h.Required, direction: schema.Response, separator: ","}
	return plain.of(c.Compile(h.Schema))
}

// of completes a parameter by its schema, or returns nil.
func (p *parameter) of(s *schema.Schema) *parameter {
	p.schema, p.types = s, s.Types()
	if p.types == schema.Array {
		p.isList, p.types = true, s.Items().Types()
	}
	if p.types == schema.Any {
		p.types = schema.String // without a type it is text
	}
	if p.types&(schema.Array|schema.Object) != 0 {
		return nil
	}
	return p
}

// givenTimes is the reason for one value that is sent several times.
func givenTimes(n int) string { return fmt.Sprintf("is given %d times; only one is allowed", n) }

// check reports what is wrong with the texts that were sent for the parameter, and returns the value that they are, nil if
// there is none.
func (p *parameter) check(texts []string, rep *report) any {
	at := Problem{In: p.in, Name: p.name}
	if p.isList && len(texts) > 1 && p.in != openapi3.ParameterInQuery {
		texts = []string{strings.Join(texts, ",")} // lines of one header are one list
	}
	switch {
	case len(texts) == 0 && p.required:
		at.Reason = "is required"
	case len(texts) == 0:
		return nil
	case len(texts) > 1 && (!p.isList || p.separator != ""):
		at.Reason = givenTimes(len(texts))
	case len(texts) == 1 && texts[0] == "" && p.allowEmpty:
		return nil
	case slices.ContainsFunc(texts, func(text string) bool { return !utf8.ValidString(text) }):
		at.Reason = "is not valid UTF-8"
	case p.isJSON:
		checkJSON([]byte(texts[0]), at, p.schema, p.direction, rep)
		return nil
	case !p.isList:
		return p.checkOne(texts[0], at, rep)
	case len(texts) == 1 && texts[0] == "":
		at.Reason = "must not be empty"
	default:
		return p.checkList(texts, at, rep)
	}
	rep.add(at)
	return nil
}

func (p *parameter) checkOne(text string, at Problem, rep *report) any {
	value, ok := p.decode(p.schema, text)
	if !ok {
		at.Reason = "must be " + p.schema.Describe()
		if text == "" {
			at.Reason = "must not be empty"
		}
		rep.add(at)
		return nil
	}
	rep.addAll(at, p.schema.Check(value, p.direction, rep.left()))
	return value
}

func (p *parameter) checkList(texts []string, at Problem, rep *report) any {
	if p.separator != "" {
		texts = strings.Split(texts[0], p.separator)
	}
	values := make([]any, 0, len(texts))
	for i, text := range texts {
		if p.in != openapi3.ParameterInQuery {
			text = strings.Trim(text, " \t")
		}
		value, ok := p.decode(p.schema.Items(), text)
		if !ok {
			at.Pointer, at.Reason = pointer([]string{strconv.Itoa(i)}), "must be "+p.schema.Items().Describe()
			rep.add(at)
			continue
		}
		values = append(values, value)
	}
	if len(values) < len(texts) {
		return nil
	}
	rep.addAll(at, p.schema.Check(values, p.direction, rep.left()))
	return values
}

// decode reads a text as a value of one of the parameter's types, if it can as one that the schema accepts.
func (p *parameter) decode(s *schema.Schema, text string) (any, bool) {
	var first any
	found := false
	for _, t := range []schema.TypeSet{schema.Integer, schema.Fraction, schema.Boolean, schema.String} {
		if p.types&t == 0 {
			continue
		}
		value, ok := decodeAs(t, text)
		if !ok {
			continue
		}
		if p.types == t || s.Accepts(value, p.direction) {
			return value, true
		}
		if !found {
			first, found = value, true
		}
	}
	return first, found
}

func decodeAs(t schema.TypeSet, text string) (any, bool) {
	switch t {
	case schema.Integer:
		n, err := strconv.ParseInt(text, 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			return strictjson.Number(strings.TrimPrefix(text, "+")) // for the schema to judge
		}
		return n, err == nil
	case schema.Fraction:
		return strictjson.Number(text)
	case schema.Boolean:
		return text == "true", text == "true" || text == "false"
	}
	return text, true
}

// headerValues returns what arrives of header values: net/http sends them without the space around them.
func headerValues(h http.Header, name string) []string {
	values := h.Values(name)
	for i, v := range values {
		if t := strings.Trim(v, " \t"); t != v {
			values = slices.Clone(values)
			values[i] = t
		}
	}
	return values
}
