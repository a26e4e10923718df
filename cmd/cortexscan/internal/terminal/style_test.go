package terminal

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWrap(t *testing.T) {
	text := strings.Repeat("größe ", 40) + strings.Repeat("x", 100)
	got := Wrap(text, 4)
	if strings.Join(strings.Fields(got), " ") != text {
		t.Errorf("the words are not the same: %q", got)
	}
	for i, line := range strings.Split(got, "\n") {
		n := utf8.RuneCountInString(line)
		if i == 0 {
			n += 4
		} else if !strings.HasPrefix(line, "    ") {
			t.Errorf("line %d is not indented", i)
		}
		if n > Width && strings.Contains(strings.TrimSpace(line), " ") {
			t.Errorf("line %d has %d characters", i, n)
		}
	}
}
