package agreement_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// mutate makes one change to a request or response.
func (g *generator) mutate(e *exchange) {
	header, body := e.header, &e.body
	if e.status > 0 {
		header, body = e.responseHeader, &e.response
	}
	kind := g.IntN(16)
	if kind < 7 {
		*body = g.mutateText(*body)
		return
	}
	if kind != 9 {
		e.media = nil
	}
	switch {
	case kind == 7, kind == 8:
		if header.Del("Content-Type"); !g.oneIn(10) {
			header.Set("Content-Type", pick(g, contentTypes))
		}
	case kind == 9 && e.status == 0 && len(header) > 0 && g.oneIn(2):
		header.Del(pickKey(g, header))
	case kind == 9:
		for _, name := range slices.Sorted(maps.Keys(header)) {
			if name != "Content-Type" && name != "Cookie" {
				header.Set(name, pick(g, odd))
			}
		}
	case e.status > 0:
		e.status = pick(g, []int{200, 201, 204, 302, 400, 401, 404, 418, 429, 500, 503})
	case kind == 10 && g.oneIn(2):
		e.method = pick(g, []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"})
	default:
		g.mutateTarget(e)
	}
}

var (
	contentTypes = []string{
		"application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/json; charset=iso-8859-1", "application/json; charset",
		"text/plain", "text/html", "application/problem+json", "application/xml",
	}
	odd = []string{"", "abc", "7", "-1", "1.5", "1e3", "0x10", "true", "null", "a,b", "1,2", "99999999999999999999", "007", "%207", "a%2Fb", "%C3%B6"}
)

func (g *generator) mutateTarget(e *exchange) {
	path, query, _ := strings.Cut(e.target, "?")
	segments, pairs := strings.Split(path, "/"), strings.Split(query, "&")
	i := g.IntN(len(pairs))
	name, _, _ := strings.Cut(pairs[i], "=")
	switch g.IntN(8) {
	case 0:
		path = pick(g, []string{path + "/", path + "//", "/" + path, strings.ToUpper(path), path + "x"})
	case 1:
		segments[1+g.IntN(len(segments)-1)] = pick(g, odd)
		path = strings.Join(segments, "/")
	case 2:
		pairs = slices.Delete(pairs, i, i+1)
	case 3:
		pairs = append(pairs, pairs[i])
	case 4:
		pairs = append(pairs, pick(g, []string{"unknown=1", strings.ToUpper(name) + "=1", "x%20y"}))
	case 5:
		pairs[i] = pick(g, []string{name, name + "=", name + "=%zz", name + "=%ff", name + "=1;2"})
	default:
		pairs[i] = name + "=" + pick(g, odd)
	}
	e.target = path + "?" + strings.Join(pairs, "&")
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
		if g.oneIn(6) {
			delete(v, name)
		} else {
			v[name] = g.mutateValue(v[name])
		}
		return v
	case []any:
		switch i := g.IntN(len(v) + 1); {
		case i == len(v):
			return append(v, g.odd())
		case g.oneIn(3):
			return append(v, v[i])
		case g.oneIn(6):
			return slices.Delete(v, i, i+1)
		default:
			v[i] = g.mutateValue(v[i])
		}
		return v
	}
	return g.odd()
}

func (g *generator) odd() any {
	return pick(g, []any{
		nil, true, "", "text", "7", 7, -1, 0, 1.5, 1e3, json.Number("9223372036854775808"), json.Number("9223372036854775807"), json.Number("1e400"), json.Number("1.0"),
		[]any{}, []any{nil}, []any{"a", "a"}, map[string]any{}, map[string]any{"a": 1},
	})
}
