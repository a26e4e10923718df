package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/cortexscan/internal/text"
	"go.yaml.in/yaml/v4"
)

// goPattern converts a JavaScript pattern to the syntax of Go's regexp. It returns an error if regexp does not support
// the pattern.
func goPattern(pattern string) (string, error) {
	pattern = text.GoPattern(pattern)
	_, err := regexp.Compile(pattern)
	return pattern, err
}

// SkippedPatterns returns a sentence about each pattern in the OpenAPI document that Go's regexp does not support.
func SkippedPatterns(document []byte) []string {
	var found []string
	eachObject(document, func(at string, object map[string]any) {
		pattern, _ := object["pattern"].(string)
		if _, err := goPattern(pattern); err != nil {
			found = append(found, fmt.Sprintf("%s/pattern is not checked, because Go's regexp does not support it (%s): "+
				"rewrite it without lookaround and backreferences, or remove it", at, strings.TrimPrefix(err.Error(), "error parsing regexp: ")))
		}
	})
	slices.Sort(found)
	return found
}

// eachObject calls visit with each object in a document and the object's JSON Pointer.
func eachObject(document []byte, visit func(at string, object map[string]any)) {
	var root any
	if yaml.Unmarshal(document, &root) != nil {
		return
	}
	var search func(at string, node any)
	search = func(at string, node any) {
		switch node := node.(type) {
		case map[string]any:
			visit(at, node)
			for name, child := range node {
				search(at+"/"+escapePointer.Replace(name), child)
			}
		case []any:
			for i, child := range node {
				search(at+"/"+strconv.Itoa(i), child)
			}
		}
	}
	search("", root)
}

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")
