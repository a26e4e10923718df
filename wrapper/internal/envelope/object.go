package envelope

import (
	"bytes"
	"encoding/json"
	"errors"

	"example.com/cortexscan/gen"
)

// object is every JSON body of the platform in one: the forms differ in which members they have, and in what they are
// wrapped. encoding/json reads all of it in one pass, past every member of an unexpected type, and knows the names in any
// case. The levels are values, not pointers, and the types of the members ignore null, so that of two members with the
// same name neither can erase the error in the other.
type object struct {
	members
	Reply, Data struct {
		members
		Reply members
	}
}

type members struct {
	ErrCode   scalar `json:"err_code"`
	ErrMsg    value  `json:"err_msg"`
	ErrExtra  raw    `json:"err_extra"`
	ErrorCode scalar // and all that follow by their own names
	Message   scalar
	Details   raw
	Code      scalar
	ActionID  raw `json:"action_id"`
	Metadata  struct {
		Code     scalar
		ErrCode  scalar `json:"err_code"`
		ErrExtra raw    `json:"err_extra"`
	}
}

// decode reports whether body is JSON.
func decode(body []byte) (*object, bool) {
	o := new(object)
	var mismatch *json.UnmarshalTypeError
	err := json.Unmarshal(body, o)
	return o, err == nil || errors.As(err, &mismatch)
}

// levels returns where the members of an error may stand, the outermost first.
func (o *object) levels() []*members {
	return []*members{&o.members, &o.Reply.members, &o.Reply.Reply, &o.Data.members, &o.Data.Reply}
}

// find returns the members that say what went wrong, nil if none do.
func (o *object) find() *members {
	for _, m := range o.levels() {
		if isCode(m.ErrCode) || isCode(m.ErrorCode) || m.ErrMsg != "" {
			return m
		}
	}
	return nil
}

// isCode tells an error's code from a success's.
func isCode(code scalar) bool { return code != "" && code != "0" }

// scalar is the text of a JSON string or number.
type scalar string

// UnmarshalJSON leaves s as it is where the value is of another type.
func (s *scalar) UnmarshalJSON(b []byte) error {
	switch c := b[0]; {
	case c == '"':
		*s = scalar(unquote(b))
	case c == '-', '0' <= c && c <= '9':
		*s = scalar(b)
	}
	return nil
}

// first returns the first of the texts that is not empty.
func first(texts ...scalar) string {
	for _, s := range texts {
		if s != "" {
			return string(s)
		}
	}
	return ""
}

// value is the text of a JSON string or number, or an object or list that is not empty as compact JSON.
type value string

// UnmarshalJSON leaves v as it is where the value is of another type.
func (v *value) UnmarshalJSON(b []byte) error {
	if b[0] != '{' && b[0] != '[' {
		return (*scalar)(v).UnmarshalJSON(b)
	}
	if s := compact(b); len(s) > len("{}") {
		*v = value(s)
	}
	return nil
}

// raw is a JSON value that is looked at later, nil for null.
type raw []byte

// UnmarshalJSON leaves r as it is where the value is null.
func (r *raw) UnmarshalJSON(b []byte) error {
	if string(b) != "null" {
		*r = bytes.Clone(b)
	}
	return nil
}

// scalar returns the text of a string or number, "" for anything else.
func (r raw) scalar() (s scalar) {
	if len(r) > 0 {
		_ = s.UnmarshalJSON(r) // never fails
	}
	return s
}

// text returns the text of a string, and compact JSON for anything else.
func (r raw) text() string {
	switch {
	case len(r) == 0, string(r) == "null":
		return ""
	case r[0] == '"':
		return unquote(r)
	}
	return compact(r)
}

// unquote returns the value of a JSON string, which a decoder has found to be valid.
func unquote(b []byte) string {
	var t gen.Text
	_ = t.UnmarshalJSON(b)
	return string(t)
}

func compact(b []byte) string {
	var c bytes.Buffer
	_ = json.Compact(&c, b) // likewise
	return c.String()
}
