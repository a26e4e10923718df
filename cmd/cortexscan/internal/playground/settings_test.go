package playground

import (
	"strings"
	"testing"

	"example.com/cortexscan/sandbox"
)

func TestExports(t *testing.T) {
	settings := Key{ID: "1", Secret: "s", Type: "standard"}.Settings("http://127.0.0.1:1")
	posix, windows := Exports(settings, "linux"), Exports(settings, "windows")
	for _, want := range []string{
		"export CORTEXCLOUD_API_URL='http://127.0.0.1:1'\n", "export CORTEXCLOUD_API_KEY_ID='1'\n",
		"export CORTEXCLOUD_API_KEY_TYPE='standard'\n", "export CORTEXCLOUD_API_KEY='s'\n",
	} {
		if !strings.Contains(posix, want) {
			t.Errorf("no %s in %s", want, posix)
		}
	}
	if !strings.Contains(windows, "$env:CORTEXCLOUD_API_KEY = 's'\n") || strings.Contains(windows, "export") {
		t.Errorf("for PowerShell: %s", windows)
	}
}

func TestKeyKind(t *testing.T) {
	if (Key{Type: "standard"}).kind() != sandbox.Standard || (Key{Type: "advanced"}).kind() != sandbox.Advanced {
		t.Error("the tenant has a key of the other kind")
	}
}
