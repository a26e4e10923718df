package playground

import (
	"fmt"
	"html"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/cortexscan/sandbox"
)

func TestLivePageShowsCallsAndStates(t *testing.T) {
	_, h := newPlayground()
	if page := send(h, "GET", "/", "").Body.String(); !strings.Contains(page, "No requests yet.") || rowsIn(page) != 0 {
		t.Error("the page is not empty before the first request")
	}
	send(h, "GET", runPath+"?id=789&fields=status", "", signed()...)
	send(h, "POST", abortPath, `{"request_data":{"filters":[{"field":"<script>alert(1)</script>","operator":"in"}]}}`, signed()...)
	send(h, "POST", abortPath, `{"request_data":{"filters":[{"field":"hostname","operator":"in","value":["laptop-17","db-1"]},{"field":"last_seen","operator":"gte","value":5}]}}`, signed()...)
	send(h, "POST", abortPath, `{"request_data":{"filters":"all"}}`, signed()...)
	send(h, "GET", "/public_api/<b>\u202e", "", "Authorization", testKey)
	page := send(h, "GET", "/", "").Body.String()
	fragment := send(h, "GET", "/live", "").Body.String()
	for _, want := range []string{
		"5 requests, 2 with problems",
		`<span class="status good">200 OK</span>`, ">request OK<", "Scan is in Running state",
		`<span class="status bad">400 Bad Request</span>`, "body /request_data/filters/0/value is required",
		`<span class="status bad">401 Unauthorized</span>`, ">1 problem<", "header X-Xdr-Auth-Id is required",
		"&lt;script&gt;alert(1)", "/public_api/&lt;b&gt;\ufffd", "[hidden]",
		"hostname in laptop-17, db-1 and last_seen gte 5</span>: 2 selected, 1 aborted", "every endpoint of the tenant", "&#34;endpoints_count&#34;: &#34;1&#34;",
		`<th scope="row">789</th>`, `<th scope="row">laptop-17</th>`,
	} {
		if !strings.Contains(page, want) || !strings.Contains(fragment, want) {
			t.Errorf("the page or its fragment does not contain %s", want)
		}
	}
	for _, never := range []string{"<script>alert", "<b>", " onclick=", " style=", "<style"} {
		if strings.Contains(page, never) {
			t.Errorf("the page contains %s", never)
		}
	}
	if i, j := strings.Index(page, "401 Unauth"), strings.Index(page, "200 OK"); i > j {
		t.Error("the latest call is not listed first")
	}
	exports := Exports(Key{"1", testKey, "standard"}.Settings("http://"+testHost), runtime.GOOS) + "\ncortexscan status 789 --wait\n"
	if !strings.Contains(html.UnescapeString(page), exports) || strings.Count(page, testKey) != 1 || strings.Contains(fragment, testKey) {
		t.Error("the commands are missing, or the key appears outside of them")
	}
	if !strings.Contains(page, `<noscript><meta http-equiv="refresh"`) {
		t.Error("the page does not refresh without JavaScript")
	}
}

func rowsIn(page string) int { return strings.Count(page, `<li id="call-`) }

func TestFilterSelectsCalls(t *testing.T) {
	_, h := newPlayground()
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
		{"abort", "problems", 1}, {"id=789", "errors", 0},
	} {
		query := "?" + url.Values{"q": {c.q}, "show": {c.show}}.Encode()
		page := send(h, "GET", "/live"+query, "").Body.String()
		if n := rowsIn(page); n != c.want {
			t.Errorf("%s: got %d calls, want %d", query, n, c.want)
		}
		if count := fmt.Sprint("; the filter selects ", c.want, "."); strings.Contains(page, count) != (c.want < 4) {
			t.Errorf("%s: the page contains %q: got %t, want %t", query, count, c.want == 4, c.want < 4)
		}
	}
	page := send(h, "GET", "/?q=%3Cb%3E&show=errors", "").Body.String()
	if !strings.Contains(page, `value="&lt;b&gt;"`) || !strings.Contains(page, `value="errors" selected`) {
		t.Error("the page does not contain the escaped filter")
	}
}

func TestClearEmptiesOnlyThePage(t *testing.T) {
	p, h := newPlayground()
	for _, c := range []struct {
		method, target string
		status         int
		header         string // Location or Allow
		rows           int
		count          string
	}{
		{"POST", "/live/clear", 303, "/", 0, "No requests yet."}, // clearing an empty list is not an error
		{"GET", "/x", 401, "", 1, "1 request, 1 with problems."},
		{"GET", "/y", 401, "", 2, "2 requests, 2 with problems."},
		{"POST", "/live/clear", 303, "/", 0, "The list was cleared."},
		{"GET", "/z", 401, "", 1, "1 request, 1 with problems."},
		{"GET", "/live/clear", 405, "POST", 1, "1 request, 1 with problems."},
	} {
		w := send(h, c.method, c.target, "")
		if got := w.Header().Get("Location") + w.Header().Get("Allow"); w.Code != c.status || got != c.header {
			t.Errorf("%s %s: got status %d and header %q, want %d and %q", c.method, c.target, w.Code, got, c.status, c.header)
		}
		if page := send(h, "GET", "/", "").Body.String(); rowsIn(page) != c.rows || !strings.Contains(page, c.count) {
			t.Errorf("%s %s: got %d rows, want %d and %s", c.method, c.target, rowsIn(page), c.rows, c.count)
		}
	}
	wantCalls(t, p, 3) // the tenant's record was not cleared
}

func TestRefreshIsBounded(t *testing.T) {
	const size = 64 << 10
	const one = `{"field":"hostname","operator":"in","value":["laptop-17"]}`
	header := signed()
	lists, unknown := strings.Repeat("[", size/2)+strings.Repeat("]", size/2), ""
	for i := range 1000 {
		header = append(header, fmt.Sprintf("X-%d", i), "1")
		unknown += fmt.Sprintf(`"field-%d":1,`, i)
	}
	for name, c := range map[string]struct{ query, body, response string }{ // if response is "", the tenant's own response is used
		"nested lists":        {"", lists, lists},
		"long query and body": {strings.Repeat("x", size), strings.Repeat("ä", size), ""},
		"many unknown fields": {"", `{"request_data":{` + unknown + `"x":1}}`, ""},
		"many filters":        {"", `{"request_data":{"filters":[` + strings.Repeat(one+",", 500) + one + `]}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, h := newPlayground()
			for range shownRows + 5 {
				if c.response != "" {
					p.tenant.Fail(sandbox.Failure{Status: 200, Body: c.response})
				}
				send(h, "POST", abortPath+"?"+c.query, c.body, header...)
			}
			page := send(h, "GET", "/live", "").Body.String()
			if len(page) > 640<<10 || !utf8.ValidString(page) {
				t.Errorf("the page has %d bytes, or a truncated character", len(page))
			}
			if n := rowsIn(page); n != shownRows || !strings.Contains(page, "; only the latest 30 rows are shown.") {
				t.Errorf("got %d rows, want %d and a note", n, shownRows)
			}
		})
	}
}
