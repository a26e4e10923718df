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

func TestOpenCallKeepsTheFocusWhileOthersArrive(t *testing.T) {
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

// An open call also shows what an abort selected and how long it took, and no credentials.
func TestOpenCallShowsRequestAndResponse(t *testing.T) {
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
	text := read[string](b, `document.querySelector(%s).innerText`, rowSelector)
	wantText(t, text, "200 OK", "request OK", "2 selected, 1 aborted", "hostname in laptop-17, db-1", " ms",
		`"laptop-17"`, `"endpoints_count": "1"`, "Authorization", "[hidden]")
	if strings.Contains(text, r.Environment[wrapper.EnvKey]) || strings.Contains(text, "Accept-Encoding") {
		t.Errorf("a secret or an incidental header is shown:\n%s", text)
	}
	edges := read[[]float64](b, `[...new Set([...document.querySelectorAll('.more section:first-child > dl > dd')].map((d) => d.getBoundingClientRect().x))]`)
	if len(edges) != 1 {
		t.Errorf("the headers' values begin at %v", edges)
	}

	// A part that was opened stays open.
	b.click(".incidental summary")
	b.until("the incidental headers are there", `document.querySelector(%s).innerText.includes('Accept-Encoding')`, rowSelector)
	r.poll(t, c, 3)
	b.until("the polls are one more row", `document.querySelectorAll(%[1]s).length === 2 && document.querySelector(%[1]s).innerText.includes('× 3')`, rowSelector)
	r.poll(t, c, 1)
	b.until("the row counts on", `document.querySelectorAll(%[1]s).length === 2 && document.querySelector(%[1]s).innerText.includes('× 4')`, rowSelector)
	if !read[bool](b, `document.querySelectorAll('.more .incidental[open] dl').length === 1 && document.querySelector('.incidental[open]').checkVisibility()`) {
		t.Error("the refresh has closed the incidental headers")
	}

	// An aborted scan is not shown as an error.
	colors := read[[]string](b, `['.aborted', '.bad'].map((c) => {
		const e = document.body.appendChild(Object.assign(document.createElement('i'), { className: c.slice(1) }));
		const { color } = getComputedStyle(e);
		e.remove();
		return color;
	})`)
	if colors[0] == colors[1] {
		t.Errorf("an aborted scan has the color of an error, %s", colors[0])
	}
	b.wantNoComplaints()
}

func TestFilterSurvivesAReloadAndClearEmptiesTheList(t *testing.T) {
	b := openTab(t)
	r := startSandbox(t)
	c := r.client(t)
	b.open(r.Pages.Live)
	r.poll(t, c, 1)
	if _, err := c.GetScanRunStatus(t.Context(), 5); err == nil {
		t.Fatal("there is a run 5")
	}
	if _, err := c.AbortScan(t.Context(), wrapper.Matching(wrapper.Hostnames("laptop-17"))); err != nil {
		t.Fatal(err)
	}
	b.wantRows(3)
	b.fill("#q", "abort_scan")
	b.wantRows(1)
	b.until("it says how many there are", `document.querySelector('[data-part=count]').innerText.includes('1 match')`)
	run(b, chromedp.Reload())
	b.wantRows(1)
	b.fill("#q", "")
	b.wantRows(3)
	b.choose("#show", "errors")
	b.wantRows(1)
	b.until("it is the error", `document.querySelector(%s).innerText.includes('404')`, rowSelector)
	b.choose("#show", "problems")
	b.wantRows(0)
	b.choose("#show", "all")
	b.wantRows(3)

	b.click("#clear button")
	b.wantRows(0)
	r.poll(t, c, 1)
	b.wantRows(1)
	run(b, chromedp.Reload())
	b.wantRows(1)

	b.click("#pause")
	b.until("the button says so", `document.querySelector('#pause').getAttribute('aria-pressed') === 'true'`)
	b.wantNoComplaints()
}

func TestCommandsOfThePageReachTheSandbox(t *testing.T) {
	b := openTab(t)
	b.allowClipboard()
	r := startSandbox(t)
	b.open(r.Pages.Live)
	b.click("#copy")
	b.until("it is copied", `document.querySelector('#copy').innerText === 'Copied'`)
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
	b.until("the page reports that the sandbox has stopped", `document.querySelector('#trouble').innerText.includes('does not respond')`)
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
