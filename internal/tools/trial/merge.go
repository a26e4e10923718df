package trial

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Parse reads a document, YAML or JSON, as a tree.
func Parse(document []byte) (map[string]any, error) {
	var doc map[string]any
	if err := yaml.Unmarshal(document, &doc); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	return stringKeys(doc).(map[string]any), nil
}

// stringKeys makes text of keys such as 200, and of times, as JSON has them.
func stringKeys(node any) any {
	switch node := node.(type) {
	case map[string]any:
		for k, v := range node {
			node[k] = stringKeys(v)
		}
	case map[any]any:
		out := map[string]any{}
		for k, v := range node {
			out[fmt.Sprint(k)] = stringKeys(v)
		}
		return out
	case []any:
		for i, v := range node {
			node[i] = stringKeys(v)
		}
	}
	return node
}

// Merge adds the paths and components of other to ours. A component of other whose name is taken gets the prefix
// Other; an operation that ours has stays as it is, and is returned as kept.
func Merge(ours, other []byte) (merged []byte, kept []string, err error) {
	doc, err := Parse(ours)
	if err != nil {
		return nil, nil, err
	}
	more, err := Parse(other)
	if err != nil {
		return nil, nil, err
	}
	kept, err = mergeInto(doc, more)
	if err != nil {
		return nil, nil, err
	}
	merged, err = yaml.Marshal(doc)
	return merged, kept, err
}

func mergeInto(doc, more map[string]any) (kept []string, err error) {
	names := map[string]string{} // of components, as $ref has them
	for section, items := range tree(more["components"]) {
		taken := tree(tree(doc["components"])[section])
		for name := range tree(items) {
			if _, isTaken := taken[name]; isTaken {
				names["#/components/"+section+"/"+name] = "Other" + name
			}
		}
	}
	rename(more, names)
	for section, items := range tree(more["components"]) {
		into := child(child(doc, "components"), section)
		for name, item := range tree(items) {
			if other := names["#/components/"+section+"/"+name]; other != "" {
				name = other
			}
			into[name] = item
		}
	}
	paths := child(doc, "paths")
	for path, item := range tree(more["paths"]) {
		into := child(paths, path)
		for key, value := range tree(item) {
			if _, taken := into[key]; taken {
				kept = append(kept, strings.ToUpper(key)+" "+path)
				continue
			}
			if op := tree(value); op != nil && key != "parameters" {
				if security, own := op["security"]; own {
					op["security"] = renameSecurity(security, names)
				} else if general, any := more["security"]; any {
					op["security"] = renameSecurity(general, names)
				}
			}
			into[key] = value
		}
	}
	slices.Sort(kept)
	return kept, nil
}

func tree(node any) map[string]any {
	m, _ := node.(map[string]any)
	return m
}

func child(node map[string]any, key string) map[string]any {
	m := tree(node[key])
	if m == nil {
		m = map[string]any{}
		node[key] = m
	}
	return m
}

// rename changes every $ref and every discriminator's mapping.
func rename(node any, names map[string]string) {
	replace := func(ref string) string {
		head, tail := ref, ""
		if parts := strings.SplitN(ref, "/", 5); len(parts) == 5 {
			head, tail = strings.Join(parts[:4], "/"), "/"+parts[4]
		}
		if name := names[head]; name != "" {
			return head[:strings.LastIndex(head, "/")+1] + name + tail
		}
		return ref
	}
	switch node := node.(type) {
	case map[string]any:
		for k, v := range node {
			if ref, isText := v.(string); isText && k == "$ref" {
				node[k] = replace(ref)
			} else if k == "mapping" && tree(v) != nil {
				for word, to := range tree(v) {
					if ref, isText := to.(string); isText {
						tree(v)[word] = replace(ref)
					}
				}
			} else {
				rename(v, names)
			}
		}
	case []any:
		for _, v := range node {
			rename(v, names)
		}
	}
}

func renameSecurity(security any, names map[string]string) any {
	list, _ := security.([]any)
	out := []any{}
	for _, alternative := range list {
		renamed := map[string]any{}
		for _, scheme := range slices.Sorted(maps.Keys(tree(alternative))) {
			name := scheme
			if other := names["#/components/securitySchemes/"+scheme]; other != "" {
				name = other
			}
			renamed[name] = tree(alternative)[scheme]
		}
		out = append(out, renamed)
	}
	return out
}
