package limits

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// unreadable reports strings that the generator cannot parse after it has applied its overlay and rewritten the document as
// YAML. Its library wrongly indents a string that is in a list, has several lines and begins with a space.
func (l *limits) unreadable(doc *openapi3.T) {
	content, err := json.Marshal(doc)
	if err != nil {
		return // the generator reports it
	}
	var tree any
	if json.Unmarshal(content, &tree) != nil {
		return
	}
	check := func(at []string, node any) {
		s, _ := node.(string)
		if strings.Contains(s, "\n") && strings.HasPrefix(strings.TrimLeft(s, "\n"), " ") {
			l.add(strings.Join(at, " "), "the generator cannot parse a multi-line string in a list that begins with a space", "begin the string with a word")
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
				if fields, isObject := item.(map[string]any); isObject {
					for _, key := range slices.Sorted(maps.Keys(fields)) {
						check(append(slices.Clip(place), key), fields[key])
					}
				}
				visit(place, item)
			}
		}
	}
	visit(nil, tree)
}
