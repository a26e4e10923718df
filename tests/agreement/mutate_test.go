package agreement_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// mutate changes one thing in a request or response.
func (g *generator) mutate(e exchange) exchange {
	e.header, e.responseHeader = e.header.Clone(), e.responseHeader.Clone()
	if e.status > 0 {
		switch g.IntN(8) {
		case 0:
			e.media = nil
			e.status = pick(g, []int{200, 201, 204, 302, 400, 401, 404, 418, 429, 500, 503})
		case 1:
			e.media = nil
			setContentType(e.responseHeader, pick(g, contentTypes))
		case 2:
			for _, name := range slices.Sorted(maps.Keys(e.responseHeader)) {
				if name != "Content-Type" {
					e.responseHeader.Set(name, pick(g, odd))
				}
			}
		default:
			e.response = g.mutateText(e.response)
		}
		return e
	}
	path, query, _ := strings.Cut(e.target, "?")
	kind := g.IntN(12)
	if kind < 3 || kind == 6 || kind == 7 {
		e.media = nil
	}
	switch kind {
	case 0:
		e.method = pick(g, []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"})
	case 1:
		e.target = pick(g, []string{path + "/", "/" + path, strings.ToUpper(path), path + "x"}) + "?" + query
	case 2:
		segments := strings.Split(path, "/")
		segments[1+g.IntN(len(segments)-1)] = pick(g, []string{"abc", "", "7", "a%2Fb", "a%20b", "1.5", "true", "%C3%B6"})
		e.target = strings.Join(segments, "/") + "?" + query
	case 3, 4, 5:
		e.target = path + "?" + g.mutateQuery(query)
	case 6:
		setContentType(e.header, pick(g, contentTypes))
	case 7:
		if names := slices.Sorted(maps.Keys(e.header)); len(names) > 0 {
			if name := pick(g, names); g.oneIn(2) {
				e.header.Del(name)
			} else if name != "Content-Type" && name != "Cookie" {
				e.header.Set(name, pick(g, odd))
			}
		}
	default:
		e.body = g.mutateText(e.body)
	}
	return e
}

var (
	contentTypes = []string{
		"", "application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8", "application/json; charset=iso-8859-1", "application/json; charset",
		"text/plain", "text/html", "application/problem+json", "application/xml",
	}
	odd = []string{"", "abc", "7", "-1", "1.5", "1e3", "0x10", "true", "null", "a,b", "1,2", "99999999999999999999", "007", " 7", "ö"}
)

func setContentType(h map[string][]string, value string) {
	if delete(h, "Content-Type"); value != "" {
		h["Content-Type"] = []string{value}
	}
}

func (g *generator) mutateQuery(query string) string {
	pairs := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool { return pair == "" })
	if len(pairs) == 0 {
		return pick(g, []string{"", "unknown=1", "id=1", "=", "%zz=1"})
	}
	i := g.IntN(len(pairs))
	name, _, _ := strings.Cut(pairs[i], "=")
	switch g.IntN(6) {
	case 0:
		pairs = slices.Delete(pairs, i, i+1)
	case 1:
		pairs = append(pairs, pairs[i])
	case 2:
		pairs = append(pairs, pick(g, []string{"unknown=1", strings.ToUpper(name) + "=1", "x%20y"}))
	case 3:
		pairs[i] = pick(g, []string{name, name + "=", name + "=%zz", name + "=%ff", name + "=1;2"})
	default:
		pairs[i] = name + "=" + strings.NewReplacer(" ", "%20", "ö", "%C3%B6").Replace(pick(g, odd))
	}
	return strings.Join(pairs, "&")
}

// mutateText changes JSON, mostly its value and sometimes its text. It replaces anything else.
func (g *generator) mutateText(text string) string {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil || text == "" {
		return pick(g, []string{"", "text", "{}", "a=1", "7"})
	}
	switch g.IntN(14) {
	case 0:
		return pick(g, []string{"", "null", "[]", "{}", "7", `"text"`, "<html>"})
	case 1:
		return text[:len(text)/2]
	case 2:
		return text + pick(g, []string{"{}", " x", ",", " \n"})
	case 3:
		if object, ok := v.(map[string]any); ok && len(object) > 0 { // the same name and value twice
			name := pick(g, slices.Sorted(maps.Keys(object)))
			return "{" + encode(name) + ":" + encode(object[name]) + "," + text[1:]
		}
	}
	changed, _ := g.mutateValue(v)
	return encode(changed)
}

// mutateValue changes a value at a random place. It reports whether the value is to be deleted.
func (g *generator) mutateValue(v any) (changed any, deleted bool) {
	switch v := v.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		switch {
		case g.oneIn(6) || len(names) == 0 && g.oneIn(2):
			v[pick(g, []string{"unknown", "ID", "a", ""})] = g.odd()
			return v, false
		case len(names) > 0 && !g.oneIn(8):
			name := pick(g, names)
			if inner, gone := g.mutateValue(v[name]); gone {
				delete(v, name)
			} else {
				v[name] = inner
			}
			return v, false
		}
	case []any:
		switch {
		case g.oneIn(6):
			return append(v, g.odd()), false
		case len(v) > 0 && g.oneIn(6):
			return append(v, v[0]), false
		case len(v) > 0 && !g.oneIn(6):
			i := g.IntN(len(v))
			if inner, gone := g.mutateValue(v[i]); gone {
				return slices.Delete(v, i, i+1), false
			} else {
				v[i] = inner
			}
			return v, false
		}
	}
	return g.odd(), g.oneIn(4)
}

func (g *generator) odd() any {
	return pick(g, []any{
		nil, true, "", "text", "7", 7, -1, 0, 1.5, 1e3, json.Number("9223372036854775808"), json.Number("9223372036854775807"), json.Number("1e400"), json.Number("1.0"),
		[]any{}, []any{nil}, []any{"a", "a"}, map[string]any{}, map[string]any{"a": 1},
	})
}
