package playground

import (
	"strings"
	"testing"
)

// The reference page has the key, in a place where it is data and nothing else.
func TestDocsPageHasTheKey(t *testing.T) {
	for _, kind := range []string{"advanced", "standard"} {
		p := New(Key{ID: "1", Secret: `a"><script>&`, Type: kind})
		page := send(p.handler(func(string) bool { return true }), "GET", "/docs", "").Body.String()
		for _, want := range []string{
			`data-type="` + kind + `" data-id="1" data-secret="a&#34;&gt;&lt;script&gt;&amp;"`,
			`<option value="` + kind + `" selected>`,
		} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %s in %s", kind, want, page)
			}
		}
	}
}
