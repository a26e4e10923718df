package api

import (
	"unicode/utf16"
	"unicode/utf8"
)

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
