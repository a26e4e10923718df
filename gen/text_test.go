package gen_test

import (
	"encoding/json"
	"testing"

	"example.com/cortexscan/gen"
)

// Text accepts strings and numbers. null leaves a Text unchanged, and other JSON is an error.
func TestText(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`"22519813685366"`, "22519813685366"}, {`22519813685366`, "22519813685366"}, {`-1.5e3`, "-1.5e3"}, {`0`, "0"},
		{`""`, ""}, {`"a b"`, "a b"}, {`"\"\\\u00e9\n"`, "\"\\é\n"}, {`"é"`, "é"}, {"\"\xff\"", "\uFFFD"}, {`null`, "before"},
	} {
		got := gen.Text("before")
		if err := json.Unmarshal([]byte(tt.in), &got); err != nil || string(got) != tt.want {
			t.Errorf("%s: got %q, %v, want %q", tt.in, got, err, tt.want)
		}
	}
	for _, in := range []string{`true`, `{}`, `["a"]`, ``, `"`, `"a"b"`, `"a\"`, "\"a\nb\"", `"a`} {
		var got gen.Text
		if err := got.UnmarshalJSON([]byte(in)); err == nil {
			t.Errorf("%s: got %q, want an error", in, got)
		}
	}
}

func TestTextAsAnInteger(t *testing.T) {
	for text, want := range map[gen.Text]int64{"22519813685366": 22519813685366, "-1": -1, "0": 0, "9223372036854775807": 1<<63 - 1} {
		if got, err := text.Int(); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []gen.Text{"", " 1", "1.5", "1e3", "0x1", "1_000", "673 endpoints", "9223372036854775808"} {
		if got, err := text.Int(); err == nil || got != 0 {
			t.Errorf("%q: got %d, %v, want an error", text, got, err)
		}
	}
}
