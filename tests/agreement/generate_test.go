package agreement_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/runtime"
)

// exchange is a request or, if it has a status, a response. Its media type is nil if a mutation may have changed it.
type exchange struct {
	method, target string
	header         http.Header
	body           string
	media          *openapi3.MediaType

	status         int
	responseHeader http.Header
	response       string
}

func (e exchange) String() string {
	if e.status > 0 {
		return fmt.Sprintf("response to %s %s: %d %v %s", e.method, e.target, e.status, e.responseHeader, e.response)
	}
	return fmt.Sprintf("%s %s %v %s", e.method, e.target, e.header, e.body)
}

func (e exchange) request() *http.Request {
	r, err := http.NewRequest(e.method, "https://api-acme.example"+e.target, strings.NewReader(e.body))
	if err != nil {
		panic(fmt.Sprintf("%s: %v", e, err)) // the generator's fault
	}
	r.Header = e.header.Clone()
	return r
}

// generator generates exchanges for a document: first mostly valid ones, then mutations of them.
type generator struct {
	*rand.Rand
	doc *openapi3.T
}

func (g *generator) oneIn(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

// operation picks an operation of the document.
func (g *generator) operation() (path, method string, item *openapi3.PathItem, op *openapi3.Operation) {
	path = pick(g, slices.Sorted(maps.Keys(g.doc.Paths.Map())))
	item = g.doc.Paths.Value(path)
	method = pick(g, slices.Sorted(maps.Keys(item.Operations())))
	return path, method, item, item.GetOperation(method)
}

func (g *generator) requestOf(path, method string, item *openapi3.PathItem, op *openapi3.Operation) exchange {
	e := exchange{method: method, header: http.Header{}}
	var query []string
	for _, ref := range slices.Concat(item.Parameters, op.Parameters) {
		p := ref.Value
		schema := p.Schema
		if media := p.Content.Get("application/json"); media != nil {
			schema = media.Schema
		}
		if !p.Required && g.oneIn(3) || schema == nil {
			continue
		}
		v := g.value(schema.Value, 0)
		if list, isList := v.([]any); v == nil || isList && len(list) == 0 { // no style can express these
			continue
		}
		switch text := styled(p, v); p.In {
		case "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", text)
		case "query":
			query = append(query, text)
		case "header":
			e.header.Set(p.Name, text)
		case "cookie":
			e.header.Add("Cookie", text)
		}
	}
	if e.target = path; len(query) > 0 {
		e.target += "?" + strings.Join(query, "&")
	}
	if op.RequestBody != nil && (op.RequestBody.Value.Required || !g.oneIn(4)) {
		key := pick(g, slices.Sorted(maps.Keys(op.RequestBody.Value.Content)))
		e.header.Set("Content-Type", strings.Replace(strings.Replace(key, "*/*", "application/json", 1), "/*", "/json", 1))
		e.media = op.RequestBody.Value.Content[key]
		e.body = g.text(e.media, e.header.Get("Content-Type"))
	}
	return e
}

func (g *generator) responseTo(e exchange, op *openapi3.Operation) exchange {
	key := pick(g, slices.Sorted(maps.Keys(op.Responses.Map())))
	described := op.Responses.Value(key).Value
	status := strings.NewReplacer("XX", "01", "default", "503").Replace(key)
	if _, err := fmt.Sscan(status, &e.status); err != nil {
		panic(err)
	}
	e.responseHeader, e.media = http.Header{}, nil
	for _, name := range slices.Sorted(maps.Keys(described.Headers)) {
		if h := described.Headers[name].Value; h.Schema != nil && (h.Required || g.oneIn(2)) {
			e.responseHeader.Set(name, scalar(g.value(h.Schema.Value, 0)))
		}
	}
	if len(described.Content) > 0 {
		key := pick(g, slices.Sorted(maps.Keys(described.Content)))
		e.responseHeader.Set("Content-Type", strings.Replace(strings.Replace(key, "*/*", "application/json", 1), "/*", "/json", 1))
		e.media = described.Content[key]
		e.response = g.text(e.media, e.responseHeader.Get("Content-Type"))
	}
	return e
}

func isJSON(mediaType string) bool { return strings.Contains(mediaType, "json") }

