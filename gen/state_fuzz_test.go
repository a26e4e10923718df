package gen_test

import (
	"strings"
	"testing"
	"unicode"

	"example.com/cortexscan/gen"
)

// FuzzState checks that a state is part of the message, short and printable, and that a message made from a state returns it.
func FuzzState(f *testing.F) {
	for _, message := range []string{
		"Scan is in Running state", "Scan is in  state", "Scan is in state", " Scan is in A B state\n", "Scan is in \x1b[31m state",
		"Scan is in \u202ex state", "Scan is in x\u2028y state", "Scan is in \xff state", "", "Running", "Scan is in Scan is in a state state",
	} {
		f.Add(message)
	}
	f.Fuzz(func(t *testing.T, message string) {
		state := (&gen.ScanRunStatus{DATA: message}).State()
		if state == "" {
			return
		}
		if !strings.Contains(message, "Scan is in "+state+" state") || len(state) > 64 || strings.ContainsFunc(state, func(r rune) bool { return !unicode.IsGraphic(r) }) || strings.TrimSpace(state) != state {
			t.Fatalf("%q of %q", state, message)
		}
		if again := (&gen.ScanRunStatus{DATA: "Scan is in " + state + " state"}).State(); again != state {
			t.Fatalf("%q became %q", state, again)
		}
	})
}
