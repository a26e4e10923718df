package envelope

import (
	"bytes"
	"encoding/json"
	"html"
	"strings"

	"example.com/cortexscan/internal/text"
)

// foreign takes the forms of JSON that are not the platform's: FastAPI's detail, problem+json, and what proxies and gateways
// send.
func (p *parser) foreign(body []byte) {
	var o struct {
		Title, Error, Reply, Message, Detail, Errors json.RawMessage
		Description                                  json.RawMessage `json:"error_description"`
	}
	switch body[0] {
	case '"':
		p.message(value(body))
		return
	case '[':
		o.Errors = body
	default:
		_ = json.Unmarshal(body, &o)
	}
	for _, said := range []json.RawMessage{o.Title, o.Error, o.Reply, o.Detail, o.Description} {
		p.say(scalar(said))
	}
	p.object(o.Error)
	p.object(o.Message)
	for _, list := range []json.RawMessage{o.Detail, o.Errors, o.Error} {
		if p.Details == nil && isList(list) {
			p.list(list)
		}
	}
	if p.Message == "" && len(p.Details) > 0 {
		p.Message = text.Printable(p.Details[0].String(), maxMessage)
	}
}

// say takes the first text as the message and the second as what is said beyond it.
func (p *parser) say(s string) {
	switch {
	case s == "":
	case p.Message == "":
		p.message(s)
	case p.Extra == "":
		p.Extra = p.text(s, maxMessage)
	}
}

// object takes an error that is an object, such as {"code": 404, "message": "no such host"}.
func (p *parser) object(raw json.RawMessage) {
	if len(raw) == 0 || raw[0] != '{' {
		return
	}
	var e struct{ Code, Status, Message, Title, Reason, Detail json.RawMessage }
	_ = json.Unmarshal(raw, &e)
	if p.Code == "" {
		p.Code = p.text(first(e.Code, e.Status), maxCode)
	}
	if message := first(e.Message, e.Title, e.Reason, e.Detail); message != "" {
		p.say(message)
	} else {
		p.say(value(raw))
	}
}

// isList reports whether raw is a list of texts or of objects. Numbers say nothing about an error.
func isList(raw json.RawMessage) bool {
	if len(raw) == 0 || raw[0] != '[' {
		return false
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	_, _ = d.Token()
	var item json.RawMessage
	return d.More() && d.Decode(&item) == nil && (item[0] == '"' || item[0] == '{')
}

const maxPage = 64 << 10 // bytes of a page or a text that are looked at

// htmlTitle returns what a page calls itself, which is all that a proxy's error page has to say.
func htmlTitle(page []byte) string {
	page = page[:min(len(page), maxPage)]
	lower := lowerASCII(page)
	for _, tag := range []string{"title", "h1"} {
		start := bytes.Index(lower, []byte("<"+tag))
		if start < 0 {
			continue
		}
		inner := bytes.IndexByte(lower[start:], '>') + 1
		if inner == 0 {
			continue
		}
		inner += start
		if end := bytes.Index(lower[inner:], []byte("</"+tag)); end >= 0 {
			return html.UnescapeString(withoutTags(string(page[inner : inner+end])))
		}
	}
	return ""
}

// lowerASCII returns a copy of the same length, which bytes.ToLower does not promise.
func lowerASCII(b []byte) []byte {
	lower := bytes.Clone(b)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return lower
}

func withoutTags(s string) string {
	var b strings.Builder
	for {
		before, tag, found := strings.Cut(s, "<")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteByte(' ')
		_, s, _ = strings.Cut(tag, ">")
	}
}

// firstLine returns the first line of plain text, "" for JSON that was cut off and for what is no text.
func firstLine(body []byte) string {
	if body[0] == '{' || body[0] == '[' {
		return ""
	}
	line, _, _ := bytes.Cut(body[:min(len(body), maxPage)], []byte("\n"))
	if bytes.IndexByte(line, 0) >= 0 {
		return ""
	}
	return string(line)
}
