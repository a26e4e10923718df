package terminal

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Style is a color or another attribute of text on a terminal.
type Style string

// The styles, as ECMA-48 codes.
const (
	Bold   Style = "1"
	Dim    Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
)

// Paint returns the string in this style if on is true.
func (s Style) Paint(on bool, text string) string {
	if !on || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

var paint = regexp.MustCompile("\x1b\\[[0-9;]*m")

// columns returns the number of columns that the string occupies on a terminal.
func columns(text string) int {
	if strings.Contains(text, "\x1b") {
		text = paint.ReplaceAllString(text, "")
	}
	return utf8.RuneCountInString(text)
}

// DefaultWidth is 80 columns minus two for the ^C that the terminal shows when the user presses Ctrl-C.
const DefaultWidth = 78

// Wrap breaks the string between words into lines of at most width columns. The first line begins in column indent.
// Every other line begins with indent spaces, or with two if indent is more than half the width.
func Wrap(text string, indent, width int) string {
	hanging := indent
	if hanging > width/2 {
		hanging = 2 // leaves room for words
	}
	return wrap(text, indent, hanging, width)
}

// Fit wraps each line that is wider than width. The lines that it adds are indented by up to two columns more
// than the original line.
func Fit(text string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		content := strings.TrimRight(line, " \n")
		if columns(content) > width {
			indent := len(content) - len(strings.TrimLeft(content, " "))
			b.WriteString(strings.Repeat(" ", indent))
			b.WriteString(wrap(content, indent, min(indent+2, width/2), width))
			line = line[len(content):]
		}
		b.WriteString(line)
	}
	return b.String()
}

// wrap wraps text whose first word begins in the given column. The lines that it adds begin with hanging spaces, or
// with fewer spaces to make room for a long word.
func wrap(text string, column, hanging, width int) string {
	var b strings.Builder
	for i, word := range strings.Fields(text) {
		n := columns(word)
		switch {
		case i == 0:
		case column+1+n > width:
			column = min(hanging, max(width-n, 0))
			b.WriteString("\n" + strings.Repeat(" ", column))
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}

// Count returns a number and its noun: "1 entry", "2 entries".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return strconv.Itoa(n) + " " + stem + "ies"
	}
	if strings.HasSuffix(noun, "s") {
		noun += "e"
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
