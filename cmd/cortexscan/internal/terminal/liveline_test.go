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
	if got := out.String(); got != "\r\x1b[K1\r\x1b[K2\n" {
		t.Errorf("got %q", got)
	}
}
