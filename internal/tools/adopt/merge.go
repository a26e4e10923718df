package adopt

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"example.com/cortexscan/internal/tools/limits"
	"go.yaml.in/yaml/v3"
)

// merger adds converted operations to our document by inserting lines.
type merger struct {
	report       *report
	source       string
	prefix       string // for components whose name is taken
	lines        []string
	positions    *yaml.Node // our document with line numbers
	ours         *yaml.Node // our document as plain returns it
	operationIDs map[string]bool
	paths        map[string]string // our paths, by template
	goNames      map[string]bool   // names that are taken in package gen
	insertions   map[int]string    // text to insert, by the number of the line above it
}

func newMerger(ours []byte, d *Document, reserved []string) (*merger, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(ours, &doc); err != nil {
		return nil, fmt.Errorf("api/openapi.yaml is not valid YAML: %w", err)
	}
	if len(doc.Content) == 0 {
		return nil, errors.New("api/openapi.yaml is empty")
	}
	plain, err := parseYAML(ours)
	if err != nil {
		return nil, fmt.Errorf("read api/openapi.yaml: %w", err)
	}
	word, _, _ := strings.Cut(filepath.Base(d.file), ".")
	word, _, _ = strings.Cut(word, "-")
	m := &merger{
		report: &report{}, source: d.Source(), prefix: limits.GoName("x-" + word)[1:], lines: strings.SplitAfter(string(ours), "\n"),
		positions: doc.Content[0], ours: plain, operationIDs: map[string]bool{}, paths: map[string]string{},
		goNames: map[string]bool{}, insertions: map[int]string{},
	}
	for path, item := range pairs(get(plain, "paths")) {
		m.paths[template(path)] = path
		for _, method := range methods {
			m.operationIDs[limits.GoName(str(get(get(item, method), "operationId")))] = true
		}
	}
	for _, name := range reserved {
		m.goNames[limits.GoName(name)] = true
	}
	for section, all := range pairs(get(plain, "components")) {
		for name, node := range pairs(all) {
			for _, goName := range goNamesOf(section, name, node) {
				m.goNames[goName] = true
			}
		}
	}
	return m, nil
}

// template returns a path without the names of its parameters.
func template(path string) string { return inPath.ReplaceAllString(path, "{}") }

func (m *merger) known(op Operation) error {
	item := get(get(m.ours, "paths"), m.paths[template(op.Path)])
	node := get(item, strings.ToLower(op.Method))
	if node == nil {
		return nil
	}
	return fmt.Errorf("%s is already in api/openapi.yaml, as %q: change it there by hand", op, str(get(node, "operationId")))
}

// name chooses the final names of the components and updates every reference. It drops a component if our document contains an
// identical one with the same name. It adds the prefix to any other name that is taken.
func (m *merger) name(c *converter, adopted []adoption) {
	c.components = reachable(c, adopted)
	for _, a := range adopted {
		for _, name := range limits.OperationNames(a.ID) {
			m.goNames[name] = true
		}
	}
	final := map[string]string{} // references
	var added []*component
	for _, made := range c.components {
		from, base := made.ref(), made.name
		for i := 1; !m.isKnown(c, made, from); i++ {
			names := goNamesOf(made.section, made.name, made.node)
			if m.our(made.ref()) == nil && !slices.ContainsFunc(names, func(name string) bool { return m.goNames[name] }) {
				added = append(added, made)
				for _, name := range names {
					m.goNames[name] = true
				}
				break
			}
			made.name = m.prefix + strings.ToUpper(base[:1]) + base[1:]
			if i > 1 {
				made.name += strconv.Itoa(i)
			}
		}
		if final[from] = made.ref(); final[from] != from {
			m.report.add(renamed, from+" becomes "+made.name+", because the name is taken", made.place)
		}
	}
	to := func(ref string) string { return cmp.Or(final[ref], ref) }
	for _, made := range c.components {
		rename(made.node, to)
	}
	for _, a := range adopted {
		rename(a.node, to)
	}
	c.components = added
}

// our returns the component of our document with the given reference, or nil.
func (m *merger) our(ref string) *yaml.Node {
	section, name, _ := strings.Cut(strings.TrimPrefix(ref, "#/components/"), "/")
	return get(get(get(m.ours, "components"), section), name)
}

// isKnown reports whether our document contains a component with the name of made, and whether both, and everything that they
// refer to, are identical except for names. from is the reference to made before it was renamed.
func (m *merger) isKnown(c *converter, made *component, from string) bool {
	seen := map[string]bool{}
	var same func(theirs, ours string) bool
	same = func(theirs, ours string) bool {
		if seen[theirs+" "+ours] {
			return true
		}
		seen[theirs+" "+ours] = true
		other := m.our(ours)
		return c.byRef[theirs] != nil && other != nil && equal(c.byRef[theirs].node, other, same)
	}
	return same(from, made.ref())
}

