// Package envelope reads the error bodies of the platform, and of what may stand in front of it: a gateway, a proxy. It
// knows bodies, and nothing of HTTP.
package envelope

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"unicode/utf8"

	"example.com/cortexscan/internal/text"
)

// Bounds of the texts, in bytes.
const (
	maxMessage = 1 << 10 // of an extra, too
	maxField   = 256
	maxCode    = 128
)

// Error is what an error body says. Every text in it is one printable line, bounded, without credentials.
type Error struct {
	Code, Message string
	Details       []Detail // at most 100
	Extra         string   // what is said beyond the message in another form than details
	Line, Column  int      // where in the request the service met the problem; 0: unknown
	// IsError reports that the body is an envelope of the platform that says what went wrong.
	IsError bool
	// NoEndpoints reports that the message, before it was shortened, says that no endpoint matched.
	NoEndpoints bool
	// HasActionID reports that an action_id stands beside the error: the request may have been executed all the same.
	HasActionID bool
}

// Detail is what is wrong with one field.
type Detail struct{ Field, Message string }

// String returns "field: message".
func (d Detail) String() string {
	if d.Field == "" || d.Message == "" {
		return d.Field + d.Message
	}
	return d.Field + ": " + d.Message
}

// noEndpoints is how the service says that no endpoint matched, at the end of a longer message (seen on sibling
// operations of abort_scan).
const noEndpoints = "no endpoint was found for creating the requested action"

// Parse reads body, which may be anything. Every text that is taken from it is made printable, then goes through redact,
// and then is cut: an invisible character may split a credential, and a cut may halve it.
func Parse(body []byte, redact func(string) string) Error {
	p := parser{redact: redact}
	switch body = trim(body); {
	case len(body) == 0:
	case body[0] == '<':
		p.message(htmlTitle(body))
	default:
		o, ok := decode(body)
		if !ok {
			p.message(firstLine(body))
			break
		}
		p.json(o, body)
	}
	return p.Error
}

// IsError reports whether a body that came as a success is an error envelope of the platform.
func IsError(body []byte) bool {
	if !mayBeError(body) {
		return false
	}
	o, ok := decode(trim(body))
	return ok && o.find() != nil
}

// mayBeError is a quick look at whether a success is worth decoding as an envelope. The member names may be in upper
// case, or spelled with escapes.
func mayBeError(body []byte) bool {
	for _, part := range []string{"err_", "ERR_", "rror", "RROR", `\u00`} {
		if bytes.Contains(body, []byte(part)) {
			return true
		}
	}
	return false
}

var byteOrderMark = []byte("\ufeff")

func trim(body []byte) []byte { return bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark)) }

// object is every JSON body in one: the forms differ in which members they have, and in what they are wrapped. A member
// of another type than expected is passed over, never an error. A number may be a string, and any text be null.
type object struct {
	ErrCode  json.RawMessage `json:"err_code"`
	ErrMsg   json.RawMessage `json:"err_msg"`
	ErrExtra json.RawMessage `json:"err_extra"`
	Metadata *struct {
		Code     json.RawMessage `json:"code"`
		ErrCode  json.RawMessage `json:"err_code"`
		ErrExtra json.RawMessage `json:"err_extra"`
	} `json:"metadata"`
	ErrorCode json.RawMessage `json:"errorCode"`
	Message   json.RawMessage `json:"message"`
	Details   json.RawMessage `json:"details"`
	Code      json.RawMessage `json:"code"`
	ActionID  json.RawMessage `json:"action_id"`
	Reply     *object         `json:"reply"`
	Data      *object         `json:"data"`
}

// decode reports whether body is JSON. One pass of encoding/json reads it, past every member of an unexpected type.
func decode(body []byte) (*object, bool) {
	o := new(object)
	var mismatch *json.UnmarshalTypeError
	if err := json.Unmarshal(body, o); err != nil && !errors.As(err, &mismatch) {
		return nil, false
	}
	return o, true
}

// find returns the object that says what went wrong, o itself or the one that it wraps, nil if none does.
func (o *object) find() *object {
	for _, wrapped := range []*object{o, o.Reply, o.Data} {
		if wrapped.isError() {
			return wrapped
		}
		if wrapped != nil && wrapped.Reply.isError() {
			return wrapped.Reply
		}
	}
	return nil
}

// isError tells an error from a success: some successes of the platform carry these members as null.
func (o *object) isError() bool {
	if o == nil {
		return false
	}
	code := scalar(o.ErrCode)
	hasMessage := len(o.ErrMsg) > 0 && string(o.ErrMsg) != "null" && string(o.ErrMsg) != `""`
	return code != "" && code != "0" || hasMessage || scalar(o.ErrorCode) != ""
}

// parser collects what a body says.
type parser struct {
	Error
	redact func(string) string
}

// text returns s as it may be shown, in at most limit bytes.
func (p *parser) text(s string, limit int) string {
	s = p.redact(text.Printable(s, math.MaxInt))
	return text.Printable(s, limit)
}

// message takes the whole message.
func (p *parser) message(s string) {
	s = p.redact(text.Printable(s, math.MaxInt))
	p.NoEndpoints = strings.Contains(strings.ToLower(s), noEndpoints)
	p.Message = text.Printable(s, maxMessage)
}

// json takes the members of the object that says what went wrong; where none does, the outermost.
func (p *parser) json(outer *object, body []byte) {
	o := outer.find()
	if p.IsError = o != nil; !p.IsError {
		o = outer
	}
	p.HasActionID = hasActionID(outer) || hasActionID(outer.Reply) || hasActionID(outer.Data)
	codes := []json.RawMessage{o.ErrCode, o.ErrorCode}
	extras := []json.RawMessage{o.ErrExtra, o.Details}
	if m := o.Metadata; m != nil {
		codes = append(codes, m.Code, m.ErrCode)
		extras = append(extras, m.ErrExtra)
	}
	for _, code := range append(codes, o.Code) {
		if p.Code == "" {
			p.Code = p.text(scalar(code), maxCode)
		}
	}
	message := value(o.ErrMsg)
	if message == "" {
		message = scalar(o.Message)
	}
	p.message(p.locate(message))
	for _, extra := range extras {
		if p.Details == nil && p.Extra == "" {
			p.extra(extra)
		}
	}
	if p.Message == "" && !p.IsError {
		p.foreign(body)
	}
}

func hasActionID(o *object) bool { return o != nil && scalar(o.ActionID) != "" }

// locate takes apart a message that is JSON text itself: the service passes on what its query parser says.
func (p *parser) locate(message string) string {
	var located struct {
		Line, Column int
		Message      *string
	}
	if !strings.HasPrefix(strings.TrimSpace(message), "{") || json.Unmarshal([]byte(message), &located) != nil || located.Message == nil {
		return message
	}
	p.Line, p.Column = located.Line, located.Column
	return *located.Message
}

// scalar returns a JSON string or number as text, "" for anything else.
func scalar(raw json.RawMessage) string {
	if len(raw) == 0 || raw[0] != '"' && raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return ""
	}
	return value(raw)
}

// value returns the text of a JSON string, "" for null, and compact JSON for anything else.
func value(raw json.RawMessage) string {
	switch {
	case len(raw) == 0, string(raw) == "null":
		return ""
	case raw[0] != '"':
		var compact bytes.Buffer
		_ = json.Compact(&compact, raw)
		return compact.String()
	case bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw):
		return string(raw[1 : len(raw)-1]) // as nearly all are: a decoder for each would cost more than the whole
	}
	var s string
	_ = json.Unmarshal(raw, &s) // cannot fail: a decoder has found it to be a string
	return s
}
