package browser_test

import (
	"fmt"
	"slices"
	"testing"

	"example.com/cortexscan/wrapper"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const rowSelector = "[data-part=calls] > li"

func (b *tab) wantRows(n int) {
	b.t.Helper()
	b.until(fmt.Sprint(n, " rows are there"), `document.querySelectorAll(%s).length === %s`, rowSelector, n)
}

// The response to a filter may arrive after the next refresh was requested.
func TestFilterRemovesOpenRowsEvenIfItsResponseIsLate(t *testing.T) {
	b := openTab(t)
	r := startSandbox(t)
	if _, err := r.client(t).GetScanRunStatus(t.Context(), 5); err == nil {
		t.Fatal("scan run 5 exists")
	}
	b.open(r.Pages.Live)
	b.wantRows(1)
	b.click(rowSelector + " summary")
	read[bool](b, `(() => {
		const send = window.fetch;
		let first = true;
		window.fetch = async (...request) => {
			const response = await send(...request);
			if (first) {
				first = false;
				await new Promise((done) => setTimeout(done, 3000));
			}
			return response;
		};
		const search = document.querySelector('#q');
		search.value = 'nothing like this';
		return search.dispatchEvent(new Event('input', { bubbles: true }));
	})()`)
	b.wantRows(0)
	b.wantNoComplaints()
}

func TestRefreshKeepsFocusAndOpenDetails(t *testing.T) {
	b := openTab(t)
	r := startSandbox(t)
	c := r.client(t)
	if _, err := c.GetScanRunStatus(t.Context(), 5); err == nil {
		t.Fatal("scan run 5 exists")
	}
	b.open(r.Pages.Live)
	b.wantRows(1)
	for i := 0; !read[bool](b, `document.activeElement.matches(%s)`, rowSelector+" summary"); i++ {
		if b.press(kb.Tab); i == 20 {
			t.Fatal("the Tab key does not reach the call")
		}
	}
	if outline := read[string](b, `(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))`); outline != "solid 3px" {
		t.Errorf("got the focus outline %q, want solid 3px", outline)
	}
	b.press(kb.Enter)
	b.until("the call is open", `document.activeElement.parentElement.open`)
	b.press(kb.Tab)
	b.press(kb.Enter)
	b.until("the incidental headers are visible", `document.activeElement.parentElement.matches('.incidental[open]') && document.activeElement.parentElement.innerText.includes('Accept-Encoding')`)

	if reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints()); err != nil || reply.EndpointsCount == "0" {
		t.Fatal(reply, err)
	}
	b.wantRows(2)
	b.until("the next call is listed first, and the state shows its effect",
		`document.querySelector(%s).innerText.includes('POST') && document.querySelectorAll('td.aborted').length > 0`, rowSelector)
	for _, polls := range []int{2, 4} {
		r.poll(t, c, 2)
		b.until("the polls share a row", `document.querySelectorAll(%[1]s).length === 3 && document.querySelector(%[1]s).innerText.includes('× ' + %[2]s)`, rowSelector, polls)
	}
	state := read[[]bool](b, `((s, row) => [s.localName === 'summary', s.parentElement.matches('.incidental[open]'), s.checkVisibility(),
		Boolean(row?.open), Boolean(row?.innerText.includes('id=5')), document.querySelectorAll('li details[open]').length === 2])(document.activeElement, document.activeElement.closest('li > details'))`)
	if slices.Contains(state, false) {
		t.Errorf("after the refresh: got %v, want only true", state)
	}
	b.wantNoComplaints()
}

func TestLivePageControlsWork(t *testing.T) {
	b := openTab(t)
	b.allowClipboard()
	r := startSandbox(t)
	c := r.client(t)
	b.open(r.Pages.Live)
	b.click("#copy")
	b.until("the commands are copied", `document.querySelector('#copy').innerText === 'Copied'`)
	wantText(t, b.clipboard(), "export "+wrapper.EnvURL+"=", "cortexscan status 789 --wait", "cortexscan abort --hostname laptop-17")
	r.poll(t, c, 1)
	if _, err := c.AbortScan(t.Context(), wrapper.Matching(wrapper.Hostnames("laptop-17"))); err != nil {
		t.Fatal(err)
	}
	b.wantRows(2)
	b.fill("#q", "abort_scan")
	b.wantRows(1)
	b.until("the count is updated", `document.querySelector('[data-part=count]').innerText.includes('the filter selects 1.')`)
	run(b, chromedp.Reload())
	b.wantRows(1)
	b.fill("#q", "")
	b.choose("#show", "errors")
	b.wantRows(0)
	b.choose("#show", "all")
	b.wantRows(2)

	b.click("#clear button")
	b.wantRows(0)
	r.poll(t, c, 1)
	b.wantRows(1)
	b.click("#pause")
	b.until("the button is pressed", `document.querySelector('#pause').getAttribute('aria-pressed') === 'true'`)
	b.wantNoComplaints()
}

func TestPageReportsThatTheSandboxHasStopped(t *testing.T) {
	b := openTab(t)
	t.Run("while it runs", func(t *testing.T) {
		r := startSandbox(t)
		b.open(r.Pages.Live)
		b.until("the page is there", `document.querySelector('[data-part=count]').innerText.includes('No requests yet')`)
	})
	b.until("the page reports that the sandbox has stopped", `document.querySelector('#trouble').innerText.includes('is not responding')`)
}
