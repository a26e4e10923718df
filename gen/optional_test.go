package gen_test

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// plainValues lists the types of optional fields that need no pointer: any value, strings for which "" has no meaning,
// and types that only responses use.
var plainValues = []string{"interface{}", "string", "Text", "NetscanErrorMetadata", "ErrorDetails", "ErrorExtra"}

// With a pointer, a caller can leave out an optional field or send false, 0 or an empty list. Two settings remove the
// pointer: x-go-type-skip-optional-pointer, which a field inherits through $ref and allOf, and
// prefer-skip-optional-pointer.
func TestOptionalFieldsArePointers(t *testing.T) {
	generated, err := os.ReadFile("client.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	structs := regexp.MustCompile(`(?ms)^type (\w+) struct \{$(.*?)^\}$`)
	optional := regexp.MustCompile(`(?m)^\s+(\w+) +(\S+) +.(?:form|json):"[^"]*,omit`)
	found := 0
	for _, s := range structs.FindAllSubmatch(generated, -1) {
		for _, field := range optional.FindAllSubmatch(s[2], -1) {
			found++
			isParameter := regexp.MustCompile(`Params$`).Match(s[1])
			isPointer := field[2][0] == '*' || regexp.MustCompile(`^nullable\.`).Match(field[2])
			if !isPointer && (isParameter || !slices.Contains(plainValues, string(field[2]))) {
				t.Errorf("%s.%s is optional and a %s: remove x-go-type-skip-optional-pointer, or add a type that only responses use to plainValues", s[1], field[1], field[2])
			}
		}
	}
	if found < 10 {
		t.Errorf("found %d optional fields, want at least 10", found)
	}
}
