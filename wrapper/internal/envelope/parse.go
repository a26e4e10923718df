// Package envelope reads the error bodies of the platform, and of what may stand in front of it: a gateway, a proxy. It
// knows bodies, and nothing of HTTP.
package envelope

import "bytes"

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
		p.platform(o)
		if !p.IsError {
			p.foreign(body)
		}
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

// mayBeError is a quick look at whether a success is worth decoding as an envelope: each member name that makes one has
// two r in it, in any case, unless it is spelled with escapes.
func mayBeError(body []byte) bool {
	for _, part := range []string{"rr", "RR", "rR", "Rr", `\u00`} {
		if bytes.Contains(body, []byte(part)) {
			return true
		}
	}
	return false
}

var byteOrderMark = []byte("\ufeff")

func trim(body []byte) []byte { return bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark)) }

// platform takes the members of the object that says what went wrong; where none does, of the outermost.
func (p *parser) platform(o *object) {
	m := o.find()
	if p.IsError = m != nil; !p.IsError {
		m = &o.members
	}
	for _, level := range o.levels() {
		p.HasActionID = p.HasActionID || len(level.ActionID) > 0 && string(level.ActionID) != `""`
	}
	p.Code = p.text(first(m.ErrCode, m.ErrorCode, m.Metadata.Code, m.Metadata.ErrCode, m.Code), maxCode)
	p.message(first(scalar(m.ErrMsg), m.Message))
	for _, extra := range []raw{m.ErrExtra, m.Details, m.Metadata.ErrExtra} {
		if p.Details == nil && p.Extra == "" {
			p.extra(extra)
		}
	}
}
