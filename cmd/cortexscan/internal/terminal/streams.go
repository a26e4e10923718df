// Package terminal provides the program's input and output: standard streams that may be terminals, prompts, colors and
// wrapped lines.
package terminal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"unicode/utf16"
	"unicode/utf8"

	"example.com/cortexscan/internal/text"
	"golang.org/x/term"
)

// IOStreams contains the three standard streams of the program. [System] returns the streams of the process. Tests
// construct their own.
type IOStreams struct {
	In          io.Reader
	Out, ErrOut io.Writer

	// Terminals get colors, and can get prompts and lines that are updated in place.
	InIsTerminal, OutIsTerminal, ErrIsTerminal bool
	// NoColor disables colors on terminals.
	NoColor bool
	// NoCursor means that the terminal cannot rewrite a line.
	NoCursor bool

	// Columns returns the width of the terminal, or 0 if the width is not known. Columns may be nil.
	Columns func() int

	// ReadPassword reads a line from the terminal without echoing it. See [IOStreams.AskSecret].
	ReadPassword func() (string, error)
	// Restore turns the terminal's echo on again after ReadPassword was interrupted.
	Restore func()

	outErr error // the first error from writing to Out
}

// System returns the streams of the process, configured with [IOStreams.Configure].
func System(getenv func(string) string) *IOStreams {
	s := &IOStreams{
		In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr,
		InIsTerminal:  isTerminal(os.Stdin),
		OutIsTerminal: isTerminal(os.Stdout),
		ErrIsTerminal: isTerminal(os.Stderr),
	}
	s.Columns = func() int {
		for _, f := range []*os.File{os.Stderr, os.Stdout} {
			if width, _, err := term.GetSize(int(f.Fd())); err == nil {
				return width
			}
		}
		return 0
	}
	s.ReadPassword, s.Restore = passwordReader(int(os.Stdin.Fd()))
	s.Configure(getenv)
	return s
}

// passwordReader returns ReadPassword and Restore for a terminal. It saves the terminal's settings, so
// that Restore can undo the changes that ReadPassword makes.
func passwordReader(fd int) (read func() (string, error), restore func()) {
	before, err := term.GetState(fd)
	restore = func() {
		if err == nil {
			_ = term.Restore(fd, before)
		}
	}
	read = func() (string, error) {
		secret, err := term.ReadPassword(fd)
		return string(secret), err
	}
	return read, restore
}

// Configure sets NoColor and NoCursor from environment variables. NO_COLOR disables colors. TERM=dumb disables colors
// and cursor movement.
func (s *IOStreams) Configure(getenv func(string) string) {
	s.NoCursor = getenv("TERM") == "dumb"
	s.NoColor = s.NoCursor || getenv("NO_COLOR") != "" ||
		runtime.GOOS == "windows" && getenv("WT_SESSION") == "" // the old Windows console prints color codes as text
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Interactive reports whether the program can ask a question.
func (s *IOStreams) Interactive() bool { return s.InIsTerminal && s.ErrIsTerminal }

// Width returns the maximum width of a line, in columns.
func (s *IOStreams) Width() int {
	const narrowest = 20
	if s.Columns != nil {
		if n := s.Columns(); n > 0 {
			return min(DefaultWidth, max(n-2, narrowest))
		}
	}
	return DefaultWidth
}

// OutColor reports whether colors may be written to standard output.
func (s *IOStreams) OutColor() bool { return s.OutIsTerminal && !s.NoColor }

// ErrColor reports whether colors may be written to standard error.
func (s *IOStreams) ErrColor() bool { return s.ErrIsTerminal && !s.NoColor }

// Printf writes results to standard output. [IOStreams.WriteError] returns its first error.
func (s *IOStreams) Printf(format string, args ...any) {
	_, _ = fmt.Fprintf(outWriter{s}, format, args...)
}

// Textf writes sentences and tables to standard output, wrapped to the width of the terminal.
func (s *IOStreams) Textf(format string, args ...any) {
	_, _ = io.WriteString(outWriter{s}, s.fit(s.OutIsTerminal, fmt.Sprintf(format, args...)))
}

// Notef writes messages to standard error, wrapped to the width of the terminal.
func (s *IOStreams) Notef(format string, args ...any) {
	_, _ = io.WriteString(s.ErrOut, s.fit(s.ErrIsTerminal, fmt.Sprintf(format, args...)))
}

// fit wraps text if the terminal is narrower than DefaultWidth. Messages already fit DefaultWidth.
func (s *IOStreams) fit(isTerminal bool, text string) string {
	if width := s.Width(); isTerminal && width < DefaultWidth {
		return Fit(text, width)
	}
	return text
}

// PrintJSON writes v to standard output as indented JSON. It escapes characters that are not safe to print.
func (s *IOStreams) PrintJSON(v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // the program passes only values that can be encoded
	_, _ = outWriter{s}.Write(EscapeJSON(b.Bytes()))
}

// EscapeJSON uses JSON escapes for characters that a terminal interprets or does not show. In JSON, such characters
// occur only in strings, apart from white space between tokens.
func EscapeJSON(doc []byte) []byte {
	out := make([]byte, 0, len(doc))
	for _, r := range string(doc) {
		switch {
		case r < utf8.RuneSelf && r != 0x7f, text.IsPrintable(string(r)) && r != utf8.RuneError:
			out = utf8.AppendRune(out, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out
}

// Table writes one name and its value per line to standard output, with the values aligned. It skips rows whose value is empty.
func (s *IOStreams) Table(rows ...[2]string) {
	longest := 0
	for _, row := range rows {
		if row[1] != "" {
			longest = max(longest, utf8.RuneCountInString(row[0]))
		}
	}
	for _, row := range rows {
		if row[1] != "" {
			s.Textf("%-*s  %s\n", longest, row[0], row[1])
		}
	}
}

// OutWriter returns standard output as an io.Writer. [IOStreams.WriteError] returns its first error.
func (s *IOStreams) OutWriter() io.Writer { return outWriter{s} }

// WriteError returns the first error from writing to standard output, such as a full disk, or nil if there was
// none.
func (s *IOStreams) WriteError() error { return s.outErr }

type outWriter struct{ s *IOStreams }

func (w outWriter) Write(p []byte) (int, error) {
	n, err := w.s.Out.Write(p)
	if w.s.outErr == nil {
		w.s.outErr = err
	}
	return n, err
}
