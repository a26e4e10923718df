package playground

import (
	"os/exec"
	"testing"
)

// Users paste the commands into a shell. The shell must set each variable to its exact value and never execute a value.
func TestExportsAreQuotedForTheShell(t *testing.T) {
	values := []string{
		"plain", "", " two  words ", "it's", "'", "''", "$(echo executed)", "`echo executed`", "'$(echo executed)'", "${HOME}",
		`back\slash`, `two\\`, `\`, `\'`, `'\''`, `"double"`, "a;b&c|d>e<f", "*?[a]{b,c}~", "#", "!!", "%PATH%", "line\nbreak",
		"http://[::1%'$(echo executed)']:8470", "\u2018\u2019\u201a\u201b",
	}
	shells := 0
	for _, shell := range []string{"sh", "bash", "zsh", "fish"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		shells++
		for _, v := range values {
			script := Exports([]Setting{{"FIRST", v}, {"SECOND", v}}, "linux") + `printf '%s|%s' "$FIRST" "$SECOND"`
			out, err := exec.CommandContext(t.Context(), path, "-c", script).CombinedOutput()
			if err != nil || string(out) != v+"|"+v {
				t.Errorf("%s: got %q, %v, want %q twice", shell, out, err, v)
			}
		}
	}
	if shells == 0 {
		t.Skip("no shell is installed")
	}
}

func TestExportsAreQuotedForPowerShell(t *testing.T) {
	for v, want := range map[string]string{
		"plain":        "'plain'",
		"it's":         "'it''s'",
		"$(id)`n\\":    "'$(id)`n\\'",
		"\u2018\u201b": "'\u2018\u2018\u201b\u201b'", // PowerShell also ends a string at these quotation marks
	} {
		if got := Exports([]Setting{{"NAME", v}}, "windows"); got != "$env:NAME = "+want+"\n" {
			t.Errorf("%q: got %s, want %s", v, got, want)
		}
	}
}
