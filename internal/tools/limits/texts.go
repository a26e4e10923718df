package limits

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// unreadable says which texts the generator cannot read back after it has applied its overlay. It then writes the document
// as YAML, whose library indents a text of several lines wrongly if it begins with a space and stands in a list.
func (l *limits) unreadable(doc *openapi3.T) {
	content, err := json.Marshal(doc)
	if err != nil {
		return // the generator says so
	}
	var tree any
	if json.Unmarshal(content, &tree) != nil {
		return
	}
	check := func(at []string, node any) {
		text, _ := node.(string)
		if strings.Contains(text, "\n") && strings.HasPrefix(strings.TrimLeft(text, "\n"), " ") {
			l.add(strings.Join(at, " "), "the generator cannot read a text of several lines that begins with a space, in a list", "begin it with a word")
		}
	}
	var visit func(at []string, node any)
	visit = func(at []string, node any) {
		switch node := node.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(node)) {
				visit(append(slices.Clip(at), key), node[key])
			}
		case []any:
			for i, item := range node {
				place := append(slices.Clip(at), fmt.Sprint(i))
				check(place, item)
				if members, isObject := item.(map[string]any); isObject {
					for _, key := range slices.Sorted(maps.Keys(members)) {
						check(append(slices.Clip(place), key), members[key])
					}
				}
				visit(place, item)
			}
		}
	}
	visit(nil, tree)
}
