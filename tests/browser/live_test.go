package browser_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const rowSelector = "[data-part=calls] > li"

func (b *tab) wantRows(n int) {
	b.t.Helper()
	b.until(fmt.Sprint(n, " rows are there"), `document.querySelectorAll(%s).length === %s`, rowSelector, n)
}

func TestOpenRowKeepsTheFocusWhileCallsArrive(t *testing.T) {
	b := openTab(t)
	r := startSandbox(t)
	c := r.client(t)
	if _, err := c.GetScanRunStatus(t.Context(), 5); err == nil {
		t.Fatal("there is a run 5")
	}
	b.open(r.Pages.Live)
	b.wantRows(1)
	inFocus := false
	for range 20 {
		b.press(kb.Tab)
		if inFocus = read[bool](b, `document.activeElement.matches(%s)`, rowSelector+" summary"); inFocus {
			break
		}
	}
	if !inFocus {
		t.Fatal("the tab key does not lead to the call")
	}
	if outline := read[string](b, `(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))`); outline != "solid 3px" {
		t.Errorf("the focus has the outline %q", outline)
	}
	b.press(kb.Enter)
	b.until("the call is open", `document.activeElement.parentElement.open`)

	reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints())
	if err != nil || reply.EndpointsCount == "0" {
		t.Fatal(reply, err)
	}
	b.wantRows(2)
	b.until("the next call is above it, and the state shows what it did",
		`document.querySelector(%s).innerText.includes('POST') && document.querySelectorAll('td.aborted').length > 0`, rowSelector)
	state := read[[]bool](b, `((s) => [s.localName === 'summary', s.parentElement.open, s.innerText.includes('id=5'),
		document.querySelectorAll('li details[open]').length === 1])(document.activeElement)`)
	if slices.Contains(state, false) {
		t.Errorf("after the refresh: %v", state)
	}
	b.wantNoComplaints()
}

func TestRefreshKeepsWhatIsOpen(t *testing.T) {
	b := openTab(t)
	r := startSandbox(t)
	c := r.client(t)
	if _, err := c.AbortScan(t.Context(), wrapper.Matching(wrapper.Hostnames("laptop-17", "db-1"))); err != nil {
		t.Fatal(err)
	}
	b.open(r.Pages.Live)
	b.wantRows(1)
	b.click(rowSelector + " > details > summary")
	b.until("it is open", `document.querySelector('.more').checkVisibility()`)
	edges := read[[]float64](b, `[...new Set([...document.querySelectorAll('.more section:first-child > dl > dd')].map((d) => d.getBoundingClientRect().x))]`)
	if len(edges) != 1 {
		t.Errorf("the headers' values begin at %v", edges)
	}
	b.click(".incidental summary")
	b.until("the incidental headers are visible", `document.querySelector(%s).innerText.includes('Accept-Encoding')`, rowSelector)
	for _, polls := range []int{2, 4} {
		r.poll(t, c, 2)
		b.until("the polls share a row", `document.querySelectorAll(%[1]s).length === 2 && document.querySelector(%[1]s).innerText.includes('× ' + %[2]s)`, rowSelector, polls)
	}
	if !read[bool](b, `document.querySelectorAll('.more .incidental[open] dl').length === 1 && document.querySelector('.incidental[open]').checkVisibility()`) {
		t.Error("the refresh has closed the incidental headers")
	}
	b.wantNoComplaints()
}

func TestFilterSurvivesAReloadAndClearEmptiesTheList(t *testing.T) {
	b := openTab(t)
	r := startSandbox(t)
	c := r.client(t)
	b.open(r.Pages.Live)
	r.poll(t, c, 1)
	if _, err := c.AbortScan(t.Context(), wrapper.Matching(wrapper.Hostnames("laptop-17"))); err != nil {
		t.Fatal(err)
	}
	b.wantRows(2)
	b.fill("#q", "abort_scan")
	b.wantRows(1)
	b.until("the count is updated", `document.querySelector('[data-part=count]').innerText.includes('1 match')`)
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

func TestCopiedCommandsReachTheSandbox(t *testing.T) {
	b := openTab(t)
	b.allowClipboard()
	r := startSandbox(t)
	b.open(r.Pages.Live)
	b.click("#copy")
	b.until("the commands are copied", `document.querySelector('#copy').innerText === 'Copied'`)
	commands := b.clipboard()
	wantText(t, commands, "cortexscan status 789 --wait", "cortexscan abort --hostname laptop-17")
	wantText(t, shell(t, exports(commands)+"cortexscan status 791\ncortexscan abort --hostname laptop-17 --yes\n"), "state", "endpoints  1")
	b.wantRows(2)
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

func TestPageRefreshesWithoutJavaScript(t *testing.T) {
	b := openTab(t)
	r := startSandbox(t)
	command(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.open(r.Pages.Live)
	r.poll(t, r.client(t), 1)
	for range 3 {
		run(b, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Steps()))
		if strings.Contains(run(b, chromedp.OuterHTML(chromedp.CSS("html"))), "1 request, none with problems") {
			return
		}
	}
	t.Fatal("the page has not refreshed itself")
}
