package api

import (
	"encoding/json"
	"math/big"
	"strconv"
)

func (r *jsonReader) number() (any, bool) {
	size := numberSize(r.text[r.at:])
	if size == 0 {
		return r.broken()
	}
	literal := r.text[r.at : r.at+size]
	r.at += size
	return number(literal), true
}

// numberSize is the length of the number that s starts with, in the grammar of JSON, or 0.
func numberSize(s string) int {
	i := 0
	digits := func() bool {
		from := i
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(s) && s[i] == '-' {
		i++
	}
	if i < len(s) && s[i] == '0' {
		i++
	} else if !digits() {
		return 0
	}
	if i < len(s) && s[i] == '.' {
		if i++; !digits() {
			return 0
		}
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if !digits() {
			return 0
		}
	}
	return i
}

// number keeps a literal as it is written, except just outside the range of int64: kin-openapi compares in
// float64, where 9223372036854775807 and ...808 are the same number. One past the edge is handed on as the next
// number that differs.
func number(literal string) json.Number {
	const edge = 1 << 63
	// A shorter literal cannot come so close to the edge, and a longer one is not worth exact arithmetic.
	if len(literal) < 16 || len(literal) > 64 {
		return json.Number(literal)
	}
	switch f, _ := strconv.ParseFloat(literal, 64); f {
	case edge:
		if exact, ok := new(big.Rat).SetString(literal); ok && exact.Cmp(new(big.Rat).SetUint64(edge-1)) > 0 {
			return "9223372036854777856"
		}
	case -edge:
		if exact, ok := new(big.Rat).SetString(literal); ok && exact.Cmp(new(big.Rat).SetInt64(-edge)) < 0 {
			return "-9223372036854777856"
		}
	}
	return json.Number(literal)
}
