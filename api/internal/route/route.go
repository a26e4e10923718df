// Package route finds what a request is for by its method and path, with the path templates of OpenAPI.
package route

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// Table maps methods and path templates to values of type T. It must not change once Find is in use.
type Table[T any] struct {
	fixed   map[string]*path[T] // by canonical path, those without parameters
	pattern map[int][]*path[T]  // by number of segments, the more concrete first
	known   map[string]*path[T] // by template
}

// path is one path of the document with its operations.
type path[T any] struct {
	template   template
	methods    []string // sorted
	operations map[string]T
}

// Match is what Find knows of a request.
type Match[T any] struct {
	Found    bool
	Value    T        // of the operation, if Found
	Template string   // of the path, also where it has no such method; empty where the path is unknown
	Methods  []string // that the path has, sorted
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
	p := t.known[pathTemplate]
	if p == nil {
		p = &path[T]{template: newTemplate(pathTemplate), operations: map[string]T{}}
		t.insert(p)
	}
	if _, again := p.operations[method]; !again {
		p.methods = append(p.methods, method)
		slices.Sort(p.methods)
	}
	p.operations[method] = value
}

func (t *Table[T]) insert(p *path[T]) {
	if t.known == nil {
		t.known, t.fixed, t.pattern = map[string]*path[T]{}, map[string]*path[T]{}, map[int][]*path[T]{}
	}
	t.known[p.template.text] = p
	if len(p.template.names) == 0 {
		t.fixed[canonical(p.template.text)] = p
		return
	}
	n := strings.Count(p.template.text, "/")
	// The most concrete path wins: /run/{id}/command before /run/{id}/{what}.
	at, _ := slices.BinarySearchFunc(t.pattern[n], p, func(a, b *path[T]) int { return a.template.compare(b.template) })
	t.pattern[n] = slices.Insert(t.pattern[n], at, p)
}

// Find looks up a method, where an empty one is GET as in net/http, and a path. A path without parameters wins over one
// with. An escaped slash does not end a segment, and a slash at the end makes another path.
func (t *Table[T]) Find(method string, u *url.URL) Match[T] {
	p, values := t.find(canonicalPath(u))
	if p == nil {
		return Match[T]{}
	}
	value, found := p.operations[cmp.Or(method, "GET")]
	return Match[T]{Found: found, Value: value, Template: p.template.text, Methods: p.methods, names: p.template.names, values: values}
}

func (t *Table[T]) find(requested string) (*path[T], []string) {
	if p := t.fixed[requested]; p != nil {
		return p, nil
	}
	for _, p := range t.pattern[strings.Count(requested, "/")] {
		if values, ok := p.template.match(requested); ok {
			return p, values
		}
	}
	return nil, nil
}
