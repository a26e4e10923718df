package api

import (
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// reason puts a keyword that a value breaks into words. They come from the contract, never from the value.
func reason(s *openapi3.Schema, keyword string) string {
	if s == nil {
		return "does not have the form that the contract describes"
	}
	float := func(f *float64) string { return strconv.FormatFloat(*f, 'f', -1, 64) }
	switch {
	case keyword == "required":
		return "is required"
	case keyword == "type" || keyword == "nullable" || keyword == "enum":
		return "must be " + describe(openapi3.NewSchemaRef("", s))
	case keyword == "minLength" && s.MinLength == 1:
		return "must not be empty"
	case keyword == "minLength":
		return "must have at least " + strconv.FormatUint(s.MinLength, 10) + " characters"
	case keyword == "maxLength" && s.MaxLength != nil:
		return "must have at most " + strconv.FormatUint(*s.MaxLength, 10) + " characters"
	case keyword == "pattern":
		return "must match the pattern " + clean(s.Pattern, 200)
	case keyword == "format" && s.Format == "int64":
		return "must be between -9223372036854775808 and 9223372036854775807"
	case keyword == "format" && s.Format == "int32":
		return "must be between -2147483648 and 2147483647"
	case keyword == "format":
		return "must have the format " + clean(s.Format, maxName)
	case keyword == "minimum" && s.Min != nil:
		return "must be at least " + float(s.Min)
	case keyword == "maximum" && s.Max != nil:
		return "must be at most " + float(s.Max)
	case keyword == "exclusiveMinimum" && s.Min != nil:
		return "must be more than " + float(s.Min)
	case keyword == "exclusiveMaximum" && s.Max != nil:
		return "must be less than " + float(s.Max)
	case keyword == "multipleOf" && s.MultipleOf != nil:
		return "must be a multiple of " + float(s.MultipleOf)
	case keyword == "minItems":
		return "must have at least " + count(s.MinItems, "item")
	case keyword == "maxItems" && s.MaxItems != nil:
		return "must have at most " + count(*s.MaxItems, "item")
	case keyword == "discriminator":
		return "does not name one of the forms that the contract has"
	case keyword == "uniqueItems":
		return "must not hold the same item twice"
	case keyword == "minProperties":
		return "must have at least " + count(s.MinProps, "member")
	case keyword == "maxProperties" && s.MaxProps != nil:
		return "must have at most " + count(*s.MaxProps, "member")
	}
	return "breaks the contract's rule " + clean(keyword, maxName)
}

// describe says what a schema accepts, to stand after "must be".
func describe(ref *openapi3.SchemaRef) string {
	texts := forms(ref, 0)
	if slices.Contains(texts, "null") { // the afterthought comes last
		texts = append(slices.DeleteFunc(texts, func(text string) bool { return text == "null" }), "null")
	}
	return list(texts, " or ")
}

// forms are the texts that describe joins with commas and "or".
func forms(ref *openapi3.SchemaRef, depth int) []string {
	if ref == nil || ref.Value == nil || depth > deepest {
		return []string{"another value"}
	}
	s := ref.Value
	var texts []string
	alternatives := slices.Concat(s.OneOf, s.AnyOf)
	switch {
	case len(alternatives) > 0:
		for _, alternative := range alternatives {
			texts = append(texts, forms(alternative, depth+1)...)
		}
	case len(s.Enum) > 0:
		texts = append(texts, oneOfValues(s.Enum))
	case s.Type != nil:
		for _, name := range s.Type.Slice() {
			texts = append(texts, describeType(ref, name))
		}
	case len(s.AllOf) > 0:
		texts = forms(s.AllOf[0], depth+1)
	case s.Title != "":
		texts = append(texts, clean(s.Title, maxName))
	default:
		texts = append(texts, "another value")
	}
	if s.Nullable {
		texts = append(texts, "null")
	}
	return slices.Compact(texts)
}

func describeType(ref *openapi3.SchemaRef, name string) string {
	switch name {
	case openapi3.TypeArray:
		return describeList(ref.Value)
	case openapi3.TypeInteger:
		return "an integer"
	case openapi3.TypeBoolean:
		return "true or false"
	case openapi3.TypeObject:
		if name := schemaName(ref); name != "" {
			return "an object (" + name + ")"
		}
		return "an object"
	}
	return "a " + name
}

// describeList says "a list of strings", "a list of at least one EndpointFilter".
func describeList(s *openapi3.Schema) string {
	one := "item"
	if s.Items != nil && s.Items.Value != nil {
		if name := schemaName(s.Items); name != "" {
			one = name
		} else if s.Items.Value.Type.Is(openapi3.TypeArray) {
			one = "list"
		} else if types := s.Items.Value.Type.Slice(); len(types) == 1 {
			one = types[0]
		}
	}
	if s.MinItems > 0 {
		return "a list of at least " + count(s.MinItems, one)
	}
	return "a list of " + one + "s"
}

// schemaName is the name of a schema that is a component of the document.
func schemaName(ref *openapi3.SchemaRef) string {
	if ref.Ref == "" {
		return ""
	}
	return clean(path.Base(ref.Ref), maxName)
}

func oneOfValues(values []any) string {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			text = []byte("?")
		}
		texts = append(texts, clean(string(text), maxName))
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "one of " + list(texts, ", ")
}

// list joins texts with commas, the last two with last, and leaves out those that nobody would read.
func list(texts []string, last string) string {
	if n := len(texts); n > maxListed {
		return strings.Join(texts[:maxListed], ", ") + " and " + strconv.Itoa(n-maxListed) + " more"
	}
	if len(texts) == 0 {
		return ""
	}
	n := len(texts) - 1
	head := strings.Join(texts[:n], ", ")
	if head == "" {
		return texts[n]
	}
	return head + last + texts[n]
}

// among says which names there are, in brackets, or nothing where there are none.
func among(names []string) string {
	if len(names) == 0 {
		return ""
	}
	cleaned := make([]string, len(names))
	for i, name := range names {
		cleaned[i] = clean(name, maxName)
	}
	return " (it knows " + list(cleaned, " and ") + ")"
}

// count says "one item", "2 items".
func count(n uint64, noun string) string {
	if n == 1 {
		return "one " + noun
	}
	return strconv.FormatUint(n, 10) + " " + noun + "s"
}
