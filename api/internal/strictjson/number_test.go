package strictjson

import (
	"encoding/json"
	"testing"
)

func TestNumber(t *testing.T) {
	for text, want := range map[string]json.Number{
		"0": "0", "-0": "-0", "1.50": "1.50", "1e3": "1e3", "-1.5E-3": "-1.5E-3",
		"9223372036854775807": "9223372036854775807", "9223372036854775808": "9223372036854777856",
		"9.223372036854775808e18": "9223372036854777856", "-9223372036854775809": "-9223372036854777856",
		"-9223372036854775808": "-9223372036854775808", "10000000000000000000": "10000000000000000000",
	} {
		if got, ok := Number(text); !ok || got != want {
			t.Errorf("%s: got %s %t, want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{"", " ", "1 ", " 1", "01", "+1", ".5", "1.", "1e", "0x10", "0x1p-2", "NaN", "Infinity", "1_000", "1 2", "true", "--1", "[1]", `"1"`} {
		if _, ok := Number(text); ok {
			t.Errorf("%q is not a number", text)
		}
	}
}
