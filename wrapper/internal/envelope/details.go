package envelope

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

const maxDetails = 100

// extra takes what is said beyond the message: a list of details, a map of them, an error inside the error, or anything
// else as text.
func (p *parser) extra(raw json.RawMessage) {
	if len(raw) == 0 {
		return
	}
	switch raw[0] {
	case '[':
		p.list(raw)
		return
	case '{':
		if p.byField(raw) {
			return
		}
		var inner object
		if _ = json.Unmarshal(raw, &inner); scalar(inner.ErrMsg) != "" { // the more precise of the two
			p.Extra = p.Message
			p.message(scalar(inner.ErrMsg))
			return
		}
	}
	p.Extra = p.text(value(raw), maxMessage)
}

// item is one detail of a list: {"field","message"}, or {"type","loc","msg"} as pydantic writes it.
type item struct {
	Field, Message, Msg, Detail, Title json.RawMessage
	Loc                                []json.RawMessage
}

// list takes the details of a list, and decodes not more of it than is kept.
func (p *parser) list(raw json.RawMessage) {
	d := json.NewDecoder(bytes.NewReader(raw))
	_, _ = d.Token() // the bracket
	for len(p.Details) < maxDetails && d.More() {
		var i item
		from := d.InputOffset()
		_ = d.Decode(&i) // what is no object is taken as text
		field, message := scalar(i.Field), first(i.Message, i.Msg, i.Detail, i.Title)
		if len(i.Loc) > 0 {
			field = join(i.Loc)
		}
		if field == "" && message == "" {
			message = value(bytes.TrimLeft(raw[from:d.InputOffset()], ", \t\r\n"))
		}
		p.Details = append(p.Details, Detail{p.text(field, maxField), p.text(message, maxMessage)})
	}
}

// first returns the first of the values that is a string or a number.
func first(values ...json.RawMessage) string {
	for _, v := range values {
		if s := scalar(v); s != "" {
			return s
		}
	}
	return ""
}

// join returns the steps of a place in the request, joined with dots.
func join(loc []json.RawMessage) string {
	steps := make([]string, len(loc))
	for i, step := range loc {
		steps[i] = value(step)
	}
	return strings.Join(steps, ".")
}

// byField takes {"a field": {"message": "…"}, …}, sorted by field, and reports whether raw has this form.
func (p *parser) byField(raw json.RawMessage) bool {
	var entries map[string]struct{ Message json.RawMessage }
	if json.Unmarshal(raw, &entries) != nil || len(entries) == 0 {
		return false
	}
	for _, e := range entries {
		if len(e.Message) == 0 || string(e.Message) == "null" {
			return false
		}
	}
	fields := slices.Sorted(maps.Keys(entries))
	for _, field := range fields[:min(len(fields), maxDetails)] {
		p.Details = append(p.Details, Detail{p.text(field, maxField), p.text(scalar(entries[field].Message), maxMessage)})
	}
	return true
}
