// Package envelope parses error bodies from the platform, and from a gateway or a proxy in front of it.
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

// The maximum lengths of strings, in bytes, and the maximum number of details.
const (
	maxMessage = 1 << 10 // of Message and of Extra
	maxField   = 256
	maxCode    = 128
	maxDetails = 100
)

// Error is the content of an error body. Every string is one printable line of limited length, without credentials.
type Error struct {
	Form          Form
	Code, Message string
	Details       []struct{ Field, Message string } // at most 100
	Extra         string                            // additional information, a string or compact JSON
	Line, Column  int                               // position of the problem in the request, or 0
	// IsError reports whether the body is an error envelope of the platform, even if its code is 200 or "SUCCESS", for example.
	IsError bool
	// IsAlone reports whether the body is not an error envelope, but all of its fields are error fields, whatever
	// their values.
	IsAlone bool
	// NoEndpoints reports whether the message, a detail or the extra states that no endpoint matched, even if that
	// part was cut off.
	NoEndpoints bool
	// ActionID is the action_id in the body, or "". If it is not empty, the request may have been executed
	// despite the error.
	ActionID string
}

// Form is the format of a body, as detected from its bytes instead of the Content-Type.
type Form int

// Values of Form. An Unreadable body is empty, binary or truncated JSON.
const (
	Unreadable Form = iota
	JSON
	HTML
	PlainText
)

// Parse parses an error body of any format. It makes every string printable, redacts it and then truncates it. The
// order matters: an invisible character may split a credential, and truncation may leave half of one.
func Parse(body []byte, redact func(string) string) Error {
	p := parser{redact: redact}
	switch body = bytes.TrimSpace(TrimMark(body)); {
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
		p.Form = JSON
		p.platform(o)
		if !p.IsError {
			p.IsAlone = IsErrorAlone(body)
			p.foreign(body)
		}
	}
	return p.Error
}

// TrimMark removes a leading byte order mark.
func TrimMark(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\ufeff")) }

// IsError computes Error.IsError for the body of a 2xx response.
func IsError(body []byte) bool {
	if !mayBeError(body) {
		return false
	}
	o, ok := decode(bytes.TrimSpace(TrimMark(body)))
	return ok && o.find() != nil
}

// mayBeError returns false for most bodies without an error, and does not decode them. The name of every field that
// identifies an envelope contains "rr" in any case, or an escape.
func mayBeError(body []byte) bool {
	for _, part := range []string{"rr", "RR", "rR", "Rr", `\u00`} {
		if bytes.Contains(body, []byte(part)) {
			return true
		}
	}
	return false
}

// IsErrorAlone computes Error.IsAlone for the body of a 2xx response.
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

// noEndpoints is the end of the service's message if no endpoint matched. It has been observed in responses of operations that
// are similar to abort_scan.
const noEndpoints = "no endpoint was found for creating the requested action"

// parser fills in an Error.
type parser struct {
	Error
	redact func(string) string
}

// text makes s printable, redacts it and truncates it to limit bytes.
func (p *parser) text(s string, limit int) string {
	s = p.redact(text.Printable(s, math.MaxInt))
	if len(s) >= len(noEndpoints) {
		p.NoEndpoints = p.NoEndpoints || strings.Contains(strings.ToLower(s), noEndpoints)
	}
	return text.Printable(s, limit)
}

// message sets Error.Message. The service's query parser sends a message that is itself JSON.
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

// platform reads the fields at the level that describes the error, or else at the outermost level.
func (p *parser) platform(o *object) {
	m := o.find()
	if p.IsError = m != nil; !p.IsError {
		m = &o.fields
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

// extra reads err_extra or a similar field: a list of details, a map of details, a nested error or any other value.
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
		var inner fields
		if _ = json.Unmarshal(r, &inner); inner.ErrMsg != "" { // more precise than p.Message
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

// list decodes at most maxDetails items.
func (p *parser) list(r raw) {
	d := json.NewDecoder(bytes.NewReader(r))
	_, _ = d.Token() // the opening bracket
	var i item
	for len(p.Details) < maxDetails && d.More() {
		i = item{}
		from := d.InputOffset()
		_ = d.Decode(&i) // an item that is not an object becomes the message
		field, message := first(scalar(i.Loc), i.Field), first(i.Message, i.Msg, i.Detail, i.Title)
		if field == "" && message == "" {
			message = raw(bytes.TrimLeft(r[from:d.InputOffset()], ", \t\r\n")).text()
		}
		p.detail(field, message)
	}
}

// byField reads {"a field": {"message": "…"}, …}, sorted by field, and reports whether r has this form.
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
	for _, field := range slices.Sorted(maps.Keys(entries))[:min(len(entries), maxDetails)] {
		p.detail(field, entries[field].Message.text())
	}
	return true
}
