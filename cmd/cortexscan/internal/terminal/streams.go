// Package terminal is the program's input and output: streams that know whether a person is at the other end,
// prompts, colors, and text broken into lines.
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

// IOStreams are the three standard streams of one run of the program. Tests make their own; [System] returns the
// process's.
type IOStreams struct {
	In          io.Reader
	Out, ErrOut io.Writer

	// Which of the three are a terminal. Color is only ever written to a terminal.
	InIsTerminal, OutIsTerminal, ErrIsTerminal bool
	// NoColor switches color off on terminals too.
	NoColor bool
	// NoCursor is a terminal that cannot rewrite a line.
	NoCursor bool

	// Columns returns how wide the terminal is, 0 if that is not known. It may be nil.
	Columns func() int

	// ReadPassword reads a line from the terminal without showing it, see [IOStreams.AskSecret].
	ReadPassword func() (string, error)
	// Restore gives the terminal its echo back after an interrupted ReadPassword.
	Restore func()

	outErr error // the first error of Out
}

// System returns the process's streams. Color follows NO_COLOR and TERM.
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

// passwordReader remembers how the terminal is set before anything changes that.
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

// Configure reads the variables that describe the terminal.
func (s *IOStreams) Configure(getenv func(string) string) {
	s.NoCursor = getenv("TERM") == "dumb"
	s.NoColor = s.NoCursor || getenv("NO_COLOR") != "" ||
		runtime.GOOS == "windows" && getenv("WT_SESSION") == "" // the old console shows the codes themselves
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Interactive reports whether a person is there to answer a question.
func (s *IOStreams) Interactive() bool { return s.InIsTerminal && s.ErrIsTerminal }

// Width returns how many columns a line may have.
func (s *IOStreams) Width() int {
	const narrowest = 20
	if s.Columns != nil {
		if n := s.Columns(); n > 0 {
			return min(DefaultWidth, max(n-2, narrowest))
		}
	}
	return DefaultWidth
}

// OutColor and ErrColor report whether color may be written to the stream.
func (s *IOStreams) OutColor() bool { return s.OutIsTerminal && !s.NoColor }

// ErrColor is OutColor for standard error.
func (s *IOStreams) ErrColor() bool { return s.ErrIsTerminal && !s.NoColor }

// Printf writes to standard output, which carries what the command was asked for. Its first error is kept: see
// [IOStreams.WriteError].
func (s *IOStreams) Printf(format string, args ...any) {
	_, _ = fmt.Fprintf(outWriter{s}, format, args...)
}

// Textf is Printf for sentences and tables: no line is wider than the terminal.
func (s *IOStreams) Textf(format string, args ...any) {
	_, _ = io.WriteString(outWriter{s}, s.fit(s.OutIsTerminal, fmt.Sprintf(format, args...)))
}

// Notef writes to standard error, which carries what a person should know beside the result. No line is wider than the
// terminal.
func (s *IOStreams) Notef(format string, args ...any) {
	_, _ = io.WriteString(s.ErrOut, s.fit(s.ErrIsTerminal, fmt.Sprintf(format, args...)))
}

// fit leaves alone what fits a terminal of the usual width: it was written for that.
func (s *IOStreams) fit(isTerminal bool, text string) string {
	if width := s.Width(); isTerminal && width < DefaultWidth {
		return Fit(text, width)
	}
	return text
}

// PrintJSON writes v to standard output, indented. Characters that are not safe to print are escaped.
func (s *IOStreams) PrintJSON(v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // v is always made of strings, numbers, lists and maps
	_, _ = outWriter{s}.Write(EscapeJSON(b.Bytes()))
}

// EscapeJSON returns the same JSON with every character escaped that a terminal obeys or does not show. Such
// characters can only be in its strings, apart from the white space between tokens.
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

// Table writes rows of a name and a value to standard output, aligned. Rows without a value are left out.
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

// OutWriter is standard output as an io.Writer whose first error is kept.
func (s *IOStreams) OutWriter() io.Writer { return outWriter{s} }

// WriteError is the first error of standard output, such as a full disk; nil if everything was written.
func (s *IOStreams) WriteError() error { return s.outErr }

type outWriter struct{ s *IOStreams }

func (w outWriter) Write(p []byte) (int, error) {
	n, err := w.s.Out.Write(p)
	if w.s.outErr == nil {
		w.s.outErr = err
	}
	return n, err
}