// reachable returns the components that the adopted operations use, directly or indirectly, in the order of their conversion.
func reachable(c *converter, adopted []adoption) []*component {
	reached := map[string]bool{}
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		for _, ref := range references(n) {
			if reached[ref] {
				continue
			}
			reached[ref] = true
			if made := c.byRef[ref]; made != nil {
				visit(made.node)
			}
		}
	}
	for _, a := range adopted {
		visit(a.node)
	}
	return slices.DeleteFunc(slices.Clone(c.components), func(made *component) bool { return !reached[made.ref()] || made.node == nil })
}

func references(n *yaml.Node) []string {
	var refs []string
	rename(n, func(ref string) string {
		refs = append(refs, ref)
		return ref
	})
	return refs
}

// rename replaces every reference ref in a converted object with to(ref).
func rename(n *yaml.Node, to func(ref string) string) {
	if ref := str(get(n, "$ref")); ref != "" {
		set(n, "$ref", text(to(ref)))
	}
	if d := get(n, "discriminator"); str(get(d, "propertyName")) != "" {
		for word, ref := range pairs(get(d, "mapping")) {
			set(get(d, "mapping"), word, text(to(ref.Value)))
		}
	}
	for v := range inside(n) {
		rename(v, to)
	}
	for _, v := range pairs(get(n, "examples")) {
		rename(v, to)
	}
}

// goNamesOf returns the names that package gen declares for a component: its type, and the types and constants of its enums.
func goNamesOf(section, name string, node *yaml.Node) []string {
	if section == "examples" || section == "headers" {
		return nil
	}
	all := []string{limits.GoName(name)}
	if own := str(get(node, "x-go-name")); own != "" {
		all[0] = own
	}
	constants := func(of string, schema *yaml.Node) {
		for _, v := range items(get(schema, "enum")) {
			all = append(all, limits.GoName(of+"-"+str(v)))
		}
	}
	constants(name, node)
	for property, schema := range pairs(get(node, "properties")) {
		if get(schema, "enum") != nil {
			all = append(all, limits.GoName(name+"-"+property))
		}
		constants(name+"-"+property, schema)
		constants(name+"-"+property, get(schema, "items"))
	}
	return all
}

func (m *merger) merge(c *converter, adopted []adoption) (*Result, error) {
	var problems []error
	result := &Result{report: m.report}
	done := map[string]bool{} // paths
	for _, a := range adopted {
		result.Operations = append(result.Operations, a.Operation.String())
		m.report.add(added, "operation "+a.ID+", "+a.Operation.String(), "")
		problems = append(problems, m.tags(a.node))
		if done[a.Path] {
			continue
		}
		done[a.Path] = true
		block := mapping()
		for _, other := range adopted {
			if other.Path == a.Path {
				set(block, strings.ToLower(other.Method), other.node)
			}
		}
		problems = append(problems, m.insertPath(a.Path, block))
	}
	newSections := mapping()
	for _, section := range []string{"parameters", "headers", "responses", "requestBodies", "examples", "schemas"} {
		var names []string
		block := mapping()
		for _, made := range c.components {
			if made.section == section {
				set(block, made.name, made.node)
				names = append(names, made.name)
			}
		}
		if len(names) == 0 {
			continue
		}
		m.report.add(added, section+": "+strings.Join(names, ", "), "")
		if get(get(m.ours, "components"), section) == nil {
			set(newSections, section, block)
		} else {
			problems = append(problems, m.insertInto([]string{"components", section}, block))
		}
	}
	if len(newSections.Content) > 0 { // additions to the last section precede new sections
		problems = append(problems, m.insertInto([]string{"components"}, newSections))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	var b strings.Builder
	for i, line := range m.lines {
		b.WriteString(line)
		if more := m.insertions[i+1]; more != "" {
			if !strings.HasSuffix(line, "\n") {
				b.WriteString("\n")
			}
			b.WriteString(more)
		}
	}
	result.Document = []byte(b.String())
	return result, m.verify(result.Document, c, adopted)
}

// tags adds the missing tags of an operation to our document.
func (m *merger) tags(op *yaml.Node) error {
	known := map[string]bool{}
	for _, tag := range items(get(m.ours, "tags")) {
		known[str(get(tag, "name"))] = true
	}
	more := list()
	for _, tag := range items(get(op, "tags")) {
		if known[tag.Value] {
			continue
		}
		known[tag.Value] = true
		node := object("name", text(tag.Value), "description", text("Adopted from "+m.source+"."))
		more.Content = append(more.Content, node)
		addTo(m.ours, "tags", node)
		m.report.add(added, "tag "+tag.Value, "")
	}
	if len(more.Content) == 0 {
		return nil
	}
	return m.insertInto([]string{"tags"}, more)
}

func (m *merger) insertPath(path string, block *yaml.Node) error {
	comments := mapping()
	for method, op := range pairs(block) {
		comments.Content = append(comments.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: method,
			HeadComment: "# Adopted from " + m.source + "."}, op)
	}
	if get(get(m.ours, "paths"), path) != nil {
		return m.insertInto([]string{"paths", path}, comments)
	}
	return m.insertInto([]string{"paths"}, object(path, comments))
}

