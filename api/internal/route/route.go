// Package route finds the operation of a request by method and path, with the path templates of OpenAPI.
package route

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Table maps methods and path templates to values of type T. It must not change once Find is in use.
type Table[T any] struct {
	paths    map[string]*path[T] // by template in canonical form
	patterns map[int][]*path[T]  // those with parameters by number of segments, the more concrete first
}

// path is one path of the document with its operations by method.
type path[T any] struct {
	template
	operations map[string]T
}

// Match is what Find knows of a request.
type Match[T any] struct {
	Found    bool
	Value    T        // of the operation, if Found
	Template string   // of the path, also if it has no such method; empty if the path is unknown
	Methods  []string // that the path has, sorted, if it has not this one
	names    []string
	values   []string
}

// Param returns the decoded value of a path parameter, and whether the template has it.
func (m *Match[T]) Param(name string) (string, bool) {
	if i := slices.Index(m.names, name); i >= 0 {
		return m.values[i], true
	}
	return "", false
}

// Add enters an operation, such as "GET", "/runs/{id}". The same method and path again replace it.
func (t *Table[T]) Add(method, pathTemplate string, value T) {
	if t.paths == nil {
		t.paths, t.patterns = map[string]*path[T]{}, map[int][]*path[T]{}
	}
	key := canonical(pathTemplate)
	p := t.paths[key]
	if p == nil {
		p = &path[T]{newTemplate(pathTemplate), map[string]T{}}
		t.paths[key] = p
		if n := strings.Count(key, "/"); len(p.names) > 0 {
			// The most concrete path wins: /run/{id}/command before /run/{id}/{what}.
			at, _ := slices.BinarySearchFunc(t.patterns[n], p, func(a, b *path[T]) int { return a.compare(b.template) })
			t.patterns[n] = slices.Insert(t.patterns[n], at, p)
		}
	}
	p.operations[method] = value
}

// Find looks up a method, where an empty one is GET as in net/http, and a path. A path without parameters wins over one
// with. An escaped slash does not end a segment, and a slash at the end makes another path.
func (t *Table[T]) Find(method string, u *url.URL) Match[T] {
	p, values := t.find(canonicalPath(u))
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
	if p := t.paths[requested]; p != nil && len(p.names) == 0 {
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
	for _, at := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		pattern.WriteString(regexp.QuoteMeta(canonical(text[rest:at[0]])) + "([^/]*)")
		t.names = append(t.names, text[at[2]:at[3]])
		rest = at[1]
	}
	if len(t.names) > 0 {
		t.pattern = regexp.MustCompile("^" + pattern.String() + regexp.QuoteMeta(canonical(text[rest:])) + "$")
	}
	return t
}

// compare sorts the more concrete template first: fewer parameters, then more text.
func (t template) compare(other template) int {
	return cmp.Or(cmp.Compare(len(t.names), len(other.names)), -cmp.Compare(len(t.text), len(other.text)), cmp.Compare(t.text, other.text))
}

// match returns the values of the parameters in a canonical path, or nil.
func (t template) match(path string) []string {
	groups := t.pattern.FindStringSubmatch(path)
	for i, group := range groups {
		groups[i] = showSlash.Replace(group)
	}
	return groups[min(1, len(groups)):]
}

// canonical returns a percent-encoded path with each segment decoded, but for slashes and percent signs in it. A document
// may write a template encoded or not.
func canonical(escaped string) string {
	if !strings.Contains(escaped, "%") {
		return escaped
	}
	segments := strings.Split(escaped, "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segment = plain
		}
		segments[i] = hideSlash.Replace(segment)
	}
	return strings.Join(segments, "/")
}

// canonicalPath is canonical for the path of a request.
func canonicalPath(u *url.URL) string {
	if u.RawPath == "" {
		return strings.ReplaceAll(u.Path, "%", "%25")
	}
	return canonical(u.EscapedPath())
}

var (
	hideSlash = strings.NewReplacer("%", "%25", "/", "%2F")
	showSlash = strings.NewReplacer("%25", "%", "%2F", "/")
)
