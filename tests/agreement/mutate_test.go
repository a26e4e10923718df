package agreement_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// mutate makes one change to the message that is validated.
func (g *generator) mutate(e *exchange) {
	m := e.validated()
	kind := g.IntN(16)
	if kind > 5 {
		m.media = nil // another schema may apply
	}
	switch {
	case kind < 5:
		m.body = g.mutateText(m.body)
	case kind == 5:
		for _, name := range slices.Sorted(maps.Keys(m.header)) {
			if name != "Content-Type" && name != "Cookie" {
				m.header.Set(name, scalar(g.odd()))
			}
		}
	case kind == 6 && len(m.header) > 0:
		m.header.Del(pickKey(g, m.header))
	case kind < 9:
		m.header.Set("Content-Type", pick(g, []string{
			"application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/json; charset=iso-8859-1", "application/json; charset",
			"text/plain", "text/html", "application/problem+json", "application/xml",
		}))
	case e.status > 0:
		e.status = pick(g, []int{200, 201, 204, 302, 400, 401, 404, 418, 429, 500, 503})
	case kind == 9:
		e.method = pick(g, []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"})
	default:
		g.mutateTarget(e)
	}
}

var segmentOrPair = regexp.MustCompile(`[/?&][^/?&]*`)

func (g *generator) mutateTarget(e *exchange) {
	parts := segmentOrPair.FindAllString(e.target, -1)
	i := max(g.IntN(len(parts)), g.IntN(len(parts))) // the parameters are at the end
	name, _, isPair := strings.Cut(parts[i], "=")
	switch g.IntN(8) {
	case 0:
		parts = slices.Delete(parts, i, i+1)
	case 1:
		parts = append(parts, "&"+parts[i][1:])
	case 2:
		parts = append(parts, pick(g, []string{"&unknown=1", "/", "//"}))
	case 3:
		if parts[i][0] == '/' {
			parts[i] += "x"
		} else {
			parts[i] += pick(g, []string{"x", "=", "%zz", "=%zz", "%ff", ";2"})
		}
	case 4:
		parts[i] = strings.ToUpper(parts[i])
	default:
		if parts[i] = parts[i][:1] + scalar(g.odd()); isPair {
			parts[i] = name + "=" + parts[i][1:]
		}
	}
	e.target = strings.Join(parts, "")
	if !strings.Contains(e.target, "?") {
		e.target = strings.Replace(e.target, "&", "?", 1)
	}
}

// mutateText usually changes the value that a JSON text represents, and sometimes the text itself. It replaces other text.
func (g *generator) mutateText(text string) string {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return pick(g, []string{"", "text", "{}", "a=1", "7"})
	}
	switch object, _ := v.(map[string]any); g.IntN(14) {
	case 0:
		return pick(g, []string{"", "null", "[]", "{}", "7", `"text"`, "<html>"})
	case 1:
		return text[:len(text)/2]
	case 2:
		return text + pick(g, []string{"{}", " x", ",", " \n"})
	case 3:
		if len(object) > 0 { // repeats a name and its value
			name := pickKey(g, object)
			return "{" + encode(name) + ":" + encode(object[name]) + "," + text[1:]
		}
	}
	return encode(g.mutateValue(v))
}

// mutateValue changes, adds or deletes a value at a random place.
func (g *generator) mutateValue(v any) any {
	if g.oneIn(6) {
		return g.odd()
	}
	switch v := v.(type) {
	case map[string]any:
		name := pick(g, append(slices.Sorted(maps.Keys(v)), "unknown"))
		if v[name] = g.mutateValue(v[name]); g.oneIn(6) {
			delete(v, name)
		}
		return v
	case []any:
		if len(v) == 0 {
			return append(v, g.odd())
		}
		i := g.IntN(len(v))
		switch g.IntN(4) {
		case 0:
			return append(v, v[i])
		case 1:
			return slices.Delete(v, i, i+1)
		}
		v[i] = g.mutateValue(v[i])
		return v
	}
	return g.odd()
}

func (g *generator) odd() any {
	return pick(g, []any{
		nil, true, "", "text", "7", 7, -1, 2.25, json.Number("1e3"), json.Number("9223372036854775808"), json.Number("9223372036854775807"), json.Number("1e400"), json.Number("1.0"),
		[]any{}, []any{nil}, []any{"a", "a"}, map[string]any{}, map[string]any{"a": 1},
		"a,b", "1,2", "99999999999999999999", "007", "0x10", "%207", "a%2Fb", "%C3%B6",
	})
}
