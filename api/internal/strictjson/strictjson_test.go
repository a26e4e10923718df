package strictjson

import (
	"encoding/json"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	const noJSON = "is not valid JSON"
	early := noJSON + ": it ends too early"
	for _, tt := range []struct {
		name, text string
		value      any // nil if Read returns no value
		want       []string
	}{
		{"values", ` {"a" : [1, -0.5e+3, "\u00e9\ud83d\ude00\n", true, false, null, {}, []]}` + "\r\n\t ", map[string]any{
			"a": []any{json.Number("1"), json.Number("-0.5e+3"), "é😀\n", true, false, nil, map[string]any{}, []any{}},
		}, nil},

		{"empty", "", nil, []string{early}},
		{"truncated", `{"a":{"b":"c`, nil, []string{early}},
		{"a word", "hello", nil, []string{noJSON + " at byte 0"}},
		{"byte order mark", "\ufeff{}", nil, []string{noJSON + ": it begins with a byte order mark"}},
		{"comma at the end", `[1,]`, nil, []string{noJSON + " at byte 2"}},
		{"data after the value", `{} []`, map[string]any{}, []string{"contains data after the JSON value, at byte 3"}},
		{"invalid UTF-8", "[\"\xff\"]", []any{"\ufffd"}, []string{"is not valid UTF-8"}},
		{"invalid UTF-8 that is not JSON", "\xff", nil, []string{"is not valid UTF-8", noJSON + " at byte 0"}},

		{"a repeated name", `{"a":1,"b":[{"c":1,"\u0063":2}],"a":3}`, map[string]any{"a": json.Number("3"), "b": []any{map[string]any{"c": json.Number("2")}}},
			[]string{"b 0 c appears more than once", "a appears more than once"}},
		{"a repeated name that contains / and ~", `{"/~":{"":1,"":2}}`, map[string]any{"/~": map[string]any{"": json.Number("2")}}, []string{"/~  appears more than once"}},
		{"nested too deeply", strings.Repeat("[", MaxDepth+1), nil, []string{"is nested deeper than 1000 levels"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			value, ok, problems := Read([]byte(tt.text), 10)
			if !reflect.DeepEqual(value, tt.value) || ok != (tt.value != nil) {
				t.Errorf("read %#v %t, want %#v", value, ok, tt.value)
			}
			var got []string
			for _, p := range problems {
				got = append(got, strings.Join(append(p.At, p.Reason), " "))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("problems %q, want %q", got, tt.want)
			}
		})
	}
	if value, ok, problems := Read([]byte("null"), 1); value != nil || !ok || problems != nil {
		t.Errorf("null: got %v, %t, %v, want a value and no problem", value, ok, problems)
	}
}

// FuzzRead compares Read with encoding/json.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"request_data":{"filters":[{"field":"a","operator":"in","value":["b"]}]}}`,
		` [ 1 , -0 , 0.5 , 1e3 , 1E-3 , 1.5e+3 , true , false , null , "" ] `,
		`"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00\ud83d\u0041\udc00\ud83d"`,
		`[9223372036854775807,-9223372036854775808,9007199254740993,1e400]`,
		`0`, `9`, `-0.5E3`, ` 1`, `1 `, `01`, `+1`, `0x1p-2`, `NaN`, `1_000`, `"1"`, `[1]`,
		`[1.]`, `[-]`, `[.5]`, `[1e]`, `[+1]`, `["\u12"]`, `[,]`, `{"a"}`, `{"a":}`, `{,}`, `{"a":1]`, `tru`, `nul`, `1 2`, `[] x`, "\"\xff\"",
		strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth),
		strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1),
		strings.Repeat(`{"a":`, MaxDepth+1) + "1" + strings.Repeat("}", MaxDepth+1),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, ok, problems := Read([]byte(text), 100)

		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var want any
		err := decoder.Decode(&want)
		if err == nil {
			if _, trailing := decoder.Token(); trailing != io.EOF {
				err = trailing
			}
		}
		has := func(prefix string) bool {
			return slices.ContainsFunc(problems, func(p Problem) bool { return strings.HasPrefix(p.Reason, prefix) })
		}
		switch {
		case has("is nested deeper"):
			if ok || strings.Count(text, "[")+strings.Count(text, "{") <= MaxDepth {
				t.Errorf("%q: refused as nested too deeply", text)
			}
		case json.Valid([]byte(text)) != (ok && !has("contains data after")):
			t.Errorf("%q: read %t with %v, encoding/json returns %v", text, ok, problems, err)
		case ok && err == nil && !reflect.DeepEqual(value, want):
			t.Errorf("%q: read %#v, want %#v", text, value, want)
		}
		number, isNumber := want.(json.Number)
		if got, ok := Number(text); ok != (isNumber && err == nil && text == string(number)) || ok && got != number {
			t.Errorf("%q: Number returned %s %t, encoding/json returns %#v, %v", text, got, ok, want, err)
		}
	})
}
