package gen_test

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// plainValues are the types of optional fields that need no pointer: those of any value, strings whose empty value has no
// meaning, and types that only responses use.
var plainValues = []string{"interface{}", "string", "Text", "NetscanErrorMetadata", "ErrorDetails", "ErrorExtra"}

// TestOptionalFieldsArePointers: a field that is not set is not sent, and false, 0 and an empty list can be. A field becomes a
// plain value by x-go-type-skip-optional-pointer, which $ref and allOf pass on, or by prefer-skip-optional-pointer.
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
		t.Errorf("only %d optional fields were found", found)
	}
}
