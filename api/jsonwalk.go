package api

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the nesting of arrays and objects, and so the stack.
const maxDepth = 1000

// jsonReader reads one JSON value into what kin-openapi takes: nil, bool, string, json.Number, []any and
// map[string]any. encoding/json would do that too, but it keeps silent about repeated names, needs a second
// pass for what follows the value, and makes a copy of every string.
type jsonReader struct {
	text   string
	at     int
	place  pointer
	in     string // Problem.In
	report *report
}

// readJSON returns the value and whether there is one. Problems of the text go to the report, also where the
// value could be read.
func readJSON(text, in string, rep *report) (any, bool) {
	r := &jsonReader{text: text, in: in, report: rep}
	if !utf8.ValidString(text) {
		r.problem("is not valid UTF-8")
		r.text = strings.ToValidUTF8(text, "\uFFFD")
	}
	r.space()
	value, ok := r.value()
	if !ok {
		return nil, false
	}
	if r.space(); r.at < len(r.text) {
		r.problem(fmt.Sprintf("goes on after its JSON value, at byte %d", r.at))
	}
	return value, true
}

func (r *jsonReader) problem(reason string) {
	r.report.add(Problem{In: r.in, Reason: reason})
}

// broken reports that the text is not JSON; reading ends there.
func (r *jsonReader) broken() (any, bool) {
	if r.at >= len(r.text) {
		r.problem("is not valid JSON: it ends too early")
	} else {
		r.problem(fmt.Sprintf("is not valid JSON at byte %d", r.at))
	}
	return nil, false
}

func (r *jsonReader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// next passes over c and the space on both sides of it, and reports whether it was there.
func (r *jsonReader) next(c byte) bool {
	r.space()
	if r.at >= len(r.text) || r.text[r.at] != c {
		return false
	}
	r.at++
	r.space()
	return true
}

func (r *jsonReader) value() (any, bool) {
	if r.at >= len(r.text) {
		return r.broken()
	}
	switch c := r.text[r.at]; {
	case c == '"':
		if s, ok := r.string(); ok {
			return s, true
		}
		return r.broken()
	case c == '{':
		return r.object()
	case c == '[':
		return r.array()
	case c == '-', '0' <= c && c <= '9':
		return r.number()
	}
	switch rest := r.text[r.at:]; {
	case strings.HasPrefix(rest, "true"):
		r.at += len("true")
		return true, true
	case strings.HasPrefix(rest, "false"):
		r.at += len("false")
		return false, true
	case strings.HasPrefix(rest, "null"):
		r.at += len("null")
		return nil, true
	}
	return r.broken()
}

// enter steps into an array or object.
func (r *jsonReader) enter(s step) bool {
	if len(r.place) == maxDepth {
		r.problem(fmt.Sprintf("is nested deeper than %d levels", maxDepth))
		return false
	}
	r.place = append(r.place, s)
	return true
}

func (r *jsonReader) leave() { r.place = r.place[:len(r.place)-1] }

func (r *jsonReader) array() (any, bool) {
	if !r.enter(item(0)) {
		return nil, false
	}
	defer r.leave()
	here := len(r.place) - 1
	list := []any{}
	r.next('[')
	if r.next(']') {
		return list, true
	}
	for {
		value, ok := r.value()
		if !ok {
			return nil, false
		}
		list = append(list, value)
		if r.next(']') {
			return list, true
		}
		if !r.next(',') {
			return r.broken()
		}
		r.place[here].index++
	}
}

func (r *jsonReader) object() (any, bool) {
	if !r.enter(member("")) {
		return nil, false
	}
	defer r.leave()
	here := len(r.place) - 1
	members := map[string]any{}
	r.next('{')
	if r.next('}') {
		return members, true
	}
	for {
		name, ok := r.string()
		if !ok || !r.next(':') {
			return r.broken()
		}
		r.place[here].name = name
		if _, again := members[name]; again {
			r.report.add(Problem{In: r.in, Pointer: r.place.String(), Reason: "is given more than once"})
		}
		value, ok := r.value()
		if !ok {
			return nil, false
		}
		members[name] = value
		if r.next('}') {
			return members, true
		}
		if !r.next(',') {
			return r.broken()
		}
	}
}

// string reads a string. Most have no escapes and share the text's memory.
func (r *jsonReader) string() (string, bool) {
	if r.at >= len(r.text) || r.text[r.at] != '"' {
		return "", false
	}
	for i := r.at + 1; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '"':
			s := r.text[r.at+1 : i]
			r.at = i + 1
			return s, true
		case c == '\\':
			return r.escaped(i)
		case c < ' ':
			r.at = i
			return "", false
		}
	}
	r.at = len(r.text)
	return "", false
}

// escaped reads the rest of a string whose first escape is at i.
func (r *jsonReader) escaped(i int) (string, bool) {
	out := []byte(r.text[r.at+1 : i])
	for i < len(r.text) {
		c := r.text[i]
		switch {
		case c == '"':
			r.at = i + 1
			return string(out), true
		case c < ' ':
			r.at = i
			return "", false
		case c != '\\':
			out = append(out, c)
			i++
			continue
		}
		char, size := unescape(r.text[i:])
		if size == 0 {
			r.at = i
			return "", false
		}
		out = utf8.AppendRune(out, char)
		i += size
	}
	r.at = len(r.text)
	return "", false
}

// unescape reads the escape that s starts with; its size is 0 where it is none. Half of a surrogate pair
// becomes U+FFFD, as in encoding/json.
func unescape(s string) (char rune, size int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	}
	first, ok := codeUnit(s)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(first) {
		if second, ok := codeUnit(s[6:]); ok {
			if char := utf16.DecodeRune(first, second); char != utf8.RuneError {
				return char, 12
			}
		}
		return utf8.RuneError, 6
	}
	return first, 6
}

// codeUnit reads \uXXXX.
func codeUnit(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var unit rune
	for _, c := range []byte(s[2:6]) {
		switch {
		case '0' <= c && c <= '9':
			unit = unit<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			unit = unit<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			unit = unit<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return unit, true
}

func (r *jsonReader) number() (any, bool) {
	size := numberSize(r.text[r.at:])
	if size == 0 {
		return r.broken()
	}
	literal := r.text[r.at : r.at+size]
	r.at += size
	return number(literal), true
}

// numberSize is the length of the number that s starts with, in the grammar of JSON, or 0.
func numberSize(s string) int {
	i := 0
	digits := func() bool {
		from := i
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else if !digits() {
		return 0
	}
	if i < len(s) && s[i] == '.' {
		if i++; !digits() {
			return 0
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return 0
		}
	}
	return i
}

// number keeps a literal as it is written, except just outside the range of int64: kin-openapi compares in
// float64, where 9223372036854775807 and ...808 are the same number. One past the edge is handed on as the next
// number that differs.
func number(literal string) json.Number {
	const edge = 1 << 63
	// A shorter literal cannot come so close to the edge, and a longer one is not worth exact arithmetic.
	if len(literal) < 16 || len(literal) > 64 {
		return json.Number(literal)
	}
	switch f, _ := strconv.ParseFloat(literal, 64); f {
	case edge:
		if exact, ok := new(big.Rat).SetString(literal); ok && exact.Cmp(new(big.Rat).SetUint64(edge-1)) > 0 {
			return "9223372036854777856"
		}
	case -edge:
		if exact, ok := new(big.Rat).SetString(literal); ok && exact.Cmp(new(big.Rat).SetInt64(-edge)) < 0 {
			return "-9223372036854777856"
		}
	}
	return json.Number(literal)
}
