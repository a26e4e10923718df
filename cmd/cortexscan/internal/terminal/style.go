package terminal

import (
	"strings"
	"unicode/utf8"
)

// Style is how a text stands out on a terminal that has colors.
type Style string

// The styles, as codes of ECMA-48.
const (
	Bold   Style = "1"
	Dim    Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
)

// Paint returns text in the style if color is on.
func (s Style) Paint(on bool, text string) string {
	if !on || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// Width is what text is broken to: the narrowest terminal in use, less the ^C that a person may just have typed.
const Width = 78

// Wrap breaks text between words into lines of at most [Width] columns. Every line but the first begins with indent
// spaces; the first is assumed to stand behind as many columns.
func Wrap(text string, indent int) string {
	var b strings.Builder
	column := indent
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > Width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
