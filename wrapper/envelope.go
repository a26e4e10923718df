package wrapper

import (
	"bytes"
	"encoding/json"
	"html"
	"maps"
	"slices"
	"strings"
)

const (
	maxDetails = 100
	// maxExtra bounds how much of err_extra is looked at. A longer one is kept as text, cut off.
	maxExtra = 256 << 10
)

// envelope is every error body seen on the platform in one: the forms differ in which members they have, and
// in what they are wrapped. Members of another type than here are passed over, never an error.
type envelope struct {
	Reply *envelope `json:"reply"`
	Data  *envelope `json:"data"`

	ErrCode  scalar          `json:"err_code"`
	ErrMsg   json.RawMessage `json:"err_msg"`
	ErrExtra json.RawMessage `json:"err_extra"`
	Metadata struct {
		Code     scalar          `json:"code"`
		ErrCode  scalar          `json:"err_code"`
		ErrExtra json.RawMessage `json:"err_extra"`
	} `json:"metadata"`

	ErrorCode scalar          `json:"errorCode"`
	Message   scalar          `json:"message"`
	Details   json.RawMessage `json:"details"`
}

// mayBeError is a quick look at whether a success is worth parsing as an envelope.
func mayBeError(text []byte) bool {
	return bytes.Contains(text, []byte("err_")) || bytes.Contains(text, []byte("errorCode"))
}

// parseEnvelope returns the innermost part that says what went wrong, nil where text is not a JSON object.
func parseEnvelope(text []byte) *envelope {
	outer := new(envelope)
	if err := json.Unmarshal(text, outer); err != nil {
		// A member of another type is no obstacle: the decoder went on behind it.
		if _, otherType := err.(*json.UnmarshalTypeError); !otherType {
			return nil
		}
	}
	for _, e := range []*envelope{outer, outer.Reply, outer.Data} {
		if e.saysError() {
			return e
		}
		if e != nil && e.Reply.saysError() {
			return e.Reply
		}
	}
	return outer
}

// saysError tells an error from a success: some successes of the platform carry these members as null.
func (e *envelope) saysError() bool {
	return e != nil && (!slices.Contains([]scalar{"", "0"}, e.ErrCode) || textOf(e.ErrMsg) != "" || e.ErrorCode != "")
}

// describe fills the error's texts from a body of any form, through tidy, and reports whether the body is an
// error envelope.
func describe(e *APIError, text []byte, tidy func(s string, max int) string) (saysError bool) {
	text = bytes.TrimSpace(text)
	switch {
	case len(text) == 0:
		return false
	case text[0] == '<':
		e.Message = tidy(htmlTitle(text), maxMessageText)
		return false
	case json.Valid(text):
		if env := parseEnvelope(text); env != nil {
			env.describe(e, tidy)
			return env.saysError()
		}
		return false
	case text[0] == '{' || text[0] == '[':
		return false // JSON, cut off
	}
	line, _, _ := bytes.Cut(text[:min(len(text), maxKeptBody)], []byte("\n"))
	if bytes.IndexByte(line, 0) >= 0 {
		return false // not text
	}
	e.Message = tidy(string(line), maxMessageText)
	return false
}

func (env *envelope) describe(e *APIError, tidy func(string, int) string) {
	for _, code := range []scalar{env.ErrCode, env.ErrorCode, env.Metadata.Code, env.Metadata.ErrCode} {
		if e.Code == "" {
			e.Code = tidy(string(code), maxCodeText)
		}
	}
	message := textOf(env.ErrMsg)
	if message == "" {
		message = string(env.Message)
	}
	// The service passes on its query parser's messages, which are JSON texts themselves.
	var located struct {
		Line, Column int
		Message      *string
	}
	if strings.HasPrefix(strings.TrimSpace(message), "{") && json.Unmarshal([]byte(message), &located) == nil && located.Message != nil {
		message, e.Line, e.Column = *located.Message, located.Line, located.Column
	}
	e.Message = tidy(message, maxMessageText)
	for _, extra := range []json.RawMessage{env.ErrExtra, env.Metadata.ErrExtra, env.Details} {
		if e.Details == nil && e.Extra == "" {
			e.Details, e.Extra = readExtra(extra, tidy)
		}
	}
}

// readExtra reads what is said beyond the message: a list of details, a map of them (only ever seen in the
// member details), or anything else as text.
func readExtra(raw json.RawMessage, tidy func(string, int) string) ([]Detail, string) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return nil, ""
	}
	if len(raw) <= maxExtra {
		if raw[0] == '[' {
			return readDetails(raw, tidy), ""
		}
		if byField := readDetailMap(raw, tidy); byField != nil {
			return byField, ""
		}
	}
	return nil, tidy(textOf(raw), maxMessageText)
}

// readDetails reads a list, an element at a time, and not more of it than is kept.
func readDetails(raw []byte, tidy func(string, int) string) (details []Detail) {
	d := json.NewDecoder(bytes.NewReader(raw))
	for d.Token(); d.More() && len(details) < maxDetails; { // the first token is the bracket
		var element json.RawMessage
		if d.Decode(&element) != nil {
			break
		}
		details = append(details, readDetail(element, tidy))
	}
	return details
}

// readDetail reads {"field","message"}, either of them missing or of another type, or takes the whole as text.
func readDetail(raw json.RawMessage, tidy func(string, int) string) Detail {
	var known struct {
		Field   scalar `json:"field"`
		Message scalar `json:"message"`
	}
	_ = json.Unmarshal(raw, &known) // another type is no obstacle
	if known.Field == "" && known.Message == "" {
		return Detail{Message: tidy(textOf(raw), maxMessageText)}
	}
	return Detail{tidy(string(known.Field), maxFieldText), tidy(string(known.Message), maxMessageText)}
}

// readDetailMap reads {"a field": {"message": "…"}, …}, sorted by field; nil where raw is something else.
func readDetailMap(raw []byte, tidy func(string, int) string) (details []Detail) {
	var byField map[string]struct {
		Message *scalar `json:"message"`
	}
	if raw[0] != '{' || json.Unmarshal(raw, &byField) != nil {
		return nil
	}
	for _, field := range slices.Sorted(maps.Keys(byField)) {
		if byField[field].Message == nil {
			return nil
		}
		if len(details) < maxDetails {
			details = append(details, Detail{tidy(field, maxFieldText), tidy(string(*byField[field].Message), maxMessageText)})
		}
	}
	return details
}

// scalar is a JSON string or number as text, "" for anything else.
type scalar string

func (s *scalar) UnmarshalJSON(b []byte) error {
	switch {
	case b[0] == '"':
		*s = scalar(textOf(b))
	case b[0] == '-', '0' <= b[0] && b[0] <= '9':
		*s = scalar(b)
	}
	return nil
}

// textOf returns the text of a JSON string, "" for null, and compact JSON for anything else.
func textOf(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	if raw[0] == '"' {
		var s string
		_ = json.Unmarshal(raw, &s)
		return s
	}
	var compact bytes.Buffer
	_ = json.Compact(&compact, raw)
	return compact.String()
}

// htmlTitle returns what a page calls itself, which is all that a proxy's error page has to say.
func htmlTitle(page []byte) string {
	page = page[:min(len(page), maxKeptBody)]
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
