package schema

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTypeOf(t *testing.T) {
	for text, want := range map[string]TypeSet{
		`null`: Null, `true`: Boolean, `1`: Integer, `-0`: Integer, `1.0`: Integer, `1e3`: Integer, `1.5`: Fraction, `1e-3`: Fraction, `1e999`: Integer,
		`"1"`: String, `[]`: Array, `{}`: Object,
	} {
		if got := typeOf(value(t, text)); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	if typeOf(int64(7)) != Integer {
		t.Error("int64")
	}
}

func TestIsTooLarge(t *testing.T) {
	for text, want := range map[string]bool{
		"1": false, "1e308": false, "1e309": true, "-1E400": true, "1e-400": false, strings.Repeat("9", 300): false, strings.Repeat("9", 310): true,
	} {
		if isTooLarge(json.Number(text)) != want {
			t.Errorf("%s: %t", text, !want)
		}
	}
	if isTooLarge("1e999") || isTooLarge(nil) {
		t.Error("not a number")
	}
}
