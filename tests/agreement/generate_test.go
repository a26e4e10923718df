package agreement_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/runtime"
)

// exchange is a request and, if status is not 0, the response to validate.
type exchange struct {
	method, target    string
	status            int
	request, response message
}

type message struct {
	header http.Header
	body   string
	media  *openapi3.MediaType // the media type of a JSON body, otherwise nil
}

func (e *exchange) validated() *message {
	if e.status > 0 {
		return &e.response
	}
	return &e.request
}

func (e exchange) String() string {
	return fmt.Sprintf("%s %s %v %s\nresponse: %d %v %s", e.method, e.target, e.request.header, e.request.body, e.status, e.response.header, e.response.body)
}

func (e exchange) http() *http.Request {
	r := must(http.NewRequest(e.method, "https://api-acme.example"+e.target, strings.NewReader(e.request.body)))
	r.Header = e.request.header.Clone()
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
	e := exchange{method: method, target: path, request: message{header: http.Header{}}}
	g.addParameters(&e, slices.Concat(item.Parameters, op.Parameters))
	if body := op.RequestBody; body != nil && (body.Value.Required || !g.oneIn(4)) {
		g.addBody(&e.request, body.Value.Content)
	}
	if method != "HEAD" && g.oneIn(2) { // responses to HEAD have no body
		key := pickKey(g, op.Responses.Map())
		e.status = must(strconv.Atoi(strings.NewReplacer("XX", "01", "default", "503").Replace(key)))
		e.response.header = http.Header{}
		described := op.Responses.Value(key).Value
		for _, name := range slices.Sorted(maps.Keys(described.Headers)) {
			if h := described.Headers[name].Value; h.Schema != nil && (h.Required || g.oneIn(2)) {
				e.response.header.Set(name, scalar(g.value(h.Schema.Value, 0)))
			}
		}
		if len(described.Content) > 0 {
			g.addBody(&e.response, described.Content)
		}
	}
	for range g.IntN(3) {
		g.mutate(&e)
	}
	return e
}

func (g *generator) addParameters(e *exchange, parameters openapi3.Parameters) {
	separator := "?"
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
			e.target += separator + text
			separator = "&"
		case "header":
			e.request.header.Set(p.Name, text)
		case "cookie":
			e.request.header.Add("Cookie", text)
		}
	}
}

// styled encodes the value of a parameter as the client does. The result includes the name of a query or cookie parameter.
func styled(p *openapi3.Parameter, v any) string {
	if p.Schema == nil {
		return p.Name + "=" + url.QueryEscape(encode(v))
	}
	style := must(p.SerializationMethod())
	places := map[string]runtime.ParamLocation{"path": runtime.ParamLocationPath, "query": runtime.ParamLocationQuery}
	s := must(runtime.StyleParamWithOptions(style.Style, style.Explode, p.Name, v, runtime.StyleParamOptions{ParamLocation: places[p.In]}))
	return strings.ReplaceAll(s, " ", "%20")
}

func isJSON(mediaType string) bool { return strings.Contains(mediaType, "json") }

// addBody adds a body of one of the media types and sets the Content-Type.
func (g *generator) addBody(m *message, all openapi3.Content) {
	key := pickKey(g, all)
	mediaType := strings.NewReplacer("*/*", "application/json", "/*", "/json").Replace(key)
	m.header.Set("Content-Type", mediaType)
	if all[key].Schema == nil {
		m.body = "{}"
		return
	}
	v := g.value(all[key].Schema.Value, 0)
	if examples := all[key].Examples; len(examples) > 0 && g.oneIn(3) {
		v = examples[pickKey(g, examples)].Value.Value
	}
	object, _ := v.(map[string]any)
	switch {
	case isJSON(mediaType):
		if m.body = encode(v); isJSON(key) {
			m.media = all[key]
		}
	case strings.HasPrefix(mediaType, "application/x-www-form-urlencoded"):
		form := url.Values{}
		for name, property := range object {
			form.Set(name, scalar(property))
		}
		m.body = form.Encode()
	default:
		m.body = scalar(v)
	}
}

func encode(v any) string { return string(must(json.Marshal(v))) }

func scalar(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return encode(v)
}

// value generates a value that the schema usually accepts.
func (g *generator) value(s *openapi3.Schema, depth int) any {
	switch {
	case (s.Nullable || s.Type == nil) && g.oneIn(6):
		return nil
	case s.Example != nil && g.oneIn(2):
		return s.Example
	case s.Type.Is("array"):
		items := []any{}
		for range int(s.MinItems) + g.IntN(3) {
			if depth < 4 {
				items = append(items, g.value(s.Items.Value, depth+1))
			}
		}
		return items
	}
	parts := slices.Clone(s.AllOf)
	if alternatives := slices.Concat(s.OneOf, s.AnyOf); len(alternatives) > 0 {
		parts = append(parts, pick(g, alternatives))
		if g.oneIn(6) { // a value that matches two alternatives is valid only for anyOf
			parts = append(parts, pick(g, alternatives))
		}
	}
	var v any
	object := map[string]any{}
	for _, part := range parts {
		v = g.value(part.Value, depth)
		properties, _ := v.(map[string]any)
		maps.Copy(object, properties)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, name) || depth < 3 && g.oneIn(2) {
			object[name] = g.value(s.Properties[name].Value, depth+1)
		}
	}
	if extra := s.AdditionalProperties.Schema; extra != nil && depth < 3 && g.oneIn(2) {
		object["extra"] = g.value(extra.Value, depth+1)
	}
	if s.Discriminator != nil && len(object) > 0 {
		object[s.Discriminator.PropertyName] = pickKey(g, s.Discriminator.Mapping)
	}
	switch {
	case len(object) > 0, s.Type.Is("object"):
		return object
	case len(parts) > 0:
		return v
	}
	return g.plain(s)
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
	var bounds []any
	for _, length := range []*uint64{&s.MinLength, s.MaxLength} {
		if length != nil && *length > 0 {
			letter, n := pick(g, []string{"x", "ö"}), int(*length)
			bounds = append(bounds, strings.Repeat(letter, n-1), strings.Repeat(letter, n), strings.Repeat(letter, n+1))
		}
	}
	for _, bound := range []*float64{s.Min, s.Max, s.MultipleOf} {
		if bound != nil {
			bounds = append(bounds, *bound-1, *bound, *bound+1, *bound*2.5)
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
