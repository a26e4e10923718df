package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"example.com/cortexscan/internal/text"
)

// extension is a keyword that lists documented values without excluding others. For a string, the keyword contains a
// list. For a filter (an object with the properties field, operator and value), the keyword maps each field to its
// operators and values:
//
//	x-known-values: [windows, linux]
//	x-known-values: {platform: {operators: [in], values: [windows, linux]}, first_seen: {operators: [gte, lte]}}
const extension = "x-known-values"

// KnownFilters returns the filters that an OpenAPI document lists in x-known-values, sorted by field.
func KnownFilters(document []byte) []KnownFilter {
	all := map[string]KnownFilter{}
	eachObject(document, func(_ string, object map[string]any) {
		if _, filters, err := knownIn(object[extension]); err == nil {
			maps.Copy(all, filters)
		}
	})
	var sorted []KnownFilter
	for _, field := range slices.Sorted(maps.Keys(all)) {
		sorted = append(sorted, all[field])
	}
	return sorted
}

// knownIn decodes the extension, which is either a list or a mapping.
func knownIn(given any) (values []string, filters map[string]KnownFilter, err error) {
	if given == nil {
		return nil, nil, nil
	}
	encoded, err := json.Marshal(given)
	if err != nil {
		return nil, nil, err
	}
	if _, isMapping := given.(map[string]any); !isMapping {
		if json.Unmarshal(encoded, &values) != nil || len(values) == 0 {
			return nil, nil, errors.New("must be a list of strings (quote numbers and booleans), or a mapping of the form {field: {operators: [strings], values: [strings]}}")
		}
		return values, nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&filters); err != nil {
		return nil, nil, fmt.Errorf("must be a mapping of the form {field: {operators: [strings], values: [strings]}}: %w", err)
	}
	for field, f := range filters {
		if f.Field = field; len(f.Operators) == 0 {
			return nil, nil, fmt.Errorf("the field %s must have at least one operator", field)
		}
		filters[field] = f
	}
	return nil, filters, nil
}

// advice reports the undocumented strings in a valid value.
func (s *Schema) advice(value any) []Problem {
	filter, _ := value.(map[string]any)
	field, isFilter := filter["field"].(string)
	if !isFilter || s.knownFilters == nil {
		return compare(value, "value", s.knownValues)
	}
	known, documented := s.knownFilters[field]
	if !documented { // its operators and values are not documented, either
		return compare(field, "field", slices.Sorted(maps.Keys(s.knownFilters)), "field")
	}
	found := compare(filter["operator"], "operator of the field "+field, known.Operators, "operator")
	found = append(found, compare(filter["value"], "value of the field "+field, known.Values, "value")...)
	list, _ := filter["value"].([]any)
	for i, item := range list {
		found = append(found, compare(item, "value of the field "+field, known.Values, "value", strconv.Itoa(i))...)
	}
	return found
}

// compare returns a problem if a string is not documented. The problem suggests the nearest documented string or, if no
// string is near, lists the documented strings. It never quotes the given string.
func compare(given any, what string, documented []string, at ...string) []Problem {
	word, isString := given.(string)
	if !isString || len(documented) == 0 || slices.Contains(documented, word) {
		return nil
	}
	reason := "is not a documented " + what
	if near := text.Nearest(word, documented); near != "" {
		return []Problem{{At: at, Reason: reason + "; did you mean " + near + "?"}}
	}
	return []Problem{{At: at, Reason: reason + Listed("documented", documented)}}
}
