package schema

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// extension is the keyword with the documented values of a schema that is open, a list on the schema of a string, or a
// table by field on that of a filter, an object with the members field, operator and value:
//
//	x-known-values: [windows, linux]
//	x-known-values: {platform: {operators: [in], values: [windows, linux]}, first_seen: {operators: [gte, lte]}}
const extension = "x-known-values"

// KnownFilter is a documented field of a filter.
type KnownFilter struct {
	Field     string
	Operators []string
	Values    []string // nil where any value will do
}

// KnownFilters returns the tables of the document's components in one, sorted by field.
func KnownFilters(doc *openapi3.T) ([]KnownFilter, error) {
	filters := map[string]KnownFilter{}
	if doc.Components == nil {
		return nil, nil
	}
	for name, ref := range doc.Components.Schemas {
		_, found, err := knownIn(ref.Value)
		if err != nil {
			return nil, fmt.Errorf("%s of schema %s: %w", extension, name, err)
		}
		maps.Copy(filters, found)
	}
	var sorted []KnownFilter
	for _, field := range slices.Sorted(maps.Keys(filters)) {
		sorted = append(sorted, filters[field])
	}
	return sorted, nil
}

// knownIn reads the extension of a schema, either a list or a table.
func knownIn(source *openapi3.Schema) ([]string, map[string]KnownFilter, error) {
	given, has := source.Extensions[extension]
	table, isTable := given.(map[string]any)
	switch {
	case !has:
		return nil, nil, nil
	case !isTable:
		values, err := stringList(given)
		return values, nil, err
	}
	filters := map[string]KnownFilter{}
	for field, row := range table {
		columns, _ := row.(map[string]any)
		known := KnownFilter{Field: field}
		for column, given := range columns {
			values, err := stringList(given)
			switch column {
			case "operators":
				known.Operators = values
			case "values":
				known.Values = values
			default:
				err = errors.New("has an unknown column " + column)
			}
			if err != nil {
				return nil, nil, fmt.Errorf("field %s: %w", field, err)
			}
		}
		if len(known.Operators) == 0 {
			return nil, nil, fmt.Errorf("field %s has no list of operators", field)
		}
		filters[field] = known
	}
	return nil, filters, nil
}

func stringList(given any) ([]string, error) {
	values, _ := given.([]any)
	if len(values) == 0 {
		return nil, errors.New("must be a list of strings, or a table by field")
	}
	texts := make([]string, len(values))
	for i, v := range values {
		s, isString := v.(string)
		if !isString {
			return nil, fmt.Errorf("item %d is not a string: quote it", i)
		}
		texts[i] = s
	}
	return texts, nil
}
