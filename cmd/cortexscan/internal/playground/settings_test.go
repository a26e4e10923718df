package playground

import (
	"strings"
	"testing"
)

// What a POSIX shell is given stands on the live page, too, where it is tested.
func TestExportsForPowerShell(t *testing.T) {
	settings := Key{ID: "1", Secret: "s", Type: "standard"}.Settings("http://127.0.0.1:1")
	if windows := Exports(settings, "windows"); !strings.Contains(windows, "$env:CORTEXCLOUD_API_KEY = 's'\n") || strings.Contains(windows, "export") {
		t.Errorf("got %s", windows)
	}
}
