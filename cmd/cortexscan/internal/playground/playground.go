// Package playground serves the sandbox on a web server. The tenant responds at the paths of its operations, and its
// scans and scan runs make progress. The page at / lists the requests. The API reference at /docs can send requests
// for each operation. The OpenAPI document is at /openapi.yaml.
//
//	listener, err := playground.Listen(ctx, "127.0.0.1:0", false)
//	if err != nil { … }
//	p := playground.New(playground.Key{ID: "1", Secret: rand.Text(), Type: "advanced"})
//	err = p.Serve(ctx, listener) // until ctx ends
//
// The server is meant for programs and browsers on the same machine. It listens only on the loopback interface unless
// the public argument of [Listen] is true. It accepts only requests whose Host header contains its own address, and
// refuses requests that a browser sends on behalf of another site.
package playground

import (
	"strings"
	"sync/atomic"
	"time"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

// Playground is a sandbox tenant with web pages. Use [New] to create a Playground.
type Playground struct {
	key        Key
	tenant     *sandbox.Tenant
	simulation *simulation
	cleared    atomic.Int64 // when the list was cleared, in Unix nanoseconds
}

// New returns a playground with some endpoints and scan runs. Their states change while [Playground.Serve] runs. The
// options configure the tenant.
func New(key Key, opts ...sandbox.Option) *Playground {
	tenant := sandbox.New(append([]sandbox.Option{sandbox.WithKey(key.ID, key.Secret, key.kind())}, opts...)...)
	return &Playground{key: key, tenant: tenant, simulation: newSimulation(tenant, time.Now())}
}

// Key is the API key of the tenant. It is valid only for this tenant. The API reference signs requests with this key.
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

// Settings returns the variables that make clients call the playground at url.
func (k Key) Settings(url string) []Setting {
	return []Setting{
		{wrapper.EnvURL, url},
		{wrapper.EnvKeyID, k.ID},
		{wrapper.EnvKeyType, k.Type},
		{wrapper.EnvKey, k.Secret},
	}
}

// Exports returns commands that set the variables. The commands are for PowerShell if goos is "windows", and
// otherwise for fish and for POSIX shells such as bash and zsh.
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

// These replacers escape the characters that a shell interprets within single quotes, because a value can come from
// the Host header of a request. Fish interprets the backslash, and PowerShell accepts four more characters as a
// single quote.
var (
	posixQuotes      = strings.NewReplacer(`'`, `'\''`, `\`, `'\\'`)
	powerShellQuotes = strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019", "\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b")
)
