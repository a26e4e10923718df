// Package envelope parses the error bodies of the platform, and of what may stand in front of it: a gateway, a proxy. It knows
// bodies, and nothing of HTTP.
package envelope

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"

	"example.com/cortexscan/internal/text"
)

// Bounds, in bytes and in number.
const (
	maxMessage = 1 << 10 // of an extra, too
	maxField   = 256
	maxCode    = 128
	maxDetails = 100
)

// Error is what an error body reports. Every string in it is one printable line, bounded, without credentials.
type Error struct {
	Form          Form
	Code, Message string
	Details       []struct{ Field, Message string } // at most 100
	Extra         string                            // what is said beyond the message in another form than details
	Line, Column  int                               // where in the request the service found the problem; 0: unknown
	// IsError reports that the body is an error envelope of the platform. That includes one with a code such as 200 or "SUCCESS".
	IsError bool
	// IsAlone reports that the body is an object of nothing but the fields in which this platform, and what is in front of it, put
	// errors, whatever they hold.
	IsAlone bool
	// NoEndpoints reports that the message, a detail or the extra, before it was shortened, says that no endpoint matched.
	NoEndpoints bool
	// ActionID is the action_id that is beside the error, "" if there is none: the request may have been executed all the same.
	ActionID string
}

// Form is what a body looks like, whatever its Content-Type.
type Form int

// The forms of a body. Unreadable is one that is empty, binary, or JSON that was cut off.
const (
	Unreadable Form = iota
	JSON
	HTML
	PlainText
)

// Parse parses body, which may be anything. Every string that is taken from it is made printable, then goes through redact,
// and then is cut: an invisible character may split a credential, and a cut may halve it.
func Parse(body []byte, redact func(string) string) Error {
	p := parser{redact: redact}
	body = TrimMark(body)
	switch body = bytes.TrimSpace(body); {
	case len(body) == 0:
	case body[0] == '<':
		p.Form = HTML
		p.message(htmlTitle(body))
	default:
		o, ok := decode(body)
		if !ok {
			p.plainText(body)
			break
		}
		p.Form, p.IsAlone = JSON, IsErrorAlone(body)
		p.platform(o)
		if !p.IsError {
			p.foreign(body)
		}
	}
	return p.Error
}

// TrimMark returns the body without the byte order mark that it may begin with.
func TrimMark(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\ufeff")) }

// IsError reports whether a body that came as a success is an error envelope of the platform.
func IsError(body []byte) bool {
	if !mayBeError(body) {
		return false
	}
	o, ok := decode(bytes.TrimSpace(TrimMark(body)))
	return ok && o.find() != nil
}

// mayBeError is a quick look at whether a success is worth decoding as an envelope: each field name that makes one has
// two r in it, in any case, unless it is spelled with escapes.
func mayBeError(body []byte) bool {
	for _, part := range []string{"rr", "RR", "rR", "Rr", `\u00`} {
		if bytes.Contains(body, []byte(part)) {
			return true
		}
	}
	return false
}

// IsErrorAlone is Error.IsAlone for a body that came as a success.
func IsErrorAlone(body []byte) bool {
	var fields map[string]json.RawMessage
	if !mayBeError(body) && !bytes.Contains(bytes.ToLower(body), []byte("detail")) || json.Unmarshal(TrimMark(body), &fields) != nil {
		return false
	}
	for name := range fields {
		name = strings.ToLower(name)
		if !strings.HasPrefix(name, "err_") && !slices.Contains([]string{"error", "errors", "detail"}, name) {
			return false
		}
	}
	return len(fields) > 0
}

// noEndpoints is how the service says that no endpoint matched, at the end of a longer message (seen on sibling
// operations of abort_scan).
const noEndpoints = "no endpoint was found for creating the requested action"

// parser collects what a body says.
type parser struct {
	Error
	redact func(string) string
}

// text returns s as it may be shown, in at most limit bytes.
func (p *parser) text(s string, limit int) string {
	s = p.redact(text.Printable(s, math.MaxInt))
	if len(s) >= len(noEndpoints) {
		p.NoEndpoints = p.NoEndpoints || strings.Contains(strings.ToLower(s), noEndpoints)
	}
	return text.Printable(s, limit)
}

// message takes the whole message. The service passes on what its query parser says, which is JSON text itself.
func (p *parser) message(s string) {
	var located struct {
		Line, Column int
		Message      *string
	}
	if strings.HasPrefix(strings.TrimSpace(s), "{") && json.Unmarshal([]byte(s), &located) == nil && located.Message != nil {
		s, p.Line, p.Column = *located.Message, located.Line, located.Column
	}
	p.Message = p.text(s, maxMessage)
}

// platform takes the members of the object that says what went wrong; where none does, of the outermost.
func (p *parser) platform(o *object) {
	m := o.find()
	if p.IsError = m != nil; !p.IsError {
		m = &o.members
	}
	for _, level := range o.levels() {
		if p.ActionID == "" {
			p.ActionID = p.text(level.ActionID.text(), maxCode)
		}
	}
	p.Code = p.text(first(m.ErrCode, m.ErrorCode, m.Metadata.Code, m.Metadata.ErrCode, m.Code), maxCode)
	p.message(first(scalar(m.ErrMsg), m.Message))
	for _, extra := range []raw{m.ErrExtra, m.Details, m.Metadata.ErrExtra} {
		if p.Details == nil && p.Extra == "" {
			p.extra(extra)
		}
	}
}

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

func (p *parser) detail(field, message string) {
	p.Details = append(p.Details, struct{ Field, Message string }{p.text(field, maxField), p.text(message, maxMessage)})
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
		p.detail(field, message)
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
		p.detail(field, entries[field].Message.text())
	}
	return true
}
