package terminal

// LiveLine is a line of the terminal that is rewritten in place. Use it only if standard output is a terminal that
// can do so.
type LiveLine struct {
	Streams *IOStreams
	begun   bool
}

// Show replaces the line's text.
func (l *LiveLine) Show(format string, args ...any) {
	l.begun = true
	l.Streams.Printf("\r\x1b[K"+format, args...)
}

// End leaves the line as it is and begins the next one. Without a Show before it does nothing.
func (l *LiveLine) End() {
	if l.begun {
		l.Streams.Printf("\n")
		l.begun = false
	}
}
