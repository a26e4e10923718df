package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/cortexscan/internal/tools/limits"
	"github.com/getkin/kin-openapi/openapi3"
)

// diff prints the breaking changes that oasdiff does not report: changes to the style of parameters, to security
// schemes and to the parameters of media types. It also prints a line if only wording changed. It writes both documents
// without wording to before.json and after.json in dir, for oasdiff, which would otherwise match alternatives by their
// titles.
func diff(ctx context.Context, before, after, dir string, w io.Writer) error {
	var docs []*openapi3.T
	for _, file := range []string{before, after} {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		doc, err := limits.Load(ctx, content)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		docs = append(docs, doc)
	}
	was, is := wireFacts(docs[0]), wireFacts(docs[1])
	for _, place := range slices.Sorted(maps.Keys(was)) {
		if now, there := is[place]; there && now != was[place] {
			fmt.Fprintf(w, "error\t%s was %s and is now %s\n", place, was[place], now)
		}
	}
	var plain []string
	for i, name := range []string{"before.json", "after.json"} {
		content, err := withoutWords(docs[i])
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), content, 0o600)
		}
		if err != nil {
			return err
		}
		plain = append(plain, string(content))
	}
	if plain[0] == plain[1] {
		fmt.Fprintln(w, "Only wording changed: descriptions, examples and extensions.")
	}
	return nil
}

// wireFacts maps each location in the document to a description of what is sent there.
func wireFacts(doc *openapi3.T) map[string]string {
	facts := map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			place := method + " " + path
			security := doc.Security
			if op.Security != nil {
				security = *op.Security
			}
			facts[place+": security"] = securityOf(doc, security)
			for _, p := range slices.Concat(item.Parameters, op.Parameters) {
				written(facts, place+": "+p.Value.In+" parameter "+p.Value.Name, p.Value)
			}
			if op.RequestBody != nil {
				contentOf(facts, place+": request body", op.RequestBody.Value.Content)
			}
			for status, r := range op.Responses.Map() {
				contentOf(facts, place+": response "+status, r.Value.Content)
				for name, h := range r.Value.Headers {
					p := h.Value.Parameter
					p.In = openapi3.ParameterInHeader
					written(facts, place+": response "+status+" header "+name, &p)
				}
			}
		}
	}
	return facts
}

// written records how a parameter is encoded: its media type, or its explicit or default style.
func written(facts map[string]string, place string, p *openapi3.Parameter) {
	if len(p.Content) > 0 {
		facts[place] = "written as " + strings.Join(slices.Sorted(maps.Keys(p.Content)), ", ")
		return
	}
	method, err := p.SerializationMethod()
	if err != nil {
		return
	}
	facts[place] = fmt.Sprintf("written with style %s, explode %v", method.Style, method.Explode)
	if p.AllowReserved {
		facts[place] += ", allowReserved"
	}
}

// contentOf records the media types with their parameters, and the styles of form fields.
func contentOf(facts map[string]string, place string, content openapi3.Content) {
	for name, m := range content {
		media, _, err := mime.ParseMediaType(name)
		if err != nil {
			media = name
		}
		facts[place+" "+media] = name
		for field, e := range m.Encoding {
			method := e.SerializationMethod()
			facts[place+" "+media+" field "+field] = fmt.Sprintf("written with style %s, explode %v", method.Style, method.Explode)
		}
	}
}

// securityOf describes security requirements by what their schemes send. The names of the schemes do not matter.
func securityOf(doc *openapi3.T, all openapi3.SecurityRequirements) string {
	var alternatives []string
	for _, alternative := range all {
		var parts []string
		for name := range alternative {
			part := name
			if s := doc.Components.SecuritySchemes[name]; s != nil {
				part = strings.Join(strings.Fields(s.Value.Type+" "+s.Value.In+" "+strings.ToLower(s.Value.Name)+" "+s.Value.Scheme), " ")
			}
			parts = append(parts, part)
		}
		slices.Sort(parts)
		alternatives = append(alternatives, "("+strings.Join(parts, " and ")+")")
	}
	slices.Sort(alternatives)
	return strings.Join(alternatives, " or ")
}

// withoutWords returns a document as JSON, without the parts that only people read.
func withoutWords(doc *openapi3.T) ([]byte, error) {
	content, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(content, &tree); err != nil {
		return nil, err
	}
	strip(tree, false)
	return json.Marshal(tree)
}

func strip(node any, named bool) {
	switch node := node.(type) {
	case map[string]any:
		for key, v := range node {
			if key == "info" { // the title is required
				node[key] = map[string]any{"title": "", "version": v.(map[string]any)["version"]}
				continue
			}
			word := slices.Contains([]string{"description", "summary", "title", "example", "examples", "externalDocs", "tags"}, key)
			if !named && (word || strings.HasPrefix(key, "x-")) {
				delete(node, key)
				continue
			}
			// The keys of these objects can be arbitrary names, such as description or title.
			strip(v, !named && slices.Contains([]string{"properties", "schemas", "responses", "parameters", "headers", "content", "mapping", "paths"}, key))
		}
	case []any:
		for _, v := range node {
			strip(v, false)
		}
	}
}
