package terminal

import (
	"bytes"
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"
)

// fake returns streams and their buffers.
func fake() (s *IOStreams, out, errOut *bytes.Buffer) {
	out, errOut = &bytes.Buffer{}, &bytes.Buffer{}
	return &IOStreams{In: &bytes.Buffer{}, Out: out, ErrOut: errOut}, out, errOut
}

func TestTableIsAligned(t *testing.T) {
	s, out, _ := fake()
	s.Table([2]string{"run", "789"}, [2]string{"left out", ""}, [2]string{"größe", "7"})
	if got := out.String(); got != "run    789\ngröße  7\n" {
		t.Errorf("got %q", got)
	}
}

func TestJSONEscapesWhatIsUnsafeToPrintAndNothingElse(t *testing.T) {
	s, out, _ := fake()
	value := "<&>a\u009b\u202e\u200b\u00a0\x7f\U000e0001é漢\ufffd"
	s.PrintJSON(value)
	if got := out.String(); got != `"<&>a\u009b\u202e\u200b\u00a0\u007f\udb40\udc01é漢\ufffd"`+"\n" {
		t.Errorf("got %s", got)
	}
	var back string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back != value {
		t.Errorf("decoded: %q, %v", back, err)
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
		t.Errorf("sentences are wrapped, data is not: %q", out.String())
	}
	if got := strings.Count(errOut.String(), "\n"); got != 1 {
		t.Errorf("a file is not wrapped: %q", errOut.String())
	}
}

type failing struct{ calls int }

func (f *failing) Write(p []byte) (int, error) {
	f.calls++
	if f.calls == 1 {
		return len(p), nil
	}
	return 0, errors.New("no space left on device")
}

func TestFirstErrorOfOutIsKept(t *testing.T) {
	s, _, _ := fake()
	s.Out = &failing{}
	s.Printf("a")
	if err := s.WriteError(); err != nil {
		t.Error(err)
	}
	for _, write := range []func(){func() { s.Printf("b") }, func() { s.PrintJSON(1) }, func() { _, _ = s.OutWriter().Write([]byte("c")) }} {
		write()
		if err := s.WriteError(); err == nil || err.Error() != "no space left on device" {
			t.Errorf("got %v", err)
		}
	}
}

func TestColor(t *testing.T) {
	for _, c := range []struct {
		name             string
		settings         map[string]string
		noColor, noMoves bool
	}{
		{"nothing set", nil, false, false},
		{"NO_COLOR", map[string]string{"NO_COLOR": "1"}, true, false},
		{"dumb", map[string]string{"TERM": "dumb"}, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _, _ := fake()
			s.OutIsTerminal, s.ErrIsTerminal = true, false
			s.Configure(func(name string) string {
				if name == "WT_SESSION" { // set by the terminal of Windows that has colors
					return "1"
				}
				return c.settings[name]
			})
			if s.OutColor() == c.noColor || s.ErrColor() || s.NoCursor != c.noMoves {
				t.Errorf("color of standard output %v, of standard error %v, no cursor %v", s.OutColor(), s.ErrColor(), s.NoCursor)
			}
		})
	}
	s, _, _ := fake()
	s.OutIsTerminal = true
	s.Configure(func(string) string { return "" })
	if s.OutColor() == (runtime.GOOS == "windows") {
		t.Error("the old console of Windows, and nothing else, shows the codes themselves")
	}
}

// The streams of a test are not a terminal.
func TestSystem(t *testing.T) {
	s := System(func(string) string { return "" })
	if s.In == nil || s.Out == nil || s.ErrOut == nil || s.ReadPassword == nil {
		t.Errorf("got %+v", s)
	}
	if !s.InIsTerminal {
		if _, err := s.ReadPassword(); err == nil {
			t.Error("a password was read where there is no terminal")
		}
		s.Restore()
	}
}
