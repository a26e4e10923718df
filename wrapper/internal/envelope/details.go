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
func (p *parser) extra(r raw) {
	if len(r) == 0 {
		return
	}
	switch r[0] {
	case '[':
		p.list(r)
		return
	case '{':
		if p.byField(r) {
			return
		}
		var inner members
		if _ = json.Unmarshal(r, &inner); inner.ErrMsg != "" { // the more precise of the two
			p.Extra = p.Message
			p.message(string(inner.ErrMsg))
			return
		}
	}
	p.Extra = p.text(r.text(), maxMessage)
}

// item is one detail of a list: {"field","message"}, or {"type","loc","msg"} as pydantic writes it.
type item struct {
	Field, Message, Msg, Detail, Title scalar
	Loc                                place
}

// list takes the details of a list, and decodes not more of it than is kept.
func (p *parser) list(r raw) {
	d := json.NewDecoder(bytes.NewReader(r))
	_, _ = d.Token() // the bracket
	var i item
	for len(p.Details) < maxDetails && d.More() {
		i = item{}
		from := d.InputOffset()
		_ = d.Decode(&i) // what is no object is taken as text
		field, message := first(scalar(i.Loc), i.Field), first(i.Message, i.Msg, i.Detail, i.Title)
		if field == "" && message == "" {
			message = raw(bytes.TrimLeft(r[from:d.InputOffset()], ", \t\r\n")).text()
		}
		p.Details = append(p.Details, Detail{p.text(field, maxField), p.text(message, maxMessage)})
	}
}

// place is a place in the request: its steps, joined with dots.
type place string

// UnmarshalJSON takes a list of steps, or a single one.
func (l *place) UnmarshalJSON(b []byte) error {
	if b[0] != '[' {
		return (*scalar)(l).UnmarshalJSON(b)
	}
	var steps []scalar
	_ = json.Unmarshal(b, &steps) // cannot fail: a decoder has found it to be a list
	var joined strings.Builder
	for i, step := range steps {
		if i > 0 {
			joined.WriteByte('.')
		}
		joined.WriteString(string(step))
	}
	*l = place(joined.String())
	return nil
}

// byField takes {"a field": {"message": "…"}, …}, sorted by field, and reports whether r has this form.
func (p *parser) byField(r raw) bool {
	var entries map[string]struct{ Message raw }
	if json.Unmarshal(r, &entries) != nil || len(entries) == 0 {
		return false
	}
	for _, e := range entries {
		if len(e.Message) == 0 {
			return false
		}
	}
	fields := slices.Sorted(maps.Keys(entries))
	for _, field := range fields[:min(len(fields), maxDetails)] {
		p.Details = append(p.Details, Detail{p.text(field, maxField), p.text(entries[field].Message.text(), maxMessage)})
	}
	return true
}
