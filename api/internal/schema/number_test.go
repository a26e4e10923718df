package schema

import (
	"math/big"
	"regexp"
	"strings"
	"testing"
)

// Some of these numbers are equal as float64.
func TestNumbersAreExact(t *testing.T) {
	const big53 = "9007199254740993" // 2^53 + 1
	for _, tt := range []struct{ schema, value, want string }{
		{`{"minimum":` + big53 + `}`, "9007199254740992", "must be at least " + big53},
		{`{"maximum":9007199254740992}`, big53, "must be at most 9007199254740992"},
		{`{"minimum":9007199254740992,"exclusiveMinimum":true}`, big53, ""},
		{`{"maximum":` + big53 + `,"exclusiveMaximum":true}`, "9007199254740992", ""},
		{`{"maximum":` + big53 + `,"exclusiveMaximum":true}`, big53 + ".0", "must be less than " + big53},
		{`{"minimum":0.1}`, "0.09999999999999999999999", "must be at least 0.1"},
		{`{"maximum":1e3}`, "1e-999999999999999999999", ""},
		{`{"multipleOf":0.1}`, "0.3", ""},
		{`{"multipleOf":0.01}`, "4.355", "must be a multiple of 0.01"},
		{`{"multipleOf":` + big53 + `}`, "9007199254740992", "must be a multiple of " + big53},
		{`{"uniqueItems":true}`, `[1,1.0]`, "must not contain the same item twice"},
		{`{"uniqueItems":true}`, `[9007199254740992,` + big53 + `]`, ""},
		{`{"uniqueItems":true}`, `[1,"1",true,false,null,[1],{"a":1},{"a":2},{"b":1},-1]`, ""},
		{`{"uniqueItems":true}`, `[{"a":1,"b":2},{"b":2.0,"a":1}]`, "must not contain the same item twice"},
		{`{"uniqueItems":true}`, `["a,b","a\",\"b"]`, ""},
		{`{"enum":[1]}`, `1.0`, ""},
		{`{"enum":[` + big53 + `,"a"]}`, big53, ""},
		{`{"minimum":0.1234567890123456789}`, "0.1234567890123456788", "must be at least 0.1234567890123456789"},
		{`{"type":"integer","format":"int32"}`, "-2147483648.0", ""},
		{`{"type":"integer","format":"int32"}`, "-2147483649", "must be between -2147483648 and 2147483647"},
		{`{"type":"string","format":"date-time"}`, `"2026-01-02t03:04:05.6z"`, ""},
		{`{"type":"string","format":"date-time"}`, `"2026-01-02 03:04:05Z"`, "must have the format date-time"},
		{`{"type":"string","format":"date-time"}`, `"2026-02-30T03:04:05Z"`, "must have the format date-time"},
	} {
		t.Run(tt.schema+" "+tt.value, func(t *testing.T) {
			found := strings.Join(lines(compile(t, tt.schema).Check(value(t, tt.value), Request, 10)), "\n")
			if found != tt.want {
				t.Errorf("found %q, want %q", found, tt.want)
			}
		})
	}
	if compile(t, `{"enum":[`+big53+`]}`).Accepts(value(t, "9007199254740992"), Request) {
		t.Error("an enumeration accepted a number that is equal only as float64")
	}
}

var shortNumber = regexp.MustCompile(`^-?[0-9]{1,30}(\.[0-9]{1,9})?([eE]-?[0-9]{1,2})?$`)

// FuzzDecimal compares decimal arithmetic with math/big.
func FuzzDecimal(f *testing.F) {
	for _, seed := range [][2]string{{"1", "1.0"}, {"-0.5", "5e-1"}, {"123456789012345678901234567890", "3"}, {"1e30", "7"}, {"0.0", "0"}, {"9.99", "0.03"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, okX := new(big.Rat).SetString(a)
		y, okY := new(big.Rat).SetString(b)
		if !okX || !okY || !shortNumber.MatchString(a) || !shortNumber.MatchString(b) {
			return
		}
		da, db := parseDecimal(a), parseDecimal(b)
		if got := da.compare(db); got != x.Cmp(y) {
			t.Errorf("%s, %s: compare returned %d, want %d", a, b, got, x.Cmp(y))
		}
		if da.isInteger() != x.IsInt() {
			t.Errorf("%s: isInteger returned %t, want %t", a, da.isInteger(), x.IsInt())
		}
		if y.Sign() != 0 && da.isMultipleOf(db) != new(big.Rat).Quo(x, y).IsInt() {
			t.Errorf("%s, %s: isMultipleOf returned %t, want %t", a, b, da.isMultipleOf(db), !da.isMultipleOf(db))
		}
	})
}
