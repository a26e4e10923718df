package terminal

// LiveLine is a line of the terminal that is rewritten in place. Use it only if standard output is a terminal that
// can do so.
type LiveLine struct {
	Streams *IOStreams
	begun   bool
}

// Show replaces the line's text. A terminal that is too narrow for it cuts it off: it could not rewrite two lines.
func (l *LiveLine) Show(format string, args ...any) {
	l.begun = true
	l.Streams.Printf("\r\x1b[K\x1b[?7l"+format+"\x1b[?7h", args...)
}

// End leaves the line as it is and begins the next one. Without a Show before it does nothing.
func (l *LiveLine) End() {
	if l.begun {
		l.Streams.Printf("\n")
		l.begun = false
	}
}
