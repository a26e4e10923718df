// Package route finds the operation of a request by its method and path. It supports OpenAPI's path templates.
package route

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Table maps methods and path templates to values of type T. All calls to Add must precede the first call to Find.
type Table[T any] struct {
	paths    map[string]*path[T] // by canonical template
	patterns map[int][]*path[T]  // paths with parameters, by number of slashes; the most specific path is first
}

type path[T any] struct {
	template
	operations map[string]T // by method
}

// Match is the result of Find.
type Match[T any] struct {
	Found         bool
	Value         T        // the value of the operation, if Found
	Template      string   // the matching template, even if the method is unknown; empty if the path is unknown
	Methods       []string // the known methods of the path, sorted, if the method is unknown
	TrailingSlash bool     // the template matches the path without its trailing slash
	Names         []string // the names of the path parameters
	values        []string // in canonical form
}

// Param returns the decoded value of a path parameter, and whether the template contains the parameter.
func (m *Match[T]) Param(name string) (string, bool) {
	if i := slices.Index(m.Names, name); i >= 0 {
		return reveal.Replace(m.values[i]), true
	}
	return "", false
}

// List returns the decoded items of a path parameter that is a comma-separated list.
func (m *Match[T]) List(name string) []string {
	var items []string
	if i := slices.Index(m.Names, name); i >= 0 {
		for _, item := range strings.Split(m.values[i], ",") {
			items = append(items, reveal.Replace(item))
		}
	}
	return items
}

// Add adds the value for an operation such as GET /runs/{id}. It replaces an earlier value for the same method and
// path.
func (t *Table[T]) Add(method, pathTemplate string, value T) {
	if t.paths == nil {
		t.paths, t.patterns = map[string]*path[T]{}, map[int][]*path[T]{}
	}
	key := plainCommas(canonical(pathTemplate))
	p := t.paths[key]
	if p == nil {
		p = &path[T]{newTemplate(pathTemplate), map[string]T{}}
		t.paths[key] = p
		if n := strings.Count(key, "/"); len(p.names) > 0 {
			// The most specific path comes first: /run/{id}/command before /run/{id}/{what}.
			at, _ := slices.BinarySearchFunc(t.patterns[n], p, func(a, b *path[T]) int { return a.compare(b.template) })
			t.patterns[n] = slices.Insert(t.patterns[n], at, p)
		}
	}
	p.operations[method] = value
}

// Find looks up an operation by its method and path. As in net/http, an empty method means GET. A path without
// parameters takes precedence over a path with parameters. An escaped slash does not end a segment. A single trailing
// slash is ignored unless an operation matches the path with the slash. For example, DELETE /runs/ matches DELETE
// /runs/{id} instead of DELETE /runs if the document contains both, because an empty ID must not delete all runs.
func (t *Table[T]) Find(method string, u *url.URL) Match[T] {
	requested := canonicalPath(u)
	p, values := t.find(requested)
	m := match(p, values, method)
	if shorter, hasSlash := strings.CutSuffix(requested, "/"); hasSlash && !m.Found && (p == nil || slices.Contains(values, "")) {
		p, values = t.find(shorter)
		if without := match(p, values, method); without.Found || m.Template == "" {
			m = without
			m.TrailingSlash = m.Template != ""
		}
	}
	return m
}

func match[T any](p *path[T], values []string, method string) Match[T] {
	if p == nil {
		return Match[T]{}
	}
	m := Match[T]{Template: p.text, Names: p.names, values: values}
	if m.Value, m.Found = p.operations[cmp.Or(method, "GET")]; !m.Found {
		m.Methods = slices.Sorted(maps.Keys(p.operations))
	}
	return m
}

func (t *Table[T]) find(requested string) (*path[T], []string) {
	if p := t.paths[plainCommas(requested)]; p != nil && len(p.names) == 0 {
		return p, nil
	}
	for _, p := range t.patterns[strings.Count(requested, "/")] {
		if values := p.match(requested); values != nil {
			return p, values
		}
	}
	return nil, nil
}

// template is a parsed path template, such as /files/{name}.{ext}.
type template struct {
	text    string
	names   []string       // the names of the parameters, in the order of the pattern's groups
	pattern *regexp.Regexp // nil if there are no parameters
}

var placeholder = regexp.MustCompile(`\{([^{}/]+)\}`)

func newTemplate(text string) template {
	t := template{text: text}
	var pattern strings.Builder
	rest := 0
	literal := func(s string) string {
		return strings.ReplaceAll(regexp.QuoteMeta(plainCommas(canonical(s))), ",", "(?:,|%2C)")
	}
	for _, at := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		pattern.WriteString(literal(text[rest:at[0]]) + "([^/]*)")
		t.names = append(t.names, text[at[2]:at[3]])
		rest = at[1]
	}
	if len(t.names) > 0 {
		t.pattern = regexp.MustCompile("^" + pattern.String() + literal(text[rest:]) + "$")
	}
	return t
}

// compare sorts more specific templates first: those with fewer parameters, then the longer ones.
func (t template) compare(other template) int {
	return cmp.Or(cmp.Compare(len(t.names), len(other.names)), -cmp.Compare(len(t.text), len(other.text)), cmp.Compare(t.text, other.text))
}

// match returns the values of the parameters in a canonical path, or nil if the path does not match.
func (t template) match(path string) []string {
	groups := t.pattern.FindStringSubmatch(path)
	return groups[min(1, len(groups)):]
}

// canonical decodes a percent-encoded path or template, except for encoded slashes, commas and percent signs.
func canonical(escaped string) string {
	if !strings.Contains(escaped, "%") {
		return escaped
	}
	segments := strings.Split(escaped, "/")
	for i, segment := range segments {
		items := strings.Split(segment, ",")
		for j, item := range items {
			if plain, err := url.PathUnescape(item); err == nil {
				item = plain
			}
			items[j] = hide.Replace(item)
		}
		segments[i] = strings.Join(items, ",")
	}
	return strings.Join(segments, "/")
}

func canonicalPath(u *url.URL) string {
	if u.RawPath == "" {
		return strings.ReplaceAll(u.Path, "%", "%25")
	}
	return canonical(u.EscapedPath())
}

// plainCommas decodes the commas that canonical leaves encoded.
func plainCommas(canonical string) string { return strings.ReplaceAll(canonical, "%2C", ",") }

var (
	hide   = strings.NewReplacer("%", "%25", "/", "%2F", ",", "%2C")
	reveal = strings.NewReplacer("%25", "%", "%2F", "/", "%2C", ",")
)
