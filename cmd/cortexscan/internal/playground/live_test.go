package playground

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLivePage(t *testing.T) {
	_, h := newPlayground()
	if page := send(h, "GET", "/", "").Body.String(); !strings.Contains(page, "Nothing came in yet") || strings.Contains(page, "<details") {
		t.Error("the page is not empty at first")
	}
	send(h, "GET", runPath+"?id=789&fields=status", "", signed()...)
	send(h, "POST", abortPath, `{"request_data":{"filters":[{"field":"<script>alert(1)</script>","operator":"in"}]}}`, signed()...)
	send(h, "GET", "/public_api/<b>\u202e", "", "X-Key", testKey)
	w := send(h, "GET", "/", "")
	page := w.Body.String()
	for _, want := range []string{
		"3 calls, 2 with problems",
		`<span class="answer good">200 OK</span>`, ">valid<",
		`<span class="answer bad">400 Bad Request</span>`, "body /request_data/filters/0/value is required",
		`<span class="answer bad">401 Unauthorized</span>`, ">2 problems<", "header X-Xdr-Auth-Id is required",
		"&lt;script&gt;alert(1)", "/public_api/&lt;b&gt;\ufffd", "[hidden]",
		`<th scope="row">789</th>`, `<th scope="row">laptop-17</th>`,
		`<noscript><meta http-equiv="refresh"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, never := range []string{testKey, "<script>alert", "<b>", " onclick=", " style=", "<style"} {
		if strings.Contains(page, never) {
			t.Errorf("there is %s", never)
		}
	}
	if i, j := strings.Index(page, "401 Unauth"), strings.Index(page, "200 OK"); i > j {
		t.Error("the latest call is not the first")
	}
	fragment := send(h, "GET", "/live", "").Body.String()
	if !strings.Contains(page, fragment) || !strings.Contains(fragment, "laptop-17") {
		t.Error("the fragment is not the page's part that changes")
	}
}

var callID = regexp.MustCompile(`<li id="(call-[^"]+)"`)

func callIDs(page string) (ids []string) {
	for _, m := range callID.FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

// A call has its ID for good, as the script that refreshes the page needs it.
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
	for i := range shownCalls + 7 {
		send(h, "POST", fmt.Sprint("/x?", i, long[:9000]), long, "X-Long", long[:9000])
	}
	w := send(h, "GET", "/live", "")
	if n := len(callIDs(w.Body.String())); n != shownCalls {
		t.Errorf("%d calls are shown", n)
	}
	if !strings.Contains(w.Body.String(), fmt.Sprint(shownCalls+7, " calls, ", shownCalls+7, " with problems; the latest ", shownCalls)) {
		t.Error("it does not say that there are more")
	}
	if limit := shownCalls * 3 * (shownBody + 4*shownText); w.Body.Len() > limit {
		t.Errorf("it is %d bytes long", w.Body.Len())
	}
	if !utf8.Valid(w.Body.Bytes()) {
		t.Error("it is cut inside a character")
	}
}

func TestShown(t *testing.T) {
	for in, want := range map[string]string{
		"plain":           "plain",
		"a\tb\nc":         "a\tb\nc",
		"\x1b[31m\x00":    "\ufffd[31m\ufffd",
		"a\u202eb\u200b":  "a\ufffdb\ufffd",
		"\xff":            "\ufffd",
		"0123456789":      "0123456789",
		"0123456789a":     "0123456789… (cut here)",
		"012345678ä":      "012345678… (cut here)",
		"\xbf\xbf\xbf":    "\ufffd\ufffd\ufffd",
		"éééééé":          "ééééé… (cut here)",
		"\u2028paragraph": "\ufffdparagra… (cut here)",
	} {
		if got := shown(in, 10); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
