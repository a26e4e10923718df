package browser_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const rowSelector = "[data-part=calls] > li"

func (b *tab) wantRows(n int) {
	b.t.Helper()
	b.until(fmt.Sprint(n, " rows are there"), `document.querySelectorAll(%q).length === %d`, rowSelector, n)
}

// The response to a filter may arrive after the next refresh was requested.
func TestFilterRemovesOpenRowsEvenIfItsResponseIsLate(t *testing.T) {
	r := startSandbox(t)
	b := openTab(t)
	r.poll(t, 1)
	run(b, chromedp.Navigate(r.Pages.Live))
	b.click(rowSelector + " summary")
	read[chromedp.Void](b, `(() => {
		const send = window.fetch;
		window.fetch = async (...request) => {
			window.fetch = send;
			const response = await send(...request);
			await new Promise((done) => setTimeout(done, 3000));
			return response;
		};
	})()`)
	b.set("#q", "nothing like this")
	b.wantRows(0)
}

func TestRefreshKeepsFocusAndOpenDetails(t *testing.T) {
	r := startSandbox(t)
	b := openTab(t)
	if _, err := r.GetScanRunStatus(t.Context(), 5); err == nil {
		t.Fatal("scan run 5 exists")
	}
	run(b, chromedp.Navigate(r.Pages.Live))
	b.wantRows(1)
	for i := 0; !read[bool](b, `document.activeElement.matches(%q)`, rowSelector+" summary"); i++ {
		if run(b, chromedp.KeyEvent(kb.Tab)); i == 20 {
			t.Fatal("the Tab key does not reach the call")
		}
	}
	if outline := read[string](b, `(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))`); outline != "solid 3px" {
		t.Errorf("got the focus outline %q, want solid 3px", outline)
	}
	run(b, chromedp.KeyEvent(kb.Enter+kb.Tab+kb.Enter))
	b.until("the incidental headers are visible", `document.activeElement.parentElement.matches('.incidental[open]') && document.activeElement.parentElement.innerText.includes('Accept-Encoding')`)

	if reply, err := r.AbortScan(t.Context(), wrapper.AllEndpoints()); err != nil || reply.EndpointsCount == "0" {
		t.Fatal(reply, err)
	}
	b.wantRows(2)
	b.until("the next call is listed first, and the state shows its effect",
		`document.querySelector(%q).innerText.includes('POST') && document.querySelectorAll('td.aborted').length > 0`, rowSelector)
	for _, polls := range []int{2, 4} {
		r.poll(t, 2)
		b.until("the polls share a row", `document.querySelectorAll(%[1]q).length === 3 && document.querySelector(%[1]q).innerText.includes('× %[2]d')`, rowSelector, polls)
	}
	state := read[[]bool](b, `((s, row) => [s.localName === 'summary', s.parentElement.matches('.incidental[open]'), s.checkVisibility(),
		Boolean(row?.open), Boolean(row?.innerText.includes('id=5')), document.querySelectorAll('li details[open]').length === 2])(document.activeElement, document.activeElement.closest('li > details'))`)
	if slices.Contains(state, false) {
		t.Errorf("after the refresh: got %v, want only true", state)
	}
}

func TestLivePageControlsWork(t *testing.T) {
	r := startSandbox(t)
	b := openTab(t)
	run(b, chromedp.Navigate(r.Pages.Live))
	b.click("#copy")
	b.until("the commands are copied", `document.querySelector('#copy').innerText === 'Copied'`)
	copied := read[string](b, `navigator.clipboard.readText()`)
	for _, want := range []string{"export " + wrapper.EnvURL + "=", "cortexscan status 789 --wait", "cortexscan abort --hostname laptop-17"} {
		if !strings.Contains(copied, want) {
			t.Errorf("got no %q in the copied commands\n%s", want, copied)
		}
	}
	r.poll(t, 1)
	if _, err := r.AbortScan(t.Context(), wrapper.Matching(wrapper.Hostnames("laptop-17"))); err != nil {
		t.Fatal(err)
	}
	b.wantRows(2)
	b.set("#q", "abort_scan")
	b.wantRows(1)
	b.until("the count is updated", `document.querySelector('[data-part=count]').innerText.includes('the filter selects 1.')`)
	run(b, chromedp.Reload())
	b.wantRows(1)
	b.set("#q", "")
	b.set("#show", "errors")
	b.wantRows(0)
	b.set("#show", "all")
	b.wantRows(2)

	b.click("#clear button")
	b.wantRows(0)
	r.poll(t, 1)
	b.wantRows(1)
	b.click("#pause")
	b.until("the button is pressed", `document.querySelector('#pause').getAttribute('aria-pressed') === 'true'`)
}

func TestPageReportsThatTheSandboxHasStopped(t *testing.T) {
	b := openTab(t, "ERR_CONNECTION_REFUSED")
	t.Run("while it runs", func(t *testing.T) {
		run(b, chromedp.Navigate(startSandbox(t).Pages.Live))
		b.until("the page is there", `document.querySelector('[data-part=count]').innerText.includes('No requests yet')`)
	})
	b.until("the page reports that the sandbox has stopped", `document.querySelector('#trouble').innerText.includes('is not responding')`)
}
