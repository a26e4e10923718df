// Package adopt converts operations of another OpenAPI 3 document to OpenAPI 3.0 and adds them to api/openapi.yaml. The other
// document may contain errors. The conversion starts at the chosen operations, converts each object according to the table in
// shape.go, and follows each $ref once, so errors elsewhere do not matter. A report lists every repair and every constraint that
// is no longer checked, with its location in the other document.
package adopt

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"example.com/cortexscan/internal/tools/limits"
	"go.yaml.in/yaml/v3"
)

// Operation is an operation of another document.
type Operation struct {
	ID     string // operationId, or ""
	Method string // upper case
	Path   string

	item, node       *yaml.Node
	itemPlace, place string
}

// String returns the method and path, such as "POST /path".
func (o Operation) String() string { return o.Method + " " + o.Path }

var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

func (d *Document) is31() bool { return !strings.HasPrefix(str(get(d.root, "openapi")), "3.0") }

// Source returns the name, title and version of the document in one line.
func (d *Document) Source() string {
	info := get(d.root, "info")
	words := strings.Fields(filepath.Base(d.file) + " (" + str(get(info, "title")) + " " + str(get(info, "version")) + ")")
	return strings.ReplaceAll(strings.Join(words, " "), " )", ")")
}

// Operations returns all operations. Their paths are in document order.
func (d *Document) Operations() []Operation {
	var all []Operation
	for path, item := range pairs(get(d.root, "paths")) {
		place := pointer("#/paths", path)
		if ref := str(get(item, "$ref")); ref != "" {
			item, place = d.resolve(ref)
		}
		for _, method := range methods {
			if op := get(item, method); op != nil && op.Kind == yaml.MappingNode {
				all = append(all, Operation{ID: str(get(op, "operationId")), Method: strings.ToUpper(method), Path: path,
					item: item, node: op, itemPlace: place, place: pointer(place, method)})
			}
		}
	}
	return all
}

// Find returns the operations with the given names, without duplicates. A name is an operationId, or a method and path such as
// "POST /path". Find returns an error if there are no names, or if a name is unknown or ambiguous. The error lists every such name
// and all operations of the document.
func (d *Document) Find(names []string) ([]Operation, error) {
	all := d.Operations()
	var chosen []Operation
	var problems []string
	for _, name := range names {
		method, path, _ := strings.Cut(strings.Join(strings.Fields(name), " "), " ")
		var found []Operation
		for _, op := range all {
			if op.ID == name || strings.EqualFold(op.Method, method) && op.Path == path {
				found = append(found, op)
			}
		}
		switch {
		case len(found) == 0:
			problems = append(problems, fmt.Sprintf("%s has no operation %q", d.file, name))
		case len(found) > 1:
			problems = append(problems, fmt.Sprintf("%s has %d operations called %q: name one by method and path, such as %q", d.file, len(found), name, found[0]))
		case !slices.ContainsFunc(chosen, func(op Operation) bool { return op.String() == found[0].String() }):
			chosen = append(chosen, found[0])
		}
	}
	if len(problems) > 0 || len(names) == 0 {
		problems = append(problems, "the operations in "+d.file+" are:")
		for _, op := range all {
			problems = append(problems, fmt.Sprintf("  %-40s %s", op.ID, op))
		}
		return nil, Problems(problems)
	}
	return chosen, nil
}

// Problems is an error with one problem per line.
type Problems []string

func (p Problems) Error() string { return strings.Join(p, "\n") }

// Result is our document with the operations added.
type Result struct {
	Document   []byte
	Operations []string // the method and path of each added operation

	report *report
}

// Print writes what was added, renamed, repaired and left out, and which constraints are no longer checked.
func (r *Result) Print(w io.Writer) { r.report.print(w) }

// Adopt adds operations of d to our document by inserting lines. No added schema gets a reserved Go name. The error lists every
// problem. The result may be invalid if d contains errors that Adopt does not repair; limits.Load reports them.
func Adopt(ours []byte, d *Document, operations []Operation, reserved []string) (*Result, error) {
	m, err := newMerger(ours, d, reserved)
	if err != nil {
		return nil, err
	}
	c := newConverter(d, m.report)
	var adopted []adoption
	for _, op := range operations {
		if known := m.known(op); known != nil {
			c.problems = append(c.problems, known.Error())
			continue
		}
		m.identify(&op)
		adopted = append(adopted, adoption{op, c.operation(op)})
	}
	if len(c.problems) > 0 {
		return nil, Problems(c.problems)
	}
	var roots []*yaml.Node
	for _, a := range adopted {
		roots = append(roots, a.node)
	}
	c.settle(roots)
	c.trySamples()
	m.name(c, adopted)
	return m.merge(c, adopted)
}

// Known returns an error if our document already contains the operation.
func Known(ours []byte, d *Document, op Operation) error {
	m, err := newMerger(ours, d, nil)
	if err != nil {
		return err
	}
	return m.known(op)
}

type adoption struct {
	Operation // with its ID in our document
	node      *yaml.Node
}

// identify gives an operation a unique operationId.
func (m *merger) identify(op *Operation) {
	id := op.ID
	if id == "" {
		id = limits.GoName(strings.ToLower(op.Method) + "-" + op.Path)
		id = strings.ToLower(id[:1]) + id[1:]
		m.report.add(repaired, "an operation without an operationId gets one: "+id, op.place)
	}
	base := id
	for i := 2; m.operationIDs[limits.GoName(id)]; i++ {
		id = fmt.Sprint(base, i)
	}
	if id != base {
		m.report.add(renamed, fmt.Sprintf("operationId %s becomes %s, because the name is taken", base, id), op.place)
	}
	m.operationIDs[limits.GoName(id)] = true
	op.ID = id
}
