package envelope

import (
	"example.com/cortexscan/internal/text"
	"html"

	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

const maxDetails = 100

// envelope is every error body seen on the platform in one: the forms differ in which members they have, and
// in what they are wrapped. Its fields are JSON, nil where the member is missing; one of another type than
// expected is passed over, never an error.
type envelope struct {
	errCode, errMsg, errExtra   []byte
	code                        []byte // only ever seen in metadata
	errorCode, message, details []byte
	reply, data, metadata       []byte
}

func readEnvelope(object []byte) (e envelope) {
	for name, value := range members(object) {
		switch strings.ToLower(string(name)) {
		case "err_code":
			e.errCode = value
		case "err_msg":
			e.errMsg = value
		case "err_extra":
			e.errExtra = value
		case "code":
			e.code = value
		case "errorcode":
			e.errorCode = value
		case "message":
			e.message = value
		case "details":
			e.details = value
		case "reply":
			e.reply = value
		case "data":
			e.data = value
		case "metadata":
			e.metadata = value
		}
	}
	return e
}

// mayBeError is a quick look at whether a success is worth parsing as an envelope.
func mayBeError(text []byte) bool {
	return bytes.Contains(text, []byte("err_")) || bytes.Contains(text, []byte("errorCode"))
}

// parseEnvelope returns the innermost part of a valid JSON text that says what went wrong.
func parseEnvelope(text []byte) envelope {
	outer := readEnvelope(text)
	for _, e := range []envelope{outer, readEnvelope(outer.reply), readEnvelope(outer.data)} {
		if e.saysError() {
			return e
		}
		if inner := readEnvelope(e.reply); inner.saysError() {
			return inner
		}
	}
	return outer
}

// saysError tells an error from a success: some successes of the platform carry these members as null.
func (e envelope) saysError() bool {
	code := scalarOf(e.errCode)
	hasMessage := len(e.errMsg) > 0 && string(e.errMsg) != "null" && string(e.errMsg) != `""`
	return code != "" && code != "0" || hasMessage || scalarOf(e.errorCode) != ""
}

// describe fills the error's texts from a body of any form, through tidy, and reports whether the body is an
// error envelope.
func describe(e *Error, text []byte, tidy func(s string, max int) string) (saysError bool) {
	text = bytes.TrimSpace(text)
	switch {
	case len(text) == 0:
		return false
	case text[0] == '<':
		e.Message = tidy(htmlTitle(text), 1024)
		return false
	case json.Valid(text):
		env := parseEnvelope(text)
		env.describe(e, tidy)
		return env.saysError()
	case text[0] == '{' || text[0] == '[':
		return false // JSON, cut off
	}
	line, _, _ := bytes.Cut(text[:min(len(text), 65536)], []byte("\n"))
	if bytes.IndexByte(line, 0) >= 0 {
		return false // not text
	}
	e.Message = tidy(string(line), 1024)
	return false
}

func (e envelope) describe(err *Error, tidy func(string, int) string) {
	metadata := readEnvelope(e.metadata)
	for _, code := range [][]byte{e.errCode, e.errorCode, metadata.code, metadata.errCode} {
		if err.Code == "" {
			err.Code = tidy(scalarOf(code), 128)
		}
	}
	message := textOf(e.errMsg)
	if message == "" {
		message = scalarOf(e.message)
	}
	// The service passes on its query parser's messages, which are JSON texts themselves.
	var located struct {
		Line, Column int
		Message      *string
	}
	if strings.HasPrefix(strings.TrimSpace(message), "{") && json.Unmarshal([]byte(message), &located) == nil && located.Message != nil {
		message, err.Line, err.Column = *located.Message, located.Line, located.Column
	}
	err.Message = tidy(message, 1024)
	for _, extra := range [][]byte{e.errExtra, metadata.errExtra, e.details} {
		if err.Details == nil && err.Extra == "" {
			err.Details, err.Extra = readExtra(extra, tidy)
		}
	}
}

// readExtra reads what is said beyond the message: a list of details, a map of them (only ever seen in the
// member details), or anything else as text.
func readExtra(extra []byte, tidy func(string, int) string) ([]Detail, string) {
	if len(extra) == 0 {
		return nil, ""
	}
	if extra[0] == '[' {
		return readDetails(extra, tidy), ""
	}
	if byField := readDetailMap(extra, tidy); byField != nil {
		return byField, ""
	}
	return nil, tidy(textOf(extra), 1024)
}

// readDetails reads a list, and not more of it than is kept.
func readDetails(list []byte, tidy func(string, int) string) (details []Detail) {
	for element := range items(list) {
		details = append(details, readDetail(element, tidy))
		if len(details) == maxDetails {
			break
		}
	}
	return details
}

// readDetail reads {"field","message"}, either of them missing or of another type, or takes the whole as text.
func readDetail(element []byte, tidy func(string, int) string) Detail {
	var field, message string
	for name, value := range members(element) {
		switch {
		case isNamed(name, "field"):
			field = scalarOf(value)
		case isNamed(name, "message"):
			message = scalarOf(value)
		}
	}
	if field == "" && message == "" {
		message = textOf(element)
	}
	return Detail{tidy(field, 256), tidy(message, 1024)}
}

// readDetailMap reads {"a field": {"message": "…"}, …}, sorted by field, and keeps the first of them; nil where extra
// is something else.
func readDetailMap(extra []byte, tidy func(string, int) string) (details []Detail) {
	type entry struct{ field, message []byte }
	var sorted []entry
	for field, value := range members(extra) {
		message := member(value, "message")
		if message == nil {
			return nil
		}
		at, found := slices.BinarySearchFunc(sorted, field, func(e entry, field []byte) int { return bytes.Compare(e.field, field) })
		if found {
			sorted[at].message = message
		} else if at < maxDetails {
			sorted = slices.Insert(sorted, at, entry{field, message})
			sorted = sorted[:min(len(sorted), maxDetails)]
		}
	}
	for _, e := range sorted {
		details = append(details, Detail{tidy(string(e.field), 256), tidy(scalarOf(e.message), 1024)})
	}
	return details
}

// htmlTitle returns what a page calls itself, which is all that a proxy's error page has to say.
func htmlTitle(page []byte) string {
	page = page[:min(len(page), 65536)]
	lower := bytes.ToLower(page) // of the same length where it matters: tags are ASCII
	if len(lower) != len(page) {
		lower = page
	}
	for _, tag := range []string{"title", "h1"} {
		start := bytes.Index(lower, []byte("<"+tag))
		if start < 0 {
			continue
		}
		open := bytes.IndexByte(lower[start:], '>')
		if open < 0 {
			continue
		}
		inner := start + open + 1
		if end := bytes.Index(lower[inner:], []byte("</"+tag)); end >= 0 {
			return html.UnescapeString(string(page[inner : inner+end]))
		}
	}
	return ""
}

type Error struct {
	Code, Message                     string
	Details                           []Detail
	Extra                             string
	Line, Column                      int
	IsError, NoEndpoints, HasActionID bool
}
type Detail struct{ Field, Message string }

func Parse(body []byte, redact func(string) string) Error {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	var e Error
	e.IsError = describe(&e, body, func(s string, max int) string {
		return text.Printable(redact(text.Printable(s, max+10000)), max)
	})
	e.NoEndpoints = strings.Contains(strings.ToLower(e.Message), "no endpoint was found for creating the requested action")
	e.HasActionID = bytes.Contains(body, []byte("action_id"))
	return e
}
func IsError(body []byte) bool {
	return mayBeError(body) && json.Valid(body) && parseEnvelope(body).saysError()
}
