// Package strictjson parses a JSON value and reports problems that a json.Decoder ignores: duplicate names in an
// object, invalid UTF-8 and data after the value. Parsing takes linear time.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is the maximum nesting of arrays and objects. It bounds the depth of recursion.
const MaxDepth = 1000

// Problem is one problem in a JSON text. At is the path to the property or item, starting with the outermost name or
// index. At is empty if the problem concerns the whole text. Reason completes a sentence, such as "is given more than
// once".
type Problem struct {
	At     []string
	Reason string
}

// Read parses a JSON value into nil, bool, string, json.Number, []any or map[string]any. ok reports whether the text
// begins with a value that is not nested too deeply. Read returns at most limit problems. As in encoding/json, the last
// value of a duplicate name replaces the others, and invalid UTF-8 becomes U+FFFD.
func Read(text []byte, limit int) (value any, ok bool, problems []Problem) {
	r := reader{limit: limit}
	r.decoder.Reset(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if !utf8.Valid(text) {
		r.problem(nil, "is not valid UTF-8")
	}
	value, err := r.value()
	switch {
	case errors.Is(err, errTooDeep):
		r.problem(nil, fmt.Sprintf("is nested deeper than %d levels", MaxDepth))
	case bytes.HasPrefix(text, []byte("\ufeff")):
		r.problem(nil, "is not valid JSON: it begins with a byte order mark")
	case err != nil:
		r.problem(nil, syntaxProblem(err))
	default:
		if rest := bytes.TrimLeft(text[r.decoder.InputOffset():], " \t\r\n"); len(rest) > 0 {
			r.problem(nil, fmt.Sprintf("contains data after the JSON value, at byte %d", len(text)-len(rest)))
		}
	}
	return value, err == nil, r.problems
}

type reader struct {
	decoder  jsontext.Decoder
	limit    int
	problems []Problem
}

var errTooDeep = errors.New("nested too deep")

func (r *reader) problem(at []string, reason string) {
	if len(r.problems) < r.limit {
		r.problems = append(r.problems, Problem{At: at, Reason: reason})
	}
}

// syntaxProblem describes a decoder error by its position, because the error's message quotes the input.
func syntaxProblem(err error) string {
	if syntax := (*jsontext.SyntacticError)(nil); errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Sprintf("is not valid JSON at byte %d", syntax.ByteOffset)
	}
	return "is not valid JSON: it ends too early"
}

func (r *reader) value() (any, error) {
	token, err := r.decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case jsontext.KindTrue, jsontext.KindFalse:
		return token.Bool(), nil
	case jsontext.KindString:
		return token.String(), nil
	case jsontext.KindNumber:
		return json.Number(token.String()), nil
	case jsontext.KindNull:
		return nil, nil
	}
	if r.decoder.StackDepth() > MaxDepth {
		return nil, errTooDeep
	}
	if token.Kind() == jsontext.KindBeginArray {
		return r.array()
	}
	return r.object()
}

func (r *reader) array() (any, error) {
	list := []any{}
	for r.decoder.PeekKind() != jsontext.KindEndArray {
		value, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := r.decoder.ReadToken()
	return list, err
}

func (r *reader) object() (any, error) {
	object := map[string]any{}
	for r.decoder.PeekKind() != jsontext.KindEndObject {
		token, err := r.decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		if _, again := object[name]; again && len(r.problems) < r.limit {
			r.problem(slices.Collect(r.decoder.StackPointer().Tokens()), "appears more than once")
		}
		if object[name], err = r.value(); err != nil {
			return nil, err
		}
	}
	_, err := r.decoder.ReadToken()
	return object, err
}

// Number returns text as a json.Number if the text is exactly one JSON number without surrounding space.
func Number(text string) (json.Number, bool) {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') || text[len(text)-1] <= ' ' {
		return "", false
	}
	return json.Number(text), jsontext.Value(text).IsValid()
}
