package wrapper

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what an error carries of a service's text, in bytes.
const (
	maxErrorText   = 4 << 10
	maxMessageText = 1 << 10
	maxFieldText   = 256
	maxCodeText    = 128
)

const ellipsis = "…"

// clean makes one line of what a service sent, safe to print on a terminal and in a log: valid UTF-8, no
// control or format characters (an escape sequence or a bidirectional override would be one), no line or
// paragraph separators, at most max bytes. White space of any kind becomes one space.
func clean(s string, max int) string {
	if len(s) <= max && isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), max))
	space := false // one is due before the next visible character
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Zl, unicode.Zp) {
			space = b.Len() > 0
			continue
		}
		if unicode.In(r, unicode.Cc, unicode.Cf) {
			continue
		}
		if b.Len()+utf8.RuneLen(r)+len(" ")+len(ellipsis) > max {
			b.WriteString(ellipsis)
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isPlain reports whether s is printable ASCII without double, leading or trailing spaces, as nearly every
// message is: such text needs no cleaning.
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

// isControl reports whether a terminal would obey r, or show nothing for it.
func isControl(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }

// containsFold reports whether part, in lower case, is in s in any case, without a copy of s. The
// bit 0x20 makes a letter lower case; what else it changes EqualFold will see.
func containsFold(s, part string) bool {
	for i := range len(s) - len(part) + 1 {
		if s[i]|0x20 == part[0] && strings.EqualFold(s[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// isBlank reports whether nothing of s would be seen: it is what an unset shell variable leaves behind. One look
// is mostly enough; the search in Unicode's tables would be felt with ten thousand IDs.
func isBlank(s string) bool {
	return (s == "" || s[0] <= ' ' || s[0] > '~') && !strings.ContainsFunc(s, isVisible)
}

func isVisible(r rune) bool { return !unicode.IsSpace(r) && !isControl(r) }
