package envelope

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"example.com/cortexscan/gen"
)

// object has the fields of all JSON error bodies of the platform, at every level where the platform puts them.
// encoding/json decodes it in one pass, skips fields of an unexpected type and matches names in any case. The levels
// are values instead of pointers, and the types of the fields ignore null, so that a repeated field cannot erase an
// error.
type object struct {
	fields
	Reply, Data struct {
		fields
		Reply fields
	}
}

type fields struct {
	ErrCode   scalar `json:"err_code"`
	ErrMsg    value  `json:"err_msg"`
	ErrExtra  raw    `json:"err_extra"`
	ErrorCode scalar
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

// decode decodes body, and reports whether it is JSON.
func decode(body []byte) (*object, bool) {
	o := new(object)
	var mismatch *json.UnmarshalTypeError
	err := json.Unmarshal(body, o)
	return o, err == nil || errors.As(err, &mismatch)
}

// levels returns the objects that may contain the error, outermost first.
func (o *object) levels() []*fields {
	return []*fields{&o.fields, &o.Reply.fields, &o.Reply.Reply, &o.Data.fields, &o.Data.Reply}
}

// find returns the first level that describes an error, or nil.
func (o *object) find() *fields {
	isCode := func(code scalar) bool { return code != "" && code != "0" }
	for _, m := range o.levels() {
		if isCode(m.ErrCode) || isCode(m.ErrorCode) || m.ErrMsg != "" {
			return m
		}
	}
	return nil
}

// scalar is a JSON string or number. Decoding a value of another type has no effect.
type scalar string

func (s *scalar) UnmarshalJSON(b []byte) error {
	_ = (*gen.Text)(s).UnmarshalJSON(b)
	return nil
}

// first returns the first nonempty string, or "" if all are empty.
func first(strings ...scalar) string {
	for _, s := range strings {
		if s != "" {
			return string(s)
		}
	}
	return ""
}

// value is a scalar, or an object or list as compact JSON. Decoding an empty object or list has no effect.
type value string

func (v *value) UnmarshalJSON(b []byte) error {
	if b[0] != '{' && b[0] != '[' {
		return (*scalar)(v).UnmarshalJSON(b)
	}
	if s := compact(b); len(s) > len("{}") {
		*v = value(s)
	}
	return nil
}

// place locates a problem in the request: a scalar, or a list of scalars joined with dots.
type place string

func (l *place) UnmarshalJSON(b []byte) error {
	var steps []scalar
	if json.Unmarshal(b, &steps) != nil {
		return (*scalar)(l).UnmarshalJSON(b)
	}
	joined := make([]string, len(steps))
	for i, step := range steps {
		joined[i] = string(step)
	}
	*l = place(strings.Join(joined, "."))
	return nil
}

// raw is a JSON value that is decoded later. Decoding null has no effect.
type raw []byte

func (r *raw) UnmarshalJSON(b []byte) error {
	if string(b) != "null" {
		*r = bytes.Clone(b)
	}
	return nil
}

// scalar returns the value of a string or number, and "" for anything else.
func (r raw) scalar() (s scalar) {
	if len(r) > 0 {
		_ = s.UnmarshalJSON(r)
	}
	return s
}

// text returns the value of a string, "" for null and compact JSON for any other value.
func (r raw) text() string {
	switch {
	case len(r) == 0, string(r) == "null":
		return ""
	case r[0] == '"':
		return string(r.scalar())
	}
	return compact(r)
}

func compact(b []byte) string {
	var c bytes.Buffer
	_ = json.Compact(&c, b)
	return c.String()
}