// text encodes a value as a media type.
func (g *generator) text(media *openapi3.MediaType, mediaType string) string {
	if media.Schema == nil {
		return "{}"
	}
	v := g.value(media.Schema.Value, 0)
	switch {
	case isJSON(mediaType):
		return encode(v)
	case strings.HasPrefix(mediaType, "application/x-www-form-urlencoded"):
		form := url.Values{}
		if object, ok := v.(map[string]any); ok {
			for name, property := range object {
				form.Set(name, scalar(property))
			}
		}
		return form.Encode()
	case strings.HasPrefix(mediaType, "multipart/"):
		return "no multipart"
	}
	return scalar(v)
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func scalar(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return strings.Trim(encode(v), `"`)
}

// styled encodes a value of a parameter as the client does: with the parameter's name, unless it is in the path or a header.
func styled(p *openapi3.Parameter, v any) string {
	if p.Schema == nil {
		return p.Name + "=" + url.QueryEscape(encode(v))
	}
	style, err := p.SerializationMethod()
	if err != nil {
		panic(err)
	}
	places := map[string]runtime.ParamLocation{"path": runtime.ParamLocationPath, "query": runtime.ParamLocationQuery}
	s, err := runtime.StyleParamWithOptions(style.Style, style.Explode, p.Name, v, runtime.StyleParamOptions{ParamLocation: places[p.In]})
	if err != nil {
		panic(err)
	}
	return strings.ReplaceAll(s, " ", "%20")
}

// value generates a value that the schema usually accepts.
func (g *generator) value(s *openapi3.Schema, depth int) any {
	known, _ := s.Extensions["x-known-values"].([]any)
	switch {
	case s.Nullable && g.oneIn(6):
		return nil
	case len(s.Enum) > 0:
		return pick(g, s.Enum)
	case len(known) > 0 && !g.oneIn(4):
		return pick(g, known)
	case s.Example != nil && g.oneIn(2):
		return s.Example
	}
	var v any
	if alternatives := slices.Concat(s.OneOf, s.AnyOf); len(alternatives) > 0 {
		form := pick(g, alternatives)
		v = g.value(form.Value, depth)
		if g.oneIn(6) { // a match of two alternatives is valid for anyOf only
			v = merge(v, g.value(pick(g, alternatives).Value, depth))
		}
		if object, ok := v.(map[string]any); ok && s.Discriminator != nil {
			for _, word := range slices.Sorted(maps.Keys(s.Discriminator.Mapping)) {
				if s.Discriminator.Mapping[word].Ref == form.Ref {
					object[s.Discriminator.PropertyName] = word
				}
			}
		}
	}
	for _, part := range s.AllOf {
		v = merge(v, g.value(part.Value, depth))
	}
	if s.Type == nil && len(s.Properties) == 0 {
		if len(s.OneOf)+len(s.AnyOf)+len(s.AllOf) == 0 {
			return pick(g, []any{nil, true, 7, "text", []any{1}, map[string]any{"a": "b"}})
		}
		return v
	}
	return merge(v, g.typed(s, depth))
}

func merge(a, b any) any {
	into, isObject := a.(map[string]any)
	from, both := b.(map[string]any)
	switch {
	case isObject && both:
		maps.Copy(into, from)
		return into
	case a == nil:
		return b
	}
	return a
}

func (g *generator) typed(s *openapi3.Schema, depth int) any {
	switch {
	case s.Type.Is("boolean"):
		return g.oneIn(2)
	case s.Type.Is("integer"), s.Type.Is("number"):
		n := g.IntN(20)
		if s.Min != nil {
			n += int(*s.Min) + 1
		}
		if s.Max != nil && float64(n) >= *s.Max {
			n = int(*s.Max) - 1
		}
		if s.MultipleOf != nil {
			n = int(*s.MultipleOf) * n
		}
		if s.Type.Is("number") && s.MultipleOf == nil && g.oneIn(3) {
			return float64(n) + 0.5
		}
		return n
	case s.Type.Is("string"):
		switch s.Format {
		case "date":
			return "2026-02-03"
		case "date-time":
			return "2026-02-03T04:05:06Z"
		case "uuid":
			return "123e4567-e89b-12d3-a456-426614174000"
		}
		text := pick(g, []string{"laptop-17", "a", "größer", "x y", "0", "true"})
		for uint64(len(text)) < s.MinLength {
			text += "x"
		}
		if s.MaxLength != nil && uint64(len(text)) > *s.MaxLength {
			text = text[:*s.MaxLength]
		}
		return text
	case s.Type.Is("array"):
		items := []any{}
		for range int(s.MinItems) + g.IntN(3) {
			if depth < 4 {
				items = append(items, g.value(s.Items.Value, depth+1))
			}
		}
		return items
	}
	object := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, name) || depth < 3 && g.oneIn(2) {
			object[name] = g.value(s.Properties[name].Value, depth+1)
		}
	}
	if extra := s.AdditionalProperties.Schema; extra != nil && depth < 3 && g.oneIn(2) {
		object["extra"] = g.value(extra.Value, depth+1)
	}
	return object
}
