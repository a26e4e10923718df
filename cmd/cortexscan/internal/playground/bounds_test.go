package playground

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"example.com/cortexscan/sandbox"
)

// A refresh costs what it shows, whatever was sent, with or without credentials.
func TestRefreshIsBounded(t *testing.T) {
	const size = 20 << 10
	nested := func(open, shut string) string { return strings.Repeat(open, 9999) + strings.Repeat(shut, 9999) }
	big := strings.Repeat("x", 60<<10)
	many := make([]string, 0, 3000)
	for i := range 1500 {
		many = append(many, fmt.Sprintf("X-%d", i), "1")
	}
	fields := make([]string, 0, 1000)
	for i := range 1000 {
		fields = append(fields, fmt.Sprintf(`"field-%d":1`, i))
	}
	for _, tt := range []struct {
		name string
		send func(p *Playground, h http.Handler)
	}{
		{"nested lists", func(_ *Playground, h http.Handler) { send(h, "POST", abortPath, nested("[", "]")) }},
		{"nested lists, unfinished", func(_ *Playground, h http.Handler) { send(h, "POST", abortPath, strings.Repeat("[", size)) }},
		{"nested objects", func(_ *Playground, h http.Handler) { send(h, "POST", abortPath, nested(`{"":`, "}")[:size]) }},
		{"nested objects, complete", func(_ *Playground, h http.Handler) {
			send(h, "POST", abortPath, strings.Repeat(`{"":`, 9000)+"1"+strings.Repeat("}", 9000))
		}},
		{"a list of empty lists", func(_ *Playground, h http.Handler) {
			send(h, "POST", abortPath, "["+strings.Repeat("[],", size/3)+"1]")
		}},
		{"a nested response", func(p *Playground, h http.Handler) {
			p.tenant.Fail(sandbox.Failure{Status: 500, Body: nested("[", "]")})
			send(h, "GET", "/x", "")
		}},
		{"a repeated poll with a nested response", func(p *Playground, h http.Handler) {
			p.tenant.Fail(sandbox.Failure{Status: 200, Body: nested("[", "]")})
			send(h, "GET", runPath+"?id=789&fields=status", "", signed()...)
		}},
		{"a long path and query", func(_ *Playground, h http.Handler) { send(h, "GET", "/"+big[:size]+"?"+big[:size], "") }},
		{"a long method", func(_ *Playground, h http.Handler) { send(h, big[:size], "/x", "") }},
		{"a long header", func(_ *Playground, h http.Handler) { send(h, "GET", "/x", "", "X", big) }},
		{"many headers", func(_ *Playground, h http.Handler) { send(h, "GET", "/x", "", many...) }},
		{"many problems", func(_ *Playground, h http.Handler) {
			send(h, "POST", abortPath, `{"request_data":{`+strings.Join(fields, ",")+`}}`, signed()...)
		}},
		{"many filters", func(_ *Playground, h http.Handler) {
			one := `{"field":"hostname","operator":"in","value":["laptop-17"]}`
			send(h, "POST", abortPath, `{"request_data":{"filters":[`+strings.Repeat(one+",", 900)+one+`]}}`, signed()...)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, h := newPlayground()
			for range shownRows + 5 {
				tt.send(p, h)
			}
			recorded := 0
			for _, c := range p.tenant.Calls() {
				recorded += len(c.Method) + len(c.Path) + len(c.Query) + len(c.Body) + len(c.Response) + len(c.Problems)<<7
				for name, values := range c.Header {
					recorded += len(name) + len(strings.Join(values, ""))
				}
			}
			for _, path := range []string{"/live", "/live?q=nowhere", "/live?q=x"} {
				var page int
				allocated := bytesAllocated(func() { page = send(h, "GET", path, "").Body.Len() })
				if page > 1<<20 {
					t.Errorf("%s has %d bytes", path, page)
				}
				if limit := 32*recorded + 1<<20; allocated > limit {
					t.Errorf("%s allocates %d KiB for a record of %d KiB", path, allocated>>10, recorded>>10)
				}
			}
			if n := len(callIDs(send(h, "GET", "/live", "").Body.String())); n != shownRows && n != 1 { // polls share a row
				t.Errorf("%d rows are shown", n)
			}
		})
	}
}

func bytesAllocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}
