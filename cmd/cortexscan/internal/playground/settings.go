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

// Exports returns the commands that set the variables: for PowerShell if goos is "windows", else for bash, zsh, fish and
// other POSIX shells.
func Exports(settings []Setting, goos string) string {
	before, between, quotes := "export ", "=", posixQuotes
	if goos == "windows" {
		before, between, quotes = "$env:", " = ", powerShellQuotes
	}
	var b strings.Builder
	for _, s := range settings {
		b.WriteString(before + s.Name + between + "'" + quotes.Replace(s.Value) + "'\n")
	}
	return b.String()
}

// What is special within single quotes. The value comes from the Host of a request, too. Fish gives the backslash a
// meaning there, so it is written outside the quotes. PowerShell accepts four more characters as a single quote.
var (
	posixQuotes      = strings.NewReplacer(`'`, `'\''`, `\`, `'\\'`)
	powerShellQuotes = strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019", "\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b")
)
