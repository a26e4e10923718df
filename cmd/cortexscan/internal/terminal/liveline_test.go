package terminal

import "testing"

func TestLiveLine(t *testing.T) {
	s, out, _ := fake()
	line := &LiveLine{Streams: s}
	line.End()
	line.Show("%d", 1)
	line.Show("%d", 2)
	line.End()
	line.End()
	if got := out.String(); got != "\r\x1b[K\x1b[?7l1\x1b[?7h\r\x1b[K\x1b[?7l2\x1b[?7h\n" {
		t.Errorf("got %q", got)
	}
}
