// Package text makes strings from other programs safe to print, recognizes blank strings, joins lists, suggests words
// for misspelled ones and converts JavaScript patterns to Go's syntax.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const ellipsis = "…"

// Printable returns s as one line of at most limit bytes that is safe to print on a terminal and in a log. The line is valid UTF-8
// and contains no invisible, control or format characters, such as ESC and bidirectional overrides. White space between words
// becomes one space. A string that is too long is cut and ends in "…".
func Printable(s string, limit int) string { return line(s, limit, "") }

// Visible is like Printable, but shows U+FFFD for each character that Printable removes. It is for strings in which a user has to
// find a mistake: a name with an invisible character looks different from the name without it.
func Visible(s string, limit int) string { return line(s, limit, string(utf8.RuneError)) }

// IsPrintable reports whether Printable would return s unchanged if there were no limit.
func IsPrintable(s string) bool { return isPlain(s) || Printable(s, len(s)+len(" "+ellipsis)) == s }

// IsBlank reports whether s contains no visible character.
func IsBlank(s string) bool { return !strings.ContainsFunc(s, isVisible) }

func line(s string, limit int, invisible string) string {
	if len(s) <= limit && isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), limit))
	space := false // write a space before the next visible character
	for _, r := range s {
		shown := invisible
		switch {
		case isSpace(r):
			space = b.Len() > 0
			continue
		case isVisible(r):
			shown = string(r)
		case invisible == "":
			continue
		}
		if b.Len() > limit-len(shown)-len(" "+ellipsis) {
			b.WriteString(ellipsis)
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteString(shown)
	}
	return b.String()
}

// isPlain reports whether s is printable ASCII without double, leading or trailing spaces, as nearly every message is.
func isPlain(s string) bool {
	space := true
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c > '~' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space || s == ""
}

// Unicode classifies these characters as symbols, but brailleBlank looks like a space and nullNotehead is invisible.
const (
	brailleBlank = '\u2800'
	nullNotehead = '\U0001d159'
)

func isSpace(r rune) bool {
	return r == ' ' || r > '~' && (unicode.In(r, unicode.Zl, unicode.Zp) || r == brailleBlank) || unicode.IsSpace(r)
}

// isVisible reports whether r by itself is visible on a screen. Fillers and variation selectors are
// invisible, although Unicode classifies them as letters and marks.
func isVisible(r rune) bool {
	if '!' <= r && r <= '~' {
		return true
	}
	return !isSpace(r) && r != nullNotehead && !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
