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

// exchange is a request or, if status is not 0, a response. media is the media type of a JSON body, and is otherwise nil.
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
	return fmt.Sprintf("%s %s %v %s\nresponse: %d %v %s", e.method, e.target, e.header, e.body, e.status, e.responseHeader, e.response)
}

func (e exchange) request() *http.Request {
	r, err := http.NewRequest(e.method, "https://api-acme.example"+e.target, strings.NewReader(e.body))
	if err != nil {
		panic(fmt.Sprintf("%s: %v", e, err)) // a mistake in the generator
	}
	r.Header = e.header.Clone()
	return r
}

// generator generates exchanges for a document. Most exchanges are valid before they are mutated.
type generator struct {
	*rand.Rand
	doc *openapi3.T
}

func (g *generator) oneIn(n int) bool { return g.IntN(n) == 0 }

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

func pickKey[T any](g *generator, m map[string]T) string { return pick(g, slices.Sorted(maps.Keys(m))) }

// exchange returns a request or a response with up to two mutations.
func (g *generator) exchange() exchange {
	path := pickKey(g, g.doc.Paths.Map())
	item := g.doc.Paths.Value(path)
	method := pickKey(g, item.Operations())
	op := item.GetOperation(method)
	e := exchange{method: method, target: path, header: http.Header{}}
	g.fillRequest(&e, op, slices.Concat(item.Parameters, op.Parameters))
	if method != "HEAD" && g.oneIn(2) { // responses to HEAD have no body
		g.fillResponse(&e, op)
	}
	for range g.IntN(3) {
		g.mutate(&e)
	}
	return e
}

func (g *generator) fillRequest(e *exchange, op *openapi3.Operation, parameters openapi3.Parameters) {
	var query []string
	for _, ref := range parameters {
		p := ref.Value
		schema := p.Schema
		if media := p.Content.Get("application/json"); media != nil {
			schema = media.Schema
		}
		if !p.Required && g.oneIn(3) || schema == nil {
			continue
		}
		v := g.value(schema.Value, 0)
		if list, isList := v.([]any); v == nil || isList && len(list) == 0 { // no style can encode null or an empty list
			continue
		}
		switch text := styled(p, v); p.In {
		case "path":
			e.target = strings.ReplaceAll(e.target, "{"+p.Name+"}", text)
		case "query":
			query = append(query, text)
		case "header":
			e.header.Set(p.Name, text)
		case "cookie":
			e.header.Add("Cookie", text)
		}
	}
	if len(query) > 0 {
		e.target += "?" + strings.Join(query, "&")
	}
	if op.RequestBody != nil && (op.RequestBody.Value.Required || !g.oneIn(4)) {
		e.media, e.body = g.content(op.RequestBody.Value.Content, e.header)
	}
}

func (g *generator) fillResponse(e *exchange, op *openapi3.Operation) {
	key := pickKey(g, op.Responses.Map())
	described := op.Responses.Value(key).Value
	if _, err := fmt.Sscan(strings.NewReplacer("XX", "01", "default", "503").Replace(key), &e.status); err != nil {
		panic(err)
	}
	e.responseHeader, e.media = http.Header{}, nil
	for _, name := range slices.Sorted(maps.Keys(described.Headers)) {
		if h := described.Headers[name].Value; h.Schema != nil && (h.Required || g.oneIn(2)) {
			e.responseHeader.Set(name, scalar(g.value(h.Schema.Value, 0)))
		}
	}
	if len(described.Content) > 0 {
		e.media, e.response = g.content(described.Content, e.responseHeader)
	}
}

func isJSON(mediaType string) bool { return strings.Contains(mediaType, "json") }

// content generates a body of one of the media types and sets the Content-Type.
func (g *generator) content(all openapi3.Content, header http.Header) (media *openapi3.MediaType, body string) {
	key := pickKey(g, all)
	mediaType := strings.Replace(strings.Replace(key, "*/*", "application/json", 1), "/*", "/json", 1)
	header.Set("Content-Type", mediaType)
	if all[key].Schema == nil {
		return nil, "{}"
	}
	v := g.value(all[key].Schema.Value, 0)
	switch object, _ := v.(map[string]any); {
	case isJSON(mediaType) && isJSON(key):
		return all[key], encode(v)
	case strings.HasPrefix(mediaType, "application/x-www-form-urlencoded"):
		form := url.Values{}
		for name, property := range object {
			form.Set(name, scalar(property))
		}
		return nil, form.Encode()
	case isJSON(mediaType):
		return nil, encode(v)
	}
	return nil, scalar(v)
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
	return encode(v)
}

// styled encodes the value of a parameter as the client does. The result includes the name of a query or cookie parameter.
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
	switch {
	case (s.Nullable || s.Type == nil) && g.oneIn(6):
		return nil
	case s.Example != nil && g.oneIn(2):
		return s.Example
	}
	var v any
	if alternatives := slices.Concat(s.OneOf, s.AnyOf); len(alternatives) > 0 {
		form := pick(g, alternatives)
		v = g.value(form.Value, depth)
		if g.oneIn(6) { // a value that matches two alternatives is valid only for anyOf
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
	switch {
	case s.Type.Is("array"):
		items := []any{}
		for range int(s.MinItems) + g.IntN(3) {
			if depth < 4 {
				items = append(items, g.value(s.Items.Value, depth+1))
			}
		}
		return items
	case s.Type.Is("object"), len(s.Properties) > 0:
		return merge(v, g.object(s, depth))
	case v != nil:
		return v
	}
	return g.plain(s)
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

func (g *generator) object(s *openapi3.Schema, depth int) map[string]any {
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

// valid contains a valid string for each format.
var valid = map[string]any{
	"date": "2026-02-03", "date-time": "2026-02-03T04:05:06Z", "uuid": "123e4567-e89b-12d3-a456-426614174000",
	"byte": "eHl6", "email": "analyst@example.com", "ipv4": "192.0.2.1", "uri": "https://example.com/",
}

// plain returns a value that the schema usually accepts, or a value near one of the schema's bounds.
func (g *generator) plain(s *openapi3.Schema) any {
	if v := valid[s.Format]; v != nil && !g.oneIn(12) {
		return v
	}
	letter := pick(g, []string{"x", "ö"})
	var bounds []any
	for _, length := range []*uint64{&s.MinLength, s.MaxLength} {
		if length != nil && *length > 0 {
			n := int(*length)
			bounds = append(bounds, strings.Repeat(letter, n-1), strings.Repeat(letter, n), strings.Repeat(letter, n+1))
		}
	}
	for _, bound := range []*float64{s.Min, s.Max, s.MultipleOf} {
		if bound != nil {
			bounds = append(bounds, *bound-1, *bound, *bound+1, *bound/2)
		}
	}
	accepted := slices.DeleteFunc(slices.Concat(s.Enum, bounds, []any{
		true, false, 0.0, 5.0, 7.0, 19.5, "laptop-17", "größer", "x y", "abc", "0", "true",
		json.Number("9223372036854775808"), []any{1.0}, map[string]any{"a": "b"},
	}), func(v any) bool { return s.VisitJSON(v) != nil })
	switch {
	case len(bounds) > 0 && g.oneIn(3):
		return pick(g, bounds)
	case len(accepted) == 0:
		return "x"
	}
	return pick(g, accepted)
}
