package playground

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/cortexscan/sandbox"
)

func TestLivePageShowsWhatHappened(t *testing.T) {
	_, h := newPlayground()
	if page := send(h, "GET", "/", "").Body.String(); !strings.Contains(page, "No requests yet.") || len(callIDs(page)) != 0 {
		t.Error("the page is not empty at first")
	}
	send(h, "GET", runPath+"?id=789&fields=status", "", signed()...)
	send(h, "POST", abortPath, `{"request_data":{"filters":[{"field":"<script>alert(1)</script>","operator":"in"}]}}`, signed()...)
	send(h, "POST", abortPath, `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["laptop-17","db-1"]}]}}`, signed()...)
	send(h, "GET", "/public_api/<b>\u202e", "", "X-Key", testKey)
	page := send(h, "GET", "/", "").Body.String()
	fragment := send(h, "GET", "/live", "").Body.String()
	for _, want := range []string{
		"4 requests, 2 with problems",
		`<span class="status good">200 OK</span>`, ">request OK<", "Scan is in Running state",
		`<span class="status bad">400 Bad Request</span>`, "body /request_data/filters/0/value is required",
		`<span class="status bad">401 Unauthorized</span>`, ">2 problems<", "header X-Xdr-Auth-Id is required",
		"&lt;script&gt;alert(1)", "/public_api/&lt;b&gt;\ufffd", "[hidden]",
		"hostname in laptop-17, db-1</span>: 2 selected, 1 aborted", "&#34;endpoints_count&#34;: &#34;1&#34;",
		`<th scope="row">789</th>`, `<th scope="row">laptop-17</th>`,
	} {
		if !strings.Contains(page, want) || !strings.Contains(fragment, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, never := range []string{"<script>alert", "<b>", " onclick=", " style=", "<style"} {
		if strings.Contains(page, never) {
			t.Errorf("there is %s", never)
		}
	}
	if i, j := strings.Index(page, "401 Unauth"), strings.Index(page, "200 OK"); i > j {
		t.Error("the latest call is not the first")
	}
	if !strings.Contains(page, `<noscript><meta http-equiv="refresh"`) {
		t.Error("without JavaScript it does not refresh")
	}
}

func TestKeyIsOnlyInTheCommandsOfThePage(t *testing.T) {
	_, h := newPlayground()
	send(h, "GET", "/public_api/other", "", "Authorization", testKey)
	page := send(h, "GET", "/", "").Body.String()
	for _, want := range []string{
		"export CORTEXCLOUD_API_URL=&#39;http://" + testHost + "&#39;\n",
		"export CORTEXCLOUD_API_KEY_ID=&#39;1&#39;\n",
		"export CORTEXCLOUD_API_KEY_TYPE=&#39;advanced&#39;\n",
		"export CORTEXCLOUD_API_KEY=&#39;" + testKey + "&#39;\n",
		"cortexscan status 789 --wait",
	} {
		if strings.Count(page, want) != 1 {
			t.Errorf("no %s", want)
		}
	}
	if n := strings.Count(page, testKey); n != 1 {
		t.Errorf("the key is on the page %d times", n)
	}
	if fragment := send(h, "GET", "/live", "").Body.String(); strings.Contains(fragment, testKey) || !strings.Contains(fragment, "[hidden]") {
		t.Error("the part that changes contains the key")
	}
}

var callID = regexp.MustCompile(`<li id="(call-[^"]+)"`)

func callIDs(page string) (ids []string) {
	for _, m := range callID.FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

func TestFilterSelectsCalls(t *testing.T) {
	p, h := newPlayground()
	send(h, "GET", runPath+"?id=789&fields=status", "", signed()...)
	send(h, "GET", runPath+"?id=5&fields=status", "", signed()...)
	send(h, "POST", abortPath, `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["Nowhere"]}]}}`, signed()...)
	send(h, "POST", abortPath, `{}`, signed()...)
	for _, c := range []struct {
		q, show string
		want    int
	}{
		{"", "", 4}, {"", "all", 4}, {"", "nonsense", 4},
		{"", "problems", 1}, {"", "errors", 3},
		{"ABORT_scan", "", 2}, {" get ", "", 2}, {"404", "", 1}, {"nowhere", "", 1}, {"run id not", "", 1}, {"Problem", "", 1},
		{"abort", "problems", 1}, {"id=789", "errors", 0}, {"<script>", "", 0},
	} {
		query := "?" + url.Values{"q": {c.q}, "show": {c.show}}.Encode()
		for _, path := range []string{"/", "/live"} {
			page := send(h, "GET", path+query, "").Body.String()
			if n := len(callIDs(page)); n != c.want {
				t.Errorf("%s%s: %d calls, want %d", path, query, n, c.want)
			}
			if count := fmt.Sprint("; ", c.want, " match the filter."); strings.Contains(page, count) != (c.want < 4) {
				t.Errorf("%s%s: %q is on the page: %t", path, query, count, c.want == 4)
			}
			if strings.Contains(page, "<script>") {
				t.Error("the filter's text is not escaped")
			}
		}
	}
	page := send(h, "GET", "/?q=%3Cb%3E&show=errors", "").Body.String()
	if !strings.Contains(page, `value="&lt;b&gt;"`) || !strings.Contains(page, `value="errors" selected`) {
		t.Error("the page does not show its filter")
	}
	wantCalls(t, p, 4)
}

func TestClearEmptiesThePageOnly(t *testing.T) {
	p, h := newPlayground()
	post := func() {
		t.Helper()
		if w := send(h, "POST", "/live/clear", ""); w.Code != 303 || w.Header().Get("Location") != "/" {
			t.Errorf("%d to %q", w.Code, w.Header().Get("Location"))
		}
	}
	post() // an empty list, too
	send(h, "GET", "/x", "")
	send(h, "GET", "/y", "")
	post()
	if page := send(h, "GET", "/", "").Body.String(); len(callIDs(page)) != 0 || !strings.Contains(page, "The list was cleared.") {
		t.Error("it is not cleared")
	}
	send(h, "GET", "/z", "")
	if page := send(h, "GET", "/", "").Body.String(); len(callIDs(page)) != 1 || !strings.Contains(page, "1 request, 1 with problems.") {
		t.Error("the next request does not show")
	}
	if w := send(h, "GET", "/live/clear", ""); w.Code != 405 || w.Header().Get("Allow") != "POST" {
		t.Errorf("GET: %d", w.Code)
	}
	wantCalls(t, p, 3) // the tenant keeps its record
}

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
		{"long characters", func(_ *Playground, h http.Handler) { send(h, "POST", "/x", strings.Repeat("ä", size)) }},
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
			live := send(h, "GET", "/live", "").Body.String()
			if n := len(callIDs(live)); n != shownRows && n != 1 || n > 1 != strings.Contains(live, "; the latest 30 rows.") { // polls share a row
				t.Errorf("%d rows are shown", n)
			}
			if !utf8.ValidString(live) {
				t.Error("a character is cut")
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
