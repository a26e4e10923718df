package browser_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// busy starts a sandbox and sends requests of every kind.
func busy(t *testing.T) running {
	t.Helper()
	r := startSandbox(t)
	r.poll(t, 4)
	long := strings.Repeat("x", 300)
	_, _ = r.GetScanRunStatus(t.Context(), 5)
	_, _ = r.AbortScan(t.Context(), wrapper.Matching(wrapper.Hostnames(long)), wrapper.WithIncident(long))
	_, _ = r.AbortScan(t.Context(), wrapper.Matching(wrapper.Where("color", "in", "red")))
	if _, err := r.AbortScan(t.Context(), wrapper.Matching(wrapper.Hostnames("laptop-17", "db-1"))); err != nil {
		t.Fatal(err)
	}
	return r
}

// On a desktop and on a phone, in light and dark colors, text must be readable and fit the screen, and controls must have
// names.
func TestPagesAreReadableOnEveryScreen(t *testing.T) {
	for _, c := range []struct {
		width, height int64
		scheme        string
	}{{1280, 900, "light"}, {1280, 900, "dark"}, {390, 844, "light"}, {390, 844, "dark"}} {
		t.Run(fmt.Sprint(c.width, "-", c.scheme), func(t *testing.T) {
			r := busy(t)
			b := openTab(t, "401")
			b.device(c.width, c.height, c.scheme)
			run(b, chromedp.Navigate(r.Pages.Live))
			b.wantRows(5)
			b.until("the requests are in view", `document.querySelector('.calls').getBoundingClientRect().top < innerHeight / 2`)
			b.wantReadable("live")
			for i := range 5 {
				b.click(fmt.Sprintf("%s:nth-child(%d) > details > summary", rowSelector, i+1))
			}
			b.wantReadable("live-open")
			b.set("#q", "nothing like this")
			b.wantRows(0)
			b.wantReadable("live-empty")
			run(b, chromedp.Navigate(r.Pages.Docs))
			b.until("the operations come before the description",
				`document.querySelector('.info').getBoundingClientRect().top > document.querySelector(%q).getBoundingClientRect().bottom`, block(abortID, ""))
			b.wantReadable("docs")
			b.click(".panel > summary")
			b.expand(statusID)
			b.execute(statusID, "200")
			b.expand(abortID)
			b.execute(abortID, "200")
			b.wantReadable("docs-open")
			b.set("#key-form [name=secret]", "wrong")
			b.execute(abortID, "401")
			b.click("section.models h4 button")
			read[bool](b, `[...document.querySelectorAll('.tablinks:not(.active *)')].every((e) => (e.click(), true))`)
			b.until("the schemas are open", `document.querySelectorAll('.model-box').length > 5`)
			b.wantReadable("docs-schemas")
		})
	}
}

func (b *tab) wantReadable(page string) {
	b.t.Helper()
	if more := read[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); more > 0 {
		b.t.Errorf("%s: the page is wider than the screen by %d", page, more)
	}
	for _, weak := range read[[]string](b, contrast) {
		b.t.Errorf("%s: got a contrast of %s", page, weak)
	}
	tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		b.t.Fatal(err)
	}
	controls := []string{"button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "DisclosureTriangle"}
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil || n.Name == nil {
			continue
		}
		var role, name string
		_ = json.Unmarshal(n.Role.Value, &role)
		_ = json.Unmarshal(n.Name.Value, &name)
		if slices.Contains(controls, role) && strings.TrimSpace(name) == "" {
			b.t.Errorf("%s: got a %s without a name (node %d)", page, role, n.BackendDOMNodeID)
		}
	}
}

// contrast lists strings whose contrast with the background is below 4.5. It also checks strings in style sheets.
const contrast = `(() => {
	const over = (color, below) => {
		const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
		return [r, g, b].map((c, i) => c * a + below[i] * (1 - a));
	};
	const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
	const behind = (e) => e ? over(getComputedStyle(e).backgroundColor, behind(e.parentElement)) : canvas;
	const light = (color) => color.map((c) => c / 255).map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
		.reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], .05);
	const weak = new Set();
	let checked = 0;
	for (const e of document.body.querySelectorAll('*')) {
		if (!e.checkVisibility() || e.closest('script, style, noscript, option')) continue;
		const own = [...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data).join(' ');
		for (const part of ['', '::placeholder', '::before', '::after', '::marker']) {
			const style = getComputedStyle(e, part);
			const text = part === '' ? own + (e.matches('input, textarea, select') ? e.value : '') : part === '::placeholder' ? e.placeholder : style.content.match(/^"(.*)"$/)?.[1];
			if (!String(text ?? '').trim()) continue;
			checked++;
			const ground = part === '' ? behind(e) : over(style.backgroundColor, behind(e));
			let opacity = part === '' ? 1 : Number(style.opacity);
			for (let p = e; p; p = p.parentElement) opacity *= Number(getComputedStyle(p).opacity);
			const color = over(style.color, ground).map((c, i) => c * opacity + ground[i] * (1 - opacity));
			const [a, b] = [light(color), light(ground)].sort((x, y) => y - x);
			if (a / b < 4.5) weak.add((a / b).toFixed(2) + ' in ' + e.localName + '.' + e.className + ' ' + part + ': ' + String(text).trim().slice(0, 40));
		}
	}
	if (checked < 20) weak.add('only ' + checked + ' strings');
	return [...weak];
})()`
