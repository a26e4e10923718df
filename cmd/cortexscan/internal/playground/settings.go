package playground

import (
	"strings"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

// Key is the key that opens the tenant. It is worth nothing anywhere else; the reference page signs with it.
type Key struct {
	ID, Secret string
	Type       string // "advanced" or "standard"
}

func (k Key) kind() sandbox.KeyKind {
	if k.Type == "standard" {
		return sandbox.Standard
	}
	return sandbox.Advanced
}

// Setting is an environment variable.
type Setting struct{ Name, Value string }

// Settings returns the variables that point a client at the playground at url.
func (k Key) Settings(url string) []Setting {
	return []Setting{
		{wrapper.EnvURL, url},
		{wrapper.EnvKeyID, k.ID},
		{wrapper.EnvKeyType, k.Type},
		{wrapper.EnvKey, k.Secret},
	}
}

// Exports returns the commands that set the variables: for PowerShell where goos is "windows", else for a POSIX
// shell. The values are the sandbox's own and contain no quotes.
func Exports(settings []Setting, goos string) string {
	before, between := "export ", "='"
	if goos == "windows" {
		before, between = "$env:", " = '"
	}
	var b strings.Builder
	for _, s := range settings {
		b.WriteString(before + s.Name + between + s.Value + "'\n")
	}
	return b.String()
}
