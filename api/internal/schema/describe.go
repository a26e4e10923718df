package schema

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/cortexscan/internal/text"
)

const (
	maxName   = 64  // bytes of a name out of the document
	maxListed = 10  // names in one list
	deepest   = 16  // where looking through alternatives of alternatives ends; only a circle goes so far
	maxRule   = 200 // bytes of a pattern
)

// reason describes a keyword that a value violates, with the document's words and never with the value's.
func (s *Schema) reason(keyword string) string {
	k := s.source
	float := func(f *float64) string { return strconv.FormatFloat(*f, 'f', -1, 64) }
	switch {
	case keyword == "type" || keyword == "enum":
		return "must be " + s.Describe()
	case keyword == "minLength" && k.MinLength == 1:
		return "must not be empty"
	case keyword == "minLength":
		return "must have at least " + count(k.MinLength, "character")
	case keyword == "maxLength" && k.MaxLength != nil:
		return "must have at most " + count(*k.MaxLength, "character")
	case keyword == "pattern":
		return "must match the pattern " + text.Visible(k.Pattern, maxRule)
	case keyword == "format" && k.Format == "int64":
		return "must be between -9223372036854775808 and 9223372036854775807"
	case keyword == "format" && k.Format == "int32":
		return "must be between -2147483648 and 2147483647"
	case keyword == "format":
		return "must have the format " + text.Visible(k.Format, maxName)
	case keyword == "minimum" && k.Min != nil:
		return "must be at least " + float(k.Min)
	case keyword == "maximum" && k.Max != nil:
		return "must be at most " + float(k.Max)
	case keyword == "exclusiveMinimum" && k.Min != nil:
		return "must be more than " + float(k.Min)
	case keyword == "exclusiveMaximum" && k.Max != nil:
		return "must be less than " + float(k.Max)
	case keyword == "multipleOf" && k.MultipleOf != nil:
		return "must be a multiple of " + float(k.MultipleOf)
	case keyword == "minItems":
		return "must have at least " + count(k.MinItems, "item")
	case keyword == "maxItems" && k.MaxItems != nil:
		return "must have at most " + count(*k.MaxItems, "item")
	case keyword == "uniqueItems":
		return "must not contain the same item twice"
	case keyword == "minProperties":
		return "must have at least " + count(k.MinProps, "member")
	case keyword == "maxProperties" && k.MaxProps != nil:
		return "must have at most " + count(*k.MaxProps, "member")
	case keyword == "":
		return "does not match its schema"
	}
	return "violates the keyword " + text.Visible(keyword, maxName) + " of its schema"
}

// Describe returns what the schema accepts, to stand after "must be".
func (s *Schema) Describe() string {
	texts := s.forms(0)
	if slices.Contains(texts, "null") { // the afterthought comes last
		texts = append(slices.DeleteFunc(texts, func(text string) bool { return text == "null" }), "null")
	}
	return List(texts, " or ")
}

// forms are the texts that Describe joins.
func (s *Schema) forms(depth int) []string {
	if s == nil || depth > deepest {
		return []string{"another value"}
	}
	var texts []string
	alternatives := slices.Concat(s.oneOf, s.anyOf)
	switch {
	case len(alternatives) > 0:
		for _, alternative := range alternatives {
			if texts = append(texts, alternative.forms(depth+1)...); len(texts) > maxListed {
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
		texts = append(texts, text.Visible(s.source.Title, maxName))
	default:
		texts = append(texts, "another value")
	}
	if s.source.Nullable {
		texts = append(texts, "null")
	}
	return slices.Compact(texts)
}

func (s *Schema) describeType(name string) string {
	switch name {
	case openapi3.TypeArray:
		return s.describeList()
	case openapi3.TypeInteger:
		return "an integer"
	case openapi3.TypeBoolean:
		return "true or false"
	case openapi3.TypeObject:
		if s.name != "" {
			return "an object (" + text.Visible(s.name, maxName) + ")"
		}
		return "an object"
	}
	return "a " + name
}

// describeList returns "a list of strings", "a list of at least one EndpointFilter".
func (s *Schema) describeList() string {
	one := "item"
	if items := s.items; items != nil {
		types := items.source.Type.Slice()
		switch {
		case items.name != "":
			one = text.Visible(items.name, maxName)
		case len(types) == 1 && types[0] == openapi3.TypeArray:
			one = "list"
		case len(types) == 1:
			one = types[0]
		}
	}
	if s.source.MinItems > 0 {
		return "a list of at least " + count(s.source.MinItems, one)
	}
	return "a list of " + one + "s"
}

func oneOfValues(values []any) string {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		quoted, err := json.Marshal(v)
		if err != nil {
			quoted = []byte("?")
		}
		texts = append(texts, text.Visible(string(quoted), maxName))
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "one of " + List(texts, ", ")
}

// List joins texts with commas, the last two with last, and leaves out those that nobody would read.
func List(texts []string, last string) string {
	if n := len(texts); n > maxListed {
		return strings.Join(texts[:maxListed], ", ") + " and " + strconv.Itoa(n-maxListed) + " more"
	}
	n := len(texts) - 1
	if n < 1 {
		return strings.Join(texts, "")
	}
	return strings.Join(texts[:n], ", ") + last + texts[n]
}

// Listed returns the names that there are, as " (label: a, b)", or nothing where there are none.
func Listed(label string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	visible := make([]string, len(names))
	for i, name := range names {
		visible[i] = text.Visible(name, maxName)
	}
	return " (" + label + ": " + List(visible, ", ") + ")"
}

// count returns "one item", "2 items".
func count(n uint64, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return strconv.FormatUint(n, 10) + " " + noun + "s"
}
