package terminal

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
)

func fake() (s *IOStreams, out, errOut *bytes.Buffer) {
	out, errOut = &bytes.Buffer{}, &bytes.Buffer{}
	return &IOStreams{In: &bytes.Buffer{}, Out: out, ErrOut: errOut}, out, errOut
}

func TestTableIsAligned(t *testing.T) {
	s, out, _ := fake()
	s.Table([2]string{"run", "789"}, [2]string{"left out", ""}, [2]string{"größe", "7"})
	if got, want := out.String(), "run    789\ngröße  7\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestJSONEscapesOnlyUnsafeCharacters(t *testing.T) {
	s, out, _ := fake()
	value := "<&>a\u009b\u202e\u200b\u00a0\x7f\U000e0001é漢\ufffd"
	s.PrintJSON([]string{value})
	if got := out.String(); got != "[\n  "+`"<&>a\u009b\u202e\u200b\u00a0\u007f\udb40\udc01é漢\ufffd"`+"\n]\n" {
		t.Errorf("got %s", got)
	}
	var back []string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back[0] != value {
		t.Errorf("decoded: got %q, %v, want %q", back, err, value)
	}
}

func TestMessagesFitANarrowTerminal(t *testing.T) {
	s, out, errOut := fake()
	s.OutIsTerminal, s.ErrIsTerminal = true, false
	s.Columns = func() int { return 30 }
	s.Textf("%s", strings.Repeat("word ", 10)+"\n")
	s.Printf("%s", strings.Repeat("word ", 10)+"\n")
	s.Notef("%s", strings.Repeat("word ", 10)+"\n")
	if got := strings.Count(out.String(), "\n"); got != 3 {
		t.Errorf("got %d lines, want two for sentences and one for data: %q", got, out.String())
	}
	if got := strings.Count(errOut.String(), "\n"); got != 1 {
		t.Errorf("got %d lines, want one outside a terminal: %q", got, errOut.String())
	}
}

func TestFirstWriteErrorIsKept(t *testing.T) {
	s, _, _ := fake()
	if s.Printf("a"); s.WriteError() != nil {
		t.Error(s.WriteError())
	}
	closed, to := io.Pipe()
	closed.CloseWithError(errors.New("no space left on device"))
	s.Out = to
	for _, write := range []func(){func() { s.Printf("b") }, func() { s.PrintJSON(1) }, func() { _, _ = s.OutWriter().Write([]byte("c")) }} {
		write()
		if err := s.WriteError(); err == nil || err.Error() != "no space left on device" {
			t.Errorf("got %v, want the first error", err)
		}
	}
}

func TestVariablesDisableColors(t *testing.T) {
	for _, c := range []struct {
		settings        map[string]string
		color, noCursor bool
	}{
		{map[string]string{"WT_SESSION": "1"}, true, false}, // Windows Terminal supports colors
		{map[string]string{"WT_SESSION": "1", "NO_COLOR": "1"}, false, false},
		{map[string]string{"WT_SESSION": "1", "TERM": "dumb"}, false, true},
		{nil, runtime.GOOS != "windows", false},
	} {
		s, _, _ := fake()
		s.OutIsTerminal = true
		s.Configure(func(name string) string { return c.settings[name] })
		if s.OutColor() != c.color || s.ErrColor() || s.NoCursor != c.noCursor {
			t.Errorf("%v: got color of standard output %v, of standard error %v, no cursor %v", c.settings, s.OutColor(), s.ErrColor(), s.NoCursor)
		}
	}
}

func TestPasswordNeedsATerminal(t *testing.T) {
	s := System(func(string) string { return "" })
	if s.InIsTerminal {
		t.Skip("standard input is a terminal")
	}
	if _, err := s.ReadPassword(); err == nil {
		t.Error("a password was read without a terminal")
	}
	s.Restore()
}

func TestInteractiveNeedsTerminalsForInputAndErrors(t *testing.T) {
	s, _, _ := fake()
	for _, c := range [][3]bool{{false, false, false}, {true, false, false}, {false, true, false}, {true, true, true}} {
		s.InIsTerminal, s.ErrIsTerminal = c[0], c[1]
		if s.Interactive() != c[2] {
			t.Errorf("input %v, standard error %v: got %v, want %v", c[0], c[1], !c[2], c[2])
		}
	}
}
