// Package route finds the operation of a request by method and path, with OpenAPI's path templates.
package route

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Table maps methods and path templates to values of type T. Add must not be called once Find is in use.
type Table[T any] struct {
	paths    map[string]*path[T] // by canonical template
	patterns map[int][]*path[T]  // templates with parameters by number of slashes, the most specific first
}

// path is a path of the document with its operations by method.
type path[T any] struct {
	template
	operations map[string]T
}

// Match is the result of Find.
type Match[T any] struct {
	Found         bool
	Value         T        // of the operation, if Found
	Template      string   // of the path, even if it does not have the method; empty if the path is unknown
	Methods       []string // of the path, sorted, if it lacks the requested method
	TrailingSlash bool     // the template matches without the slash at the end of the path
	names         []string
	values        []string // in canonical form
}

// Names returns the names of the path parameters.
func (m *Match[T]) Names() []string { return m.names }

// Param returns the decoded value of a path parameter, and whether the template contains the parameter.
func (m *Match[T]) Param(name string) (string, bool) {
	if i := slices.Index(m.names, name); i >= 0 {
		return reveal.Replace(m.values[i]), true
	}
	return "", false
}

// List returns the decoded items of a path parameter that is a list separated by commas.
func (m *Match[T]) List(name string) []string {
	var items []string
	if i := slices.Index(m.names, name); i >= 0 {
		for _, item := range strings.Split(m.values[i], ",") {
			items = append(items, reveal.Replace(item))
		}
	}
	return items
}

// Add adds an operation, such as "GET" and "/runs/{id}". Adding the same method and path again replaces it.
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
			// The most specific path wins: /run/{id}/command before /run/{id}/{what}.
			at, _ := slices.BinarySearchFunc(t.patterns[n], p, func(a, b *path[T]) int { return a.compare(b.template) })
			t.patterns[n] = slices.Insert(t.patterns[n], at, p)
		}
	}
	p.operations[method] = value
}

// Find looks up a method (GET if it is empty, as in net/http) and a path. A path without parameters takes precedence. An
// escaped slash does not end a segment. One slash at the end of the path is ignored unless the document has an operation
// for the path with the slash. If the document has both DELETE /runs and DELETE /runs/{id}, then DELETE /runs/ matches
// the second: an empty ID must not delete all runs.
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
	m := Match[T]{Template: p.text, names: p.names, values: values}
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

// template is a path of a document, such as /files/{name}.{ext}.
type template struct {
	text    string
	names   []string       // of its parameters, in the order of the pattern's groups
	pattern *regexp.Regexp // nil without parameters
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

// compare sorts the more specific template first: the one with fewer parameters, then the longer one.
func (t template) compare(other template) int {
	return cmp.Or(cmp.Compare(len(t.names), len(other.names)), -cmp.Compare(len(t.text), len(other.text)), cmp.Compare(t.text, other.text))
}

// match returns the values of the parameters in a canonical path, or nil.
func (t template) match(path string) []string {
	groups := t.pattern.FindStringSubmatch(path)
	return groups[min(1, len(groups)):]
}

// canonical decodes each segment of a percent-encoded path, except for slashes, commas and percent signs in it.
// Templates may also be percent-encoded.
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

// canonicalPath returns the path of a request in canonical form.
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