// insertInto appends the content of more to the mapping or list at the given keys of our document. It adds missing keys.
func (m *merger) insertInto(at []string, more *yaml.Node) error {
	node, line, column := m.positions, 0, -1
	for i, step := range at {
		key, value := position(node, step)
		if key == nil { // our document lacks it
			for j := len(at) - 1; j >= i; j-- {
				more = object(at[j], more)
			}
			break
		}
		node, line, column = value, key.Line, key.Column-1
	}
	if node.Style&yaml.FlowStyle != 0 || node.Kind == yaml.ScalarNode {
		return fmt.Errorf("add to api/openapi.yaml: %s is written on one line: write it as a block first", strings.Join(at, " "))
	}
	indent := column + 2
	if len(node.Content) > 0 {
		indent = node.Content[0].Column - 1
	}
	if node.Kind == yaml.SequenceNode {
		indent = node.Column - 1
	}
	end := m.end(line, column)
	m.insertions[end] += m.block(more, indent, len(at) != 2 || at[0] != "paths")
	return nil
}

func position(n *yaml.Node, name string) (key, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// end returns the last line of the block whose key is at the given line and column, including indented comments.
func (m *merger) end(line, column int) int {
	last := line
	for i := line; i < len(m.lines); i++ {
		content := strings.TrimRight(m.lines[i], " \r\n")
		trimmed := strings.TrimLeft(content, " ")
		indent := len(content) - len(trimmed)
		switch {
		case trimmed == "":
			continue
		case indent > column || indent == column && strings.HasPrefix(trimmed, "- "):
			last = i + 1
		default:
			return last
		}
	}
	return last
}

// block formats the fields of a mapping or the items of a list. If spaced is set, an empty line precedes each field.
func (m *merger) block(n *yaml.Node, indent int, spaced bool) string {
	var out strings.Builder
	step := 2
	if n.Kind == yaml.SequenceNode {
		step = 1
	}
	for i := 0; i < len(n.Content); i += step {
		part := shallow(n)
		part.Content = n.Content[i : i+step]
		quoteStatuses(part)
		var b bytes.Buffer
		encoder := yaml.NewEncoder(&b)
		encoder.SetIndent(2)
		if encoder.Encode(part) != nil {
			return "" // verify reports it
		}
		if spaced && step == 2 {
			out.WriteString("\n")
		}
		for line := range strings.Lines(b.String()) {
			if strings.TrimSpace(line) != "" {
				out.WriteString(strings.Repeat(" ", indent))
			}
			out.WriteString(line)
		}
	}
	return out.String()
}

// quoteStatuses quotes statuses, as our document does.
func quoteStatuses(n *yaml.Node) {
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		if _, err := strconv.Atoi(n.Content[i].Value); err == nil {
			n.Content[i].Style = yaml.SingleQuotedStyle
		}
	}
	for _, v := range n.Content {
		quoteStatuses(v)
	}
}

// verify checks that the result consists of our document and the added objects.
func (m *merger) verify(document []byte, c *converter, adopted []adoption) error {
	now, err := parseYAML(document)
	if err != nil {
		return fmt.Errorf("add to api/openapi.yaml: the result is not YAML: %w", err)
	}
	want := m.ours
	for _, a := range adopted {
		item := child(child(want, "paths"), a.Path)
		set(item, strings.ToLower(a.Method), a.node)
	}
	for _, made := range c.components {
		set(child(child(want, "components"), made.section), made.name, made.node)
	}
	if !equal(want, now, sameString) {
		return errors.New("add to api/openapi.yaml: the result does not have the intended content, so nothing was written; please report this bug in make adopt")
	}
	return nil
}

func child(n *yaml.Node, key string) *yaml.Node {
	if get(n, key) == nil {
		set(n, key, mapping())
	}
	return get(n, key)
}
