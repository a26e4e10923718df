package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// width is what text is made for: a terminal as narrow as they come, less what the person just typed, ^C.
const width = 78

// output is where the program writes to, and in which form.
type output struct {
	stdout, stderr *stickyWriter
	json           bool
	stdoutColor    bool
	stderrColor    bool

	// On a terminal lines are broken between words; elsewhere a message is one line.
	stdoutIsTerminal, stderrIsTerminal bool
}

func newOutput(env environment, asJSON bool) *output {
	color := env.getenv("NO_COLOR") == "" && env.getenv("TERM") != "dumb" &&
		(runtime.GOOS != "windows" || env.getenv("WT_SESSION") != "") // the old console shows the codes themselves
	return &output{
		stdout:      &stickyWriter{w: env.stdout},
		stderr:      &stickyWriter{w: env.stderr},
		json:        asJSON,
		stdoutColor: color && env.stdoutIsTerminal,
		stderrColor: color && env.stderrIsTerminal,

		stdoutIsTerminal: env.stdoutIsTerminal,
		stderrIsTerminal: env.stderrIsTerminal,
	}
}

// printf writes to standard output, what the command was asked for.
func (o *output) printf(format string, args ...any) { _, _ = fmt.Fprintf(o.stdout, format, args...) }

// notef writes to standard error, what a person should know beside it.
func (o *output) notef(format string, args ...any) { _, _ = fmt.Fprintf(o.stderr, format, args...) }

// printJSON writes v to standard output, indented.
func (o *output) printJSON(v any) {
	e := json.NewEncoder(o.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v)
}

// table writes rows of a name and a value, aligned. Rows without a value are left out.
func (o *output) table(rows ...[2]string) {
	longest := 0
	for _, row := range rows {
		if row[1] != "" {
			longest = max(longest, utf8.RuneCountInString(row[0]))
		}
	}
	for _, row := range rows {
		if row[1] != "" {
			o.printf("%-*s  %s\n", longest, row[0], row[1])
		}
	}
}

// failed is the error of standard output, as of a full disk.
func (o *output) failed() error {
	if o.stdout.err == nil {
		return nil
	}
	return fmt.Errorf("%w: standard output cannot be written: %w", errFailed, o.stdout.err)
}

// stickyWriter remembers its first error, so that it is looked at once and not at every line.
type stickyWriter struct {
	w   io.Writer
	err error
}

func (s *stickyWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if s.err == nil {
		s.err = err
	}
	return n, err
}

// style is how a text stands out on a terminal that has colours.
type style string

const (
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
)

func (s style) paint(on bool, text string) string {
	if !on || text == "" {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// stateStyle gives a state a colour where people agree on one.
func stateStyle(state string) style {
	switch strings.ToLower(state) {
	case "completed", "success", "done", "finished":
		return green
	case "failed", "error", "aborted", "canceled", "cancelled":
		return red
	}
	return yellow
}

const maxText = 1 << 10

// clean makes one line of text from outside, safe to print on a terminal: valid UTF-8, without control and
// format characters, which could move the cursor or turn the direction of writing; white space becomes one space.
func clean(s string) string {
	var b strings.Builder
	space := false
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		switch {
		case unicode.IsSpace(r), unicode.In(r, unicode.Zl, unicode.Zp):
			space = b.Len() > 0
			continue
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			continue
		case b.Len() >= maxText:
			return b.String() + "…"
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isBlank reports whether nothing of s would be seen: it is what an unset variable leaves behind.
func isBlank(s string) bool { return clean(s) == "" }

// wrapped breaks text into lines that fit the width behind an indent, which every line but the first begins with.
func wrapped(text string, indent int) string {
	var b strings.Builder
	column := indent
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
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
