package playground

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLivePage(t *testing.T) {
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

// The page has the key in the commands that connect a program, and nowhere else.
func TestLivePageHasTheCommands(t *testing.T) {
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
		t.Error("the part that changes has the key")
	}
}

var callID = regexp.MustCompile(`<li id="(call-[^"]+)"`)

func callIDs(page string) (ids []string) {
	for _, m := range callID.FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// A call keeps its ID, as the script that refreshes the page needs it.
func TestCallsKeepTheirIDs(t *testing.T) {
	_, h := newPlayground()
	send(h, "GET", "/x", "")
	send(h, "GET", "/y", "")
	before := callIDs(send(h, "GET", "/live", "").Body.String())
	send(h, "GET", "/z", "")
	after := callIDs(send(h, "GET", "/live", "").Body.String())
	if len(before) != 2 || len(after) != 3 || after[1] != before[0] || after[2] != before[1] || after[0] == after[1] {
		t.Errorf("before %v, after %v", before, after)
	}
}

func TestLivePageStaysSmall(t *testing.T) {
	_, h := newPlayground()
	long := strings.Repeat("ä", 30<<10)
	for i := range shownRows + 7 {
		send(h, "POST", fmt.Sprint("/x?", i, long[:9000]), long, "X-Long", long[:9000])
	}
	w := send(h, "GET", "/live", "")
	if n := len(callIDs(w.Body.String())); n != shownRows {
		t.Errorf("%d calls are shown", n)
	}
	if !strings.Contains(w.Body.String(), fmt.Sprint(shownRows+7, " requests, ", shownRows+7, " with problems; the latest ", shownRows, " rows.")) {
		t.Error("it does not say that there are more")
	}
	if limit := shownRows * 3 * (2*maxBody + 4*maxText); w.Body.Len() > limit {
		t.Errorf("it is %d bytes long", w.Body.Len())
	}
	if !utf8.Valid(w.Body.Bytes()) {
		t.Error("it is cut inside a character")
	}
}

func TestFilter(t *testing.T) {
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
			if says := fmt.Sprint("; ", c.want, " match the filter."); strings.Contains(page, says) != (c.want < 4) {
				t.Errorf("%s%s: it says %q, or does not", path, query, says)
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

func TestClear(t *testing.T) {
	p, h := newPlayground()
	post := func() { // to clear an empty list is no error
		t.Helper()
		if w := send(h, "POST", "/live/clear", ""); w.Code != 303 || w.Header().Get("Location") != "/" {
			t.Errorf("%d to %q", w.Code, w.Header().Get("Location"))
		}
	}
	post()
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
