package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// unicodeEscape is \u001f with an even number of backslashes, or none, before it.
var unicodeEscape = regexp.MustCompile(`((?:^|[^\\])(?:\\\\)*)\\u([0-9a-fA-F]{4})`)

// goPattern converts a JavaScript pattern to the syntax of Go's regexp. It returns an error if that can't express it.
func goPattern(pattern string) (string, error) {
	for unicodeEscape.MatchString(pattern) { // matches overlap
		pattern = unicodeEscape.ReplaceAllString(pattern, `$1\x{$2}`)
	}
	_, err := regexp.Compile(pattern)
	return pattern, err
}

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1")

// SkippedPatterns returns a sentence about each pattern in the OpenAPI document that Go's regexp can't express.
func SkippedPatterns(document []byte) []string {
	var root any
	if yaml.Unmarshal(document, &root) != nil {
		return nil
	}
	var found []string
	var search func(at string, node any)
	search = func(at string, node any) {
		switch node := node.(type) {
		case map[string]any:
			for key, child := range node {
				place := at + "/" + escapePointer.Replace(key)
				pattern, isString := child.(string)
				if _, err := goPattern(pattern); key == "pattern" && isString && err != nil {
					found = append(found, fmt.Sprintf("%s is not checked, because Go's regexp can't express it (%s): "+
						"rewrite it without lookaround and backreferences, or remove it", place, strings.TrimPrefix(err.Error(), "error parsing regexp: ")))
				}
				search(place, child)
			}
		case []any:
			for i, child := range node {
				search(fmt.Sprintf("%s/%d", at, i), child)
			}
		}
	}
	search("", root)
	slices.Sort(found)
	return found
}
