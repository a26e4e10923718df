package schema

import (
	"maps"
	"slices"
	"strings"
)

// advise goes through a valid value as judge does, of alternatives through those that it matches.
func (w *walker) advise(s *Schema, value any) int {
	if s == nil || w.isFull() || slices.Contains(w.active[w.base:], s) {
		return 0
	}
	w.active = append(w.active, s)
	defer func() { w.active = w.active[:len(w.active)-1] }()
	if v, recursive := visitOf(s, value); recursive {
		if w.done[v] {
			return 0
		}
		if w.done == nil {
			w.done = map[visit]bool{}
		}
		w.done[v] = true
	}
	for _, part := range s.allOf {
		w.advise(part, value)
	}
	for _, form := range slices.Concat(s.oneOf, s.anyOf) {
		if w.count(form, value) == 0 {
			w.advise(form, value)
		}
	}
	switch value := value.(type) {
	case string:
		w.compare(value, "value", s.knownValues)
	case []any:
		for i, item := range value {
			w.down(step{index: i}, w.advise, s.items, item)
		}
	case map[string]any:
		w.adviseFilter(s.knownFilters, value)
		for _, name := range slices.Sorted(maps.Keys(value)) {
			member := s.properties[name]
			if member == nil {
				member = s.rest
			}
			w.down(step{name, -1}, w.advise, member, value[name])
		}
	}
	return 0
}

// adviseFilter compares a filter with the table of documented ones.
func (w *walker) adviseFilter(filters map[string]KnownFilter, value map[string]any) {
	field, isString := value["field"].(string)
	if len(filters) == 0 || !isString {
		return
	}
	known, documented := filters[field]
	if !documented {
		w.compareAt("field", field, "field", slices.Sorted(maps.Keys(filters)))
		return // whose operators and values nobody documents
	}
	operator, _ := value["operator"].(string)
	w.compareAt("operator", operator, "operator of the field "+field, known.Operators)
	switch given := value["value"].(type) {
	case string:
		w.compareAt("value", given, "value of the field "+field, known.Values)
	case []any:
		w.at = append(w.at, step{"value", -1})
		defer w.leave()
		for i, item := range given {
			if text, isString := item.(string); isString {
				w.at = append(w.at, step{index: i})
				w.compare(text, "value of the field "+field, known.Values)
				w.leave()
			}
		}
	}
}

func (w *walker) compareAt(member, given, what string, documented []string) {
	w.at = append(w.at, step{member, -1})
	defer w.leave()
	w.compare(given, what, documented)
}

// compare reports a word that is not among the documented ones, with the nearest of them and without itself.
func (w *walker) compare(given, what string, documented []string) {
	if len(documented) == 0 || w.isFull() || slices.Contains(documented, given) {
		return
	}
	if near := nearest(given, documented); near != "" {
		w.add("is not a documented " + what + "; did you mean " + near + "?")
	} else {
		w.add("is not a documented " + what + Listed("documented", documented))
	}
}

// nearest returns the word that given was probably meant to be, or "" where none is near.
func nearest(given string, words []string) string {
	const longest = 64 // no word of a document is longer, and the comparison takes the product of the lengths
	if len(given) > longest {
		return ""
	}
	folded := fold.Replace(strings.ToLower(given))
	best, fewest := "", len(folded)/3+1 // edits that a typo may be
	for _, word := range words {
		target := fold.Replace(strings.ToLower(word))
		edits := distance(folded, target)
		if len(folded) > 2 && (strings.HasPrefix(target, folded) || strings.HasPrefix(folded, target)) {
			edits = min(edits, 1)
		}
		if edits < fewest || best == "" && edits == fewest {
			best, fewest = word, edits
		}
	}
	return best
}

var fold = strings.NewReplacer("-", "", "_", "", " ", "", ".", "")

// distance returns the number of bytes to insert, delete, replace or swap with their neighbor to make b of a.
func distance(a, b string) int {
	if len(b) > 2*len(a)+2 {
		return len(b)
	}
	var before, last []int
	next := make([]int, len(b)+1)
	for j := range next {
		next[j] = j
	}
	for i := range len(a) {
		before, last, next = last, next, make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			substitution := last[j]
			if a[i] != b[j] {
				substitution++
			}
			next[j+1] = min(substitution, last[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
	}
	return next[len(b)]
}
