package envelope

import (
	"bytes"
	"encoding/json"
	"html"
	"regexp"
	"strings"

	"example.com/cortexscan/internal/text"
)

// foreign reads JSON that does not come from the platform: FastAPI's detail, problem+json and the errors of proxies
// and gateways. The method platform has already read the field "message" if it is a string.
func (p *parser) foreign(body []byte) {
	var o struct {
		Title, Reply                   scalar
		Description                    scalar `json:"error_description"`
		Error, Message, Detail, Errors raw
	}
	switch body[0] {
	case '"':
		p.message(raw(body).text())
		return
	case '[':
		o.Errors = body
	default:
		_ = json.Unmarshal(body, &o)
	}
	for _, s := range []scalar{o.Title, o.Error.scalar(), o.Reply, o.Detail.scalar(), o.Description} {
		p.add(string(s))
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
		d := p.Details[0]
		p.message(strings.Trim(d.Field+": "+d.Message, ": "))
	}
}

// add sets the message, or the extra if the message is already set.
func (p *parser) add(s string) {
	switch {
	case s == "":
	case p.Message == "":
		p.message(s)
	case p.Extra == "":
		p.Extra = p.text(s, maxMessage)
	}
}

// object reads an error that is an object, such as {"code": 404, "message": "no such host"}.
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
		p.add(message)
	} else if s := compact(r); s != "{}" {
		p.add(s)
	}
}

// isList reports whether r is a list of strings or objects. Numbers do not describe an error.
func isList(r raw) bool {
	if len(r) == 0 || r[0] != '[' {
		return false
	}
	start := bytes.TrimLeft(r[1:], " \t\r\n")
	return start[0] == '"' || start[0] == '{'
}

const maxPage = 64 << 10 // maximum number of bytes of HTML or plain text to search

var (
	titles = []*regexp.Regexp{
		regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`),
		regexp.MustCompile(`(?is)<h1[^>]*>(.*?)</h1`),
	}
	tag = regexp.MustCompile(`<[^>]*>?`)
)

// htmlTitle returns the title of a page. The rest of a proxy's error page rarely contains anything useful.
func htmlTitle(page []byte) string {
	for _, title := range titles {
		if found := title.FindSubmatch(page[:min(len(page), maxPage)]); found != nil {
			if s := html.UnescapeString(string(tag.ReplaceAll(found[1], []byte(" ")))); !text.IsBlank(s) {
				return s
			}
		}
	}
	return ""
}

// plainText recognizes a plain-text body and uses its first nonblank line as the message. Truncated JSON and binary data
// are not plain text.
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
