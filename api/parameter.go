package api

import (
	"errors"
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

var separators = map[string]string{
	openapi3.SerializationSimple: ",", openapi3.SerializationForm: ",", openapi3.SerializationSpaceDelimited: " ", openapi3.SerializationPipeDelimited: "|",
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
	separator, isKnown := separators[style.Style]
	if !isKnown || p.In == openapi3.ParameterInCookie {
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
		plain.types = schema.String // without a type it is text
	case plain.types&(schema.Array|schema.Object) != 0:
		return nil
	}
	return plain
}

// newHeader is newParameter for a header of a response.
func newHeader(name string, h *openapi3.Header, c *schema.Compiler) *parameter {
	described := h.Parameter
	described.In, described.Name = openapi3.ParameterInHeader, name
	plain := newParameter(&described, c)
	if plain != nil {
		plain.in, plain.direction = "response header", schema.Response
	}
	return plain
}

// check reports what is wrong with the texts that were sent for the parameter.
func (p *parameter) check(texts []string, rep *report) {
	at := Problem{In: p.in, Name: p.name}
	if p.isList && len(texts) > 1 && p.in != openapi3.ParameterInQuery {
		texts = []string{strings.Join(texts, ",")} // lines of one header are one list
	}
	switch {
	case len(texts) == 0 && p.required:
		at.Reason = "is required"
	case len(texts) == 0:
		return
	case len(texts) > 1 && (!p.isList || p.separator != ""):
		at.Reason = givenTimes(len(texts))
	case len(texts) == 1 && texts[0] == "" && p.allowEmpty:
		return
	case slices.ContainsFunc(texts, func(text string) bool { return !utf8.ValidString(text) }):
		at.Reason = "is not valid UTF-8"
	case p.isJSON:
		rep.checkJSON([]byte(texts[0]), at, p.schema, p.direction)
		return
	case p.isList && len(texts) == 1 && texts[0] == "":
		at.Reason = "must not be empty"
	default:
		p.checkValue(texts, at, rep)
		return
	}
	rep.add(at)
}

// checkValue decodes the texts and checks the value that they are.
func (p *parameter) checkValue(texts []string, at Problem, rep *report) {
	item := p.schema
	if p.isList {
		item = p.schema.Items()
		if p.separator != "" {
			texts = strings.Split(texts[0], p.separator)
		}
	}
	values := make([]any, 0, len(texts))
	for i, text := range texts {
		if p.in != openapi3.ParameterInQuery {
			text = strings.Trim(text, " \t")
		}
		value, ok := p.decode(item, text)
		if ok {
			values = append(values, value)
			continue
		}
		if at.Reason = "must be " + item.Describe(); text == "" {
			at.Reason = "must not be empty"
		}
		if p.isList {
			at.Pointer = pointer([]string{strconv.Itoa(i)})
		}
		rep.add(at)
	}
	switch {
	case len(values) < len(texts):
	case p.isList:
		rep.check(values, at, p.schema, p.direction)
	default:
		rep.check(values[0], at, p.schema, p.direction)
	}
}

// decode reads a text as a value of one of the parameter's types, if it can as one that the schema accepts.
func (p *parameter) decode(s *schema.Schema, text string) (value any, found bool) {
	for _, t := range []schema.TypeSet{schema.Integer, schema.Fraction, schema.Boolean, schema.String} {
		if p.types&t == 0 {
			continue
		}
		v, ok := decodeAs(t, text)
		if ok && (p.types == t || s.Accepts(v, p.direction)) {
			return v, true
		}
		if ok && !found {
			value, found = v, true
		}
	}
	return value, found
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
