package envelope

import (
	"bytes"
	"encoding/json"
	"html"
	"strings"

	"example.com/cortexscan/internal/text"
)

// foreign takes the forms of JSON that are not the platform's: FastAPI's detail, problem+json, and what proxies and gateways
// send. A message stands already where the member of that name is a text.
func (p *parser) foreign(body []byte) {
	var o struct {
		Title, Reply                   scalar
		Description                    scalar `json:"error_description"`
		Error, Message, Detail, Errors raw
	}
	switch body[0] {
	case '"':
		p.message(unquote(body))
		return
	case '[':
		o.Errors = body
	default:
		_ = json.Unmarshal(body, &o)
	}
	for _, s := range []scalar{o.Title, o.Error.scalar(), o.Reply, o.Detail.scalar(), o.Description} {
		p.say(string(s))
	}
	for _, r := range []raw{o.Error, o.Message, o.Detail} {
		p.object(r)
	}
	for _, list := range []raw{o.Detail, o.Errors, o.Error} {
		if p.Details == nil && isList(list) {
			p.list(list)
		}
	}
	if p.Message == "" && len(p.Details) > 0 {
		first := p.Details[0]
		p.message(strings.Trim(first.Field+": "+first.Message, ": "))
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
func (p *parser) object(r raw) {
	if len(r) == 0 || r[0] != '{' {
		return
	}
	var e struct {
		Code, Status, Message, Title, Reason, Detail scalar
		ErrMsg                                       scalar `json:"err_msg"`
	}
	_ = json.Unmarshal(r, &e)
	if p.Code == "" {
		p.Code = p.text(first(e.Code, e.Status), maxCode)
	}
	if message := first(e.Message, e.ErrMsg, e.Title, e.Reason, e.Detail); message != "" {
		p.say(message)
	} else if s := compact(r); s != "{}" {
		p.say(s)
	}
}

// isList reports whether r is a list of texts or of objects. Numbers say nothing about an error.
func isList(r raw) bool {
	if len(r) == 0 || r[0] != '[' {
		return false
	}
	start := bytes.TrimLeft(r[1:], " \t\r\n")
	return start[0] == '"' || start[0] == '{'
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
			if title := html.UnescapeString(withoutTags(string(page[inner : inner+end]))); !text.IsBlank(title) {
				return title
			}
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

// plainText takes the first line that shows anything. JSON that was cut off, and binary data, are not plain text.
func (p *parser) plainText(body []byte) {
	body = body[:min(len(body), maxPage)]
	if body[0] == '{' || body[0] == '[' || bytes.IndexByte(body, 0) >= 0 {
		return
	}
	p.Form = PlainText
	for line := range strings.Lines(string(body)) {
		if !text.IsBlank(line) {
			p.message(line)
			return
		}
	}
}
