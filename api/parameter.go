package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// parameter is a parameter, or a response's header, that is one plain value or a list of them.
type parameter struct {
	in, name   string
	required   bool
	allowEmpty bool
	rule       rule
	kinds      kinds // of the value, or of an item
	isList     bool
	separator  string // between the items in one text; empty where each has a text of its own
}

// newParameter returns nil for a parameter of another kind: an object, JSON text, a cookie, an exotic style.
func newParameter(p *openapi3.Parameter) *parameter {
	style, err := p.SerializationMethod()
	if p.Schema == nil || p.Schema.Value == nil || err != nil {
		return nil
	}
	known := &parameter{in: p.In, name: p.Name, required: p.Required, allowEmpty: p.AllowEmptyValue, rule: newRule(p.Schema, inRequest)}
	switch {
	case (p.In == openapi3.ParameterInPath || p.In == openapi3.ParameterInHeader) && style.Style == openapi3.SerializationSimple:
		known.separator = ","
	case p.In != openapi3.ParameterInQuery:
		return nil
	case style.Style == openapi3.SerializationForm && !style.Explode:
		known.separator = ","
	case style.Style == openapi3.SerializationSpaceDelimited && !style.Explode:
		known.separator = " "
	case style.Style == openapi3.SerializationPipeDelimited && !style.Explode:
		known.separator = "|"
	case style.Style == openapi3.SerializationDeepObject:
		return nil
	}
	return known.typed()
}

// newHeader is newParameter for a header of a response.
func newHeader(name string, h *openapi3.Header) *parameter {
	if h.Schema == nil || h.Schema.Value == nil {
		return nil
	}
	known := &parameter{in: "response header", name: name, required: h.Required, rule: newRule(h.Schema, inResponse), separator: ","}
	return known.typed()
}

// typed completes a parameter by its schema, or returns nil.
func (p *parameter) typed() *parameter {
	p.kinds = kindsOf(p.rule.ref, 0)
	if p.kinds == kindArray {
		p.isList = true
		p.kinds = kindsOf(p.rule.ref.Value.Items, 0)
	}
	if p.kinds == kindAny {
		p.kinds = kindString // without a type it is text
	}
	if p.kinds&(kindArray|kindObject) != 0 {
		return nil
	}
	return p
}

// check reports what is wrong with the texts that were given for the parameter.
func (p *parameter) check(texts []string, rep *report) {
	at := Problem{In: p.in, Name: p.name}
	if p.isList && len(texts) > 1 && p.in != openapi3.ParameterInQuery {
		texts = []string{strings.Join(texts, ",")} // lines of one header are one list
	}
	fail := func(reason string) {
		at.Reason = reason
		rep.add(at)
	}
	switch {
	case len(texts) == 0 && p.required:
		fail("is required")
		return
	case len(texts) == 0:
		return
	case len(texts) > 1 && (!p.isList || p.separator != ""):
		fail("is given " + strconv.Itoa(len(texts)) + " times, and one is meant")
		return
	case len(texts) == 1 && texts[0] == "" && p.allowEmpty:
		return
	}
	for _, text := range texts {
		if !utf8.ValidString(text) {
			fail("is not valid UTF-8")
			return
		}
	}
	if !p.isList {
		p.checkOne(texts[0], at, rep)
		return
	}
	if len(texts) == 1 && texts[0] == "" {
		fail("must not be empty")
		return
	}
	if p.separator != "" {
		texts = strings.Split(texts[0], p.separator)
	}
	p.checkList(texts, at, rep)
}

func (p *parameter) checkOne(text string, at Problem, rep *report) {
	value, ok := p.decode(p.rule, text)
	if !ok {
		at.Reason = "must be " + describe(p.rule.ref)
		if text == "" {
			at.Reason = "must not be empty"
		}
		rep.add(at)
		return
	}
	p.rule.check(value, at, rep)
}

func (p *parameter) checkList(texts []string, at Problem, rep *report) {
	items := rule{ref: p.rule.ref.Value.Items, direction: p.rule.direction}
	values := make([]any, 0, len(texts))
	for i, text := range texts {
		if p.in != openapi3.ParameterInQuery {
			text = strings.Trim(text, " \t")
		}
		value, ok := p.decode(items, text)
		if !ok {
			at.Pointer, at.Reason = pointer{item(i)}.String(), "must be "+describe(items.ref)
			rep.add(at)
			continue
		}
		values = append(values, value)
	}
	if len(values) == len(texts) {
		p.rule.check(values, at, rep)
	}
}

// decode reads a text as a value of one of the parameter's types, if it can as one that the rule accepts.
func (p *parameter) decode(r rule, text string) (any, bool) {
	var first any
	found := false
	for _, kind := range []kinds{kindInteger, kindFraction, kindBoolean, kindString} {
		if p.kinds&kind == 0 {
			continue
		}
		value, ok := decodeAs(kind, text)
		if !ok {
			continue
		}
		if p.kinds == kind || r.ref != nil && r.accepts(value) {
			return value, true
		}
		if !found {
			first, found = value, true
		}
	}
	return first, found
}

func decodeAs(kind kinds, text string) (any, bool) {
	switch kind {
	case kindInteger:
		n, err := strconv.ParseInt(text, 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			return number(text), true // for the schema to judge
		}
		return n, err == nil
	case kindFraction:
		if text == "" || numberSize(text) != len(text) {
			return nil, false
		}
		return number(text), true
	case kindBoolean:
		return text == "true", text == "true" || text == "false"
	}
	return text, true
}

// checkParameters checks those in path and header.
func (m match) checkParameters(header http.Header, rep *report) {
	for _, p := range m.parameters {
		if p.in == openapi3.ParameterInPath {
			i := slices.Index(m.path.names, p.name)
			if i >= 0 && m.values[i] != "" {
				p.check(m.values[i:i+1], rep)
			} else {
				rep.add(Problem{In: p.in, Name: p.name, Reason: "must not be empty"})
			}
			continue
		}
		p.check(trimmed(header.Values(p.name)), rep)
	}
}

// trimmed is what arrives of header values: net/http sends them without the space around them.
func trimmed(values []string) []string {
	for i, v := range values {
		if t := strings.Trim(v, " \t"); t != v {
			values = slices.Clone(values)
			values[i] = t
		}
	}
	return values
}
