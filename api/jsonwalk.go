package api

import (
	"fmt"
	"strings"
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
		if _, again := members[name]; again && !r.report.full() {
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
