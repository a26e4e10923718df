// Package envelope reads the error bodies of the platform, and of what may stand in front of it: a gateway, a proxy. It
// knows bodies, and nothing of HTTP.
package envelope

import (
	"bytes"
	"encoding/json"
	"strings"
)

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
	for _, part := range []string{"rr_", "RR_", "rror", "RROR", `\u00`} {
		if bytes.Contains(body, []byte(part)) {
			return true
		}
	}
	return false
}

var byteOrderMark = []byte("\ufeff")

func trim(body []byte) []byte { return bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark)) }

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
