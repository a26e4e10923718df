// Package text makes text from outside safe to show, and recognizes text that shows nothing.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const ellipsis = "…"

// Printable returns s as one line that is safe to print on a terminal and in a log: valid UTF-8, without control
// and format characters (an escape sequence or a bidirectional override would be one) and without characters that
// show nothing, at most limit bytes. White space of any kind becomes one space. What is cut off ends in "…".
func Printable(s string, limit int) string { return line(s, limit, "") }

// Visible is Printable for text in which somebody has to find a mistake: what Printable leaves out shows as U+FFFD,
// so that a name with an invisible character in it differs from the name without.
func Visible(s string, limit int) string { return line(s, limit, string(utf8.RuneError)) }

// IsPrintable reports whether Printable would leave s as it is, were there no limit.
func IsPrintable(s string) bool { return isPlain(s) || Printable(s, len(s)+len(" "+ellipsis)) == s }

// IsBlank reports whether nothing of s would be seen, which is what an unset shell variable leaves behind. The first
// byte mostly decides, without a search in Unicode's tables.
func IsBlank(s string) bool {
	return (s == "" || s[0] <= ' ' || s[0] > '~') && !strings.ContainsFunc(s, isVisible)
}

func line(s string, limit int, invisible string) string {
	if len(s) <= limit && isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), limit))
	space := false // one is due before the next visible character
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

// isPlain reports whether s is printable ASCII without double, leading or trailing spaces, as nearly every
// message is.
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

// These two are symbols to Unicode, and look like a space, or like nothing.
const (
	brailleBlank = '\u2800'
	nullNotehead = '\U0001d159'
)

func isSpace(r rune) bool {
	return r == ' ' || r > '~' && (unicode.In(r, unicode.Zl, unicode.Zp) || r == brailleBlank) || unicode.IsSpace(r)
}

// isVisible reports whether r puts a mark on the screen of its own. Fillers and variation selectors do not, although
// Unicode has them among the letters and marks.
func isVisible(r rune) bool {
	if '!' <= r && r <= '~' {
		return true
	}
	return !isSpace(r) && r != nullNotehead && !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
