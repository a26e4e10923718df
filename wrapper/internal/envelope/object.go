package envelope

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

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
