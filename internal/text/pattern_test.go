package text

import "testing"

func TestUnicodeEscapesAreConvertedForGo(t *testing.T) {
	for _, tt := range []struct{ name, pattern, want string }{
		{"no escape", `^a+$`, `^a+$`},
		{"an escape in a class", `^[^\u001f]+$`, `^[^\x{001f}]+$`},
		{"two escapes in a row", `\u001f\u001F`, `\x{001f}\x{001F}`},
		{"a range", `[^\u0000-\u00ff]`, `[^\x{0000}-\x{00ff}]`},
		{"u after an escaped backslash", `\\u001f`, `\\u001f`},
		{"an escape after an escaped backslash", `\\\u001f`, `\\\x{001f}`},
		{"an escape after another escape", `\d\u001f`, `\d\x{001f}`},
		{"too few digits", `\u001`, `\u001`},
		{"not a digit", `\u00g0`, `\u00g0`},
		{"a backslash at the end", `\u001f\`, `\x{001f}\`},
		{"multibyte characters", `ü\u001fü`, `ü\x{001f}ü`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := GoPattern(tt.pattern); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
