package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPrintableRemovesControlCharacters(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"spaces, tabs and lines", "  a \t b\r\nc\n", "a b c"},
		{"line and paragraph separators", "a\u2028b\u2029c", "a b c"},
		{"no-break space", "a\u00a0b", "a b"},
		{"escape sequence", "\x1b[31mred\x1b[0m", "[31mred[0m"},
		{"bidirectional overrides", "a\u202eb\u2066c\u2069", "abc"},
		{"fillers", "a\u3164b\u115fc\uffa0d", "abcd"},
		{"invalid UTF-8", "a\xffb\xc3", "a\ufffdb\ufffd"},
		{"braille blank", "a\u2800b", "a b"},
		{"other scripts", "größer 東京 😀", "größer 東京 😀"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Printable(tt.in, 100); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got := IsPrintable(tt.in); got != (tt.in == tt.want) {
				t.Errorf("IsPrintable: got %v, want %v", got, !got)
			}
		})
	}
}

func TestVisibleMarksRemovedCharacters(t *testing.T) {
	for in, want := range map[string]string{
		"fields": "fields", "fi\u200belds": "fi\ufffdelds", "a\x00b\x1bc": "a\ufffdb\ufffdc", "\u3164": "\ufffd", " a\n b ": "a b", "": "",
	} {
		if got := Visible(in, 100); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// Printable and Visible must remove control characters and invisible characters, and must keep visible characters.
// IsBlank must report whether a string contains no visible character.
func TestTerminalEscapesAreRemoved(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r > 0x33479 && r < 0xe0000 || r > 0xe0fff { // tests only a sample of ideographs, unassigned characters and private-use characters
			r += 100
		}
		in := "a" + string(r) + "b"
		blank := !isShowable(in) || unicode.IsSpace(r) || r == brailleBlank || r == nullNotehead
		for name, got := range map[string]string{"Printable": Printable(in, 100), "Visible": Visible(in, 100)} {
			if !isShowable(got) {
				t.Errorf("%s %U: got the unprintable string %q", name, r, got)
			}
			if !blank && got != in {
				t.Errorf("%s %U: got %q, want %q", name, r, got, in)
			}
		}
		if s := " " + string(r) + "\u200b"; IsBlank(s) != blank {
			t.Errorf("%q: IsBlank: got %v, want %v", s, !blank, blank)
		}
	}
}

func isShowable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
	})
}

// Only strings that are too long are truncated, and truncated strings end with an ellipsis.
func TestPrintableIsBounded(t *testing.T) {
	for name, unit := range map[string]string{"one byte": "m", "two bytes": "ü", "four bytes": "😀", "invalid": "\xff", "controls": "\x00", "spaces": " m"} {
		for n := range 40 {
			in := strings.Repeat(unit, n)
			for _, limit := range []int{8, 16, 17, 18, 19} {
				got, whole := Printable(in, limit), Printable(in, 1000)
				cut := strings.HasSuffix(got, ellipsis)
				if len(got) > limit || !isShowable(got) || cut == (got == whole) || len(whole)+len(" "+ellipsis) <= limit && cut {
					t.Errorf("%s × %d, limit %d: got %q for %q", name, n, limit, got, whole)
				}
			}
		}
	}
	for in, want := range map[string]string{"0123456789": "0123456789", "012 456 89": "012 456 89", "~1234567~!": "~1234567~!", "01234567890": "012345…"} {
		if got := Printable(in, 10); got != want {
			t.Errorf("%s, limit 10: got %q, want %q", in, got, want)
		}
	}
}
