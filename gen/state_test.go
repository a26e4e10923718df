package gen_test

import (
	"strings"
	"testing"

	"example.com/cortexscan/gen"
)

func TestState(t *testing.T) {
	long := strings.Repeat("a", 64)
	for _, tt := range []struct{ name, message, want string }{
		{"the published state", "Scan is in Running state", "Running"},
		{"space around it", "  Scan is in Running state\n", "Running"},
		{"a state called state", "Scan is in state state", "state"},
		{"64 bytes", "Scan is in " + long + " state", long},
		{"65 bytes", "Scan is in " + long + "a state", ""},
		{"another beginning", "The scan is in Running state", ""},
		{"no state", "Scan is in state", ""},
		{"empty state", "Scan is in  state", ""},
		{"escape sequence", "Scan is in \x1b[31mRunning state", ""},
		{"line break", "Scan is in Run\nning state", ""},
		{"double space", "Scan is in Run  ning state", ""},
		{"bidirectional override", "Scan is in Run\u202ening state", ""},
		{"zero-width space", "Scan is in Run\u200bning state", ""},
		{"Hangul filler", "Scan is in \u3164 state", ""},
		{"Braille blank", "Scan is in \u2800 state", ""},
		{"invalid UTF-8", "Scan is in Run\xffning state", ""},
	} {
		if got := (&gen.ScanRunStatus{DATA: tt.message}).State(); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := (*gen.ScanRunStatus)(nil).State(); got != "" {
		t.Errorf("nil: got %q, want no state", got)
	}
}
