package strictjson

import (
	"encoding/json"
	"math/big"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// Number returns the number that text is, in the grammar of JSON and without anything around it.
func Number(text string) (json.Number, bool) {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') || text[len(text)-1] <= ' ' {
		return "", false
	}
	return clampInt64(text), jsontext.Value(text).IsValid()
}

// clampInt64 keeps a literal as it is written, except just outside the range of int64: kin-openapi compares in float64,
// where 9223372036854775807 and ...808 are the same number. One past the edge is passed on as the next number that
// differs.
func clampInt64(literal string) json.Number {
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
