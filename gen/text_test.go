package gen_test

import (
	"encoding/json"
	"testing"

	"example.com/cortexscan/gen"
)

// TestText: a string or a number of any form, as text; nothing else.
func TestText(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`"22519813685366"`, "22519813685366"}, {`22519813685366`, "22519813685366"}, {`-1.5e3`, "-1.5e3"}, {`0`, "0"},
		{`""`, ""}, {`"a b"`, "a b"}, {`"\"\\\u00e9\n"`, "\"\\é\n"}, {`"é"`, "é"}, {"\"\xff\"", "\uFFFD"}, {`null`, "before"},
	} {
		got := gen.Text("before")
		if err := json.Unmarshal([]byte(tt.in), &got); err != nil || string(got) != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.in, got, err, tt.want)
		}
	}
	for _, in := range []string{`true`, `{}`, `["a"]`, ``, `"`, `"a"b"`, `"a\"`, "\"a\nb\"", `"a`} {
		var got gen.Text
		if err := got.UnmarshalJSON([]byte(in)); err == nil {
			t.Errorf("%s: no error, %q", in, got)
		}
	}
}
