package envelope

import (
	"bytes"
	"encoding/json"
	"iter"
	"unicode/utf8"
)

// An error may have any of a dozen forms, and be a megabyte long. encoding/json would decode all of it to look
// at a few members, and more than once where a member's type is not known beforehand. The functions of this file
// only find where values begin and end. They take text that json.Valid has passed, or a value out of one; of
// anything else they make nonsense, but they do end and do not panic.

// members goes through an object's members, name and value; a value of another type has none.
func members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		rest := inside(object, '{')
		for {
			var name, value []byte
			name, rest = next(rest)
			value, rest = next(rest)
			if value == nil {
				return
			}
			if isVerbatim(name) {
				name = name[1 : len(name)-1]
			} else {
				name = []byte(textOf(name))
			}
			if !yield(name, value) {
				return
			}
		}
	}
}

// member returns the value of the member with this name, in upper or lower case: both occur. A member that is
// null counts as none, for which it returns nil; of several the last one counts.
func member(object []byte, name string) (found []byte) {
	for n, value := range members(object) {
		if isNamed(n, name) && string(value) != "null" {
			found = value
		}
	}
	return found
}

func isNamed(name []byte, want string) bool { return bytes.EqualFold(name, []byte(want)) }

// items goes through a list; a value of another type has none.
func items(list []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		rest := inside(list, '[')
		for {
			var value []byte
			value, rest = next(rest)
			if value == nil || !yield(value) {
				return
			}
		}
	}
}

// inside returns what follows the bracket that text begins with, nil where it begins with something else.
func inside(text []byte, bracket byte) []byte {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || text[0] != bracket {
		return nil
	}
	return text[1:]
}

// next cuts the first value off text, and whatever stands before it that is none. The value is nil at the end of
// the text, and of the list or object that the text is the inside of.
func next(text []byte) (value, rest []byte) {
	from := 0
	for from < len(text) && separates(text[from]) {
		from++
	}
	to, depth := from, 0
	for to < len(text) {
		switch text[to] {
		case '"':
			to = afterString(text, to)
		case '{', '[':
			depth++
			to++
		case '}', ']':
			if depth == 0 {
				return nil, nil
			}
			depth--
			to++
		default:
			to = afterWord(text, to)
		}
		for depth > 0 && to < len(text) && separates(text[to]) {
			to++
		}
		if depth == 0 {
			return text[from:to], text[to:]
		}
	}
	return nil, nil
}

func separates(c byte) bool {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':'
}

// afterString returns the end of the string that begins at from.
func afterString(text []byte, from int) int {
	to := from + 1
	for {
		quote := bytes.IndexByte(text[to:], '"')
		if quote < 0 {
			return len(text)
		}
		escape := bytes.IndexByte(text[to:to+quote], '\\')
		if escape < 0 {
			return to + quote + 1
		}
		if to += escape + 2; to > len(text) {
			return len(text)
		}
	}
}

// afterWord returns the end of the number, true, false or null that begins at from.
func afterWord(text []byte, from int) int {
	to := from + 1
	for to < len(text) && !separates(text[to]) && text[to] != '}' && text[to] != ']' {
		to++
	}
	return to
}

// scalarOf returns a JSON string or number as text, "" for anything else.
func scalarOf(value []byte) string {
	if len(value) == 0 || value[0] != '"' && value[0] != '-' && (value[0] < '0' || value[0] > '9') {
		return ""
	}
	return textOf(value)
}

// textOf returns the text of a JSON string, "" for null, and compact JSON for anything else.
func textOf(value []byte) string {
	switch {
	case len(value) == 0 || string(value) == "null":
		return ""
	case value[0] != '"':
		var compact bytes.Buffer
		_ = json.Compact(&compact, value)
		return compact.String()
	case isVerbatim(value):
		return string(value[1 : len(value)-1])
	}
	var s string
	_ = json.Unmarshal(value, &s)
	return s
}

// isVerbatim reports whether a JSON string stands for just what is between its quotes.
func isVerbatim(value []byte) bool {
	return len(value) > 1 && value[0] == '"' && bytes.IndexByte(value, '\\') < 0 && utf8.Valid(value)
}
