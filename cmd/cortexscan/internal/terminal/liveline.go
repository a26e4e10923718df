package terminal

// LiveLine is a line that is rewritten in place. Standard output must be a terminal that supports that.
type LiveLine struct {
	Streams *IOStreams
	begun   bool
}

// Show replaces the line. On a narrow terminal it truncates the line, because two lines cannot be rewritten.
func (l *LiveLine) Show(format string, args ...any) {
	l.begun = true
	l.Streams.Printf("\r\x1b[K\x1b[?7l"+format+"\x1b[?7h", args...)
}

// End begins the next line. It does nothing if Show was not called.
func (l *LiveLine) End() {
	if l.begun {
		l.Streams.Printf("\n")
		l.begun = false
	}
}
