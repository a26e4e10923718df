package schema

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/internal/text"
)

const deepest = 16 // maximum depth of a description, because schemas can form a cycle

// reason describes the violation of a keyword. The description can quote the document, but never the value.
func (s *Schema) reason(keyword string) string {
	k := s.source
	switch keyword {
	case "enum":
		return "must be " + s.Describe()
	case "minLength":
		if k.MinLength == 1 {
			return "must not be empty"
		}
		return "must have at least " + count(k.MinLength, "character")
	case "maxLength":
		return "must have at most " + count(*k.MaxLength, "character")
	case "pattern":
		return "must match the pattern " + k.Pattern
	case "format":
		return cmp.Or(formatReasons[k.Format], "must have the format "+k.Format)
	case "minimum":
		if k.ExclusiveMin.IsTrue() {
			return "must be greater than " + s.minimum.literal
		}
		return "must be at least " + s.minimum.literal
	case "maximum":
		if k.ExclusiveMax.IsTrue() {
			return "must be less than " + s.maximum.literal
		}
		return "must be at most " + s.maximum.literal
	case "multipleOf":
		return "must be a multiple of " + s.multiple.literal
	case "minItems":
		return "must have at least " + count(k.MinItems, "item")
	case "maxItems":
		return "must have at most " + count(*k.MaxItems, "item")
	case "uniqueItems":
		return "must not contain the same item twice"
	case "minProperties":
		return "must have at least " + count(k.MinProps, "property")
	case "maxProperties":
		return "must have at most " + count(*k.MaxProps, "property")
	}
	return "does not match its schema"
}

var formatReasons = map[string]string{
	"int64": "must be between -9223372036854775808 and 9223372036854775807", "int32": "must be between -2147483648 and 2147483647",
}

// Describe describes the values that the schema accepts. The description can follow "must be".
func (s *Schema) Describe() string {
	texts := s.forms(0)
	if slices.Contains(texts, "null") { // null comes last
		texts = append(slices.DeleteFunc(texts, func(text string) bool { return text == "null" }), "null")
	}
	return text.List(texts, " or ")
}

// forms returns the phrases that Describe joins.
func (s *Schema) forms(depth int) []string {
	if s == nil || depth > deepest {
		return []string{"another value"}
	}
	var texts []string
	alternatives := slices.Concat(s.oneOf, s.anyOf)
	switch {
	case len(alternatives) > 0:
		for _, alternative := range alternatives {
			if texts = append(texts, alternative.forms(depth+1)...); len(texts) > text.MaxListed {
				break
			}
		}
	case len(s.source.Enum) > 0:
		texts = append(texts, oneOfValues(s.source.Enum))
	case s.source.Type != nil:
		for _, name := range s.source.Type.Slice() {
			texts = append(texts, s.describeType(name))
		}
	case len(s.allOf) > 0:
		texts = s.allOf[0].forms(depth + 1)
	case s.source.Title != "":
		texts = append(texts, s.source.Title)
	default:
		texts = append(texts, "another value")
	}
	if s.source.Nullable && s.enum == nil {
		texts = append(texts, "null")
	}
	return slices.Compact(texts)
}

var typeWords = map[string]string{
	openapi3.TypeObject: "an object", openapi3.TypeInteger: "an integer", openapi3.TypeNumber: "a number", openapi3.TypeString: "a string",
	openapi3.TypeBoolean: "true or false",
}

func (s *Schema) describeType(name string) string {
	switch {
	case name == openapi3.TypeArray:
		return s.describeList()
	case name == openapi3.TypeObject && s.name != "":
		return "an object (" + s.name + ")"
	}
	return typeWords[name]
}

// describeList returns a phrase such as "a list of strings" or "a list of at least one EndpointFilter".
func (s *Schema) describeList() string {
	one := "item"
	if items := s.items; items != nil {
		types := items.source.Type.Slice()
		switch {
		case items.name != "":
			one = items.name
		case len(types) == 1 && types[0] == openapi3.TypeArray:
			one = "list"
		case len(types) == 1:
			one = types[0]
		}
	}
	if s.source.MinItems > 0 {
		return "a list of at least " + count(s.source.MinItems, one)
	}
	return "a list of " + plural(one)
}

func oneOfValues(values []any) string {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		quoted, _ := json.Marshal(v) // cannot fail: v came from JSON
		texts = append(texts, string(quoted))
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "one of " + text.List(texts, ", ")
}

// Listed returns " (label: a, b)", or "" if there are no names.
func Listed(label string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " (" + label + ": " + text.List(names, ", ") + ")"
}

func plural(noun string) string {
	if noun == "property" {
		return "properties"
	}
	return noun + "s"
}

// count returns a phrase such as "one item" or "2 items".
func count(n uint64, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return strconv.FormatUint(n, 10) + " " + plural(noun)
}
