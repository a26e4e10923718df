package browser_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
	"github.com/chromedp/cdproto/accessibility"
)

// busy starts a sandbox and sends requests of every kind.
func busy(t *testing.T) running {
	t.Helper()
	r := startSandbox(t)
	c := r.client(t)
	r.poll(t, c, 4)
	long := strings.Repeat("x", 300)
	_, _ = c.GetScanRunStatus(t.Context(), 5)
	_, _ = c.AbortScan(t.Context(), wrapper.Matching(wrapper.Hostnames(long)), wrapper.WithIncident(long))
	_, _ = c.AbortScan(t.Context(), wrapper.Matching(wrapper.Where("color", "in", "red")))
	if _, err := c.AbortScan(t.Context(), wrapper.Matching(wrapper.Hostnames("laptop-17", "db-1"))); err != nil {
		t.Fatal(err)
	}
	return r
}

var screens = []struct {
	name          string
	width, height int64
}{{"desktop", 1280, 900}, {"phone", 390, 844}}

// On each screen, in light and dark colors, text must be readable and fit the screen, and controls must have names.
func TestPagesAreReadableOnEveryScreen(t *testing.T) {
	b := openTab(t)
	for _, screen := range screens {
		for _, scheme := range []string{"light", "dark"} {
			check := func(page string) { b.wantReadable(t, strings.Join([]string{page, screen.name, scheme}, "-")) }
			r := busy(t)
			b.device(screen.width, screen.height, scheme)
			b.open(r.Pages.Live)
			b.wantRows(5)
			b.until("the requests are in view", `document.querySelector('.calls').getBoundingClientRect().top < innerHeight / 2`)
			check("live")
			for i := range 5 {
				b.click(fmt.Sprintf("%s:nth-child(%d) > details > summary", rowSelector, i+1))
			}
			check("live-open")
			b.fill("#q", "nothing like this")
			b.wantRows(0)
			check("live-empty")
			openDocs(b, r)
			b.until("the operations come before the description",
				`document.querySelector('.info').getBoundingClientRect().top > document.querySelector(%s).getBoundingClientRect().bottom`, block(abortID))
			check("docs")
			b.click(".panel > summary")
			b.expand(statusID)
			b.execute(statusID, "200")
			b.expand(abortID)
			b.execute(abortID, "200")
			check("docs-open")
			b.fill("#key-form [name=secret]", "wrong")
			b.execute(abortID, "401")
			b.click("section.models h4 button")
			read[bool](b, `[...document.querySelectorAll('.tablinks:not(.active *)')].every((e) => (e.click(), true))`)
			b.until("the schemas are open", `document.querySelectorAll('.model-box').length > 5`)
			check("docs-schemas")
		}
	}
	b.wantNoComplaints("401")
}

func (b *tab) wantReadable(t *testing.T, name string) {
	t.Helper()
	if width, limit := read[int](b, `document.documentElement.scrollWidth`), read[int](b, `document.documentElement.clientWidth`); width > limit {
		t.Errorf("%s: got a width of %d, want at most %d", name, width, limit)
	}
	for _, weak := range read[[]string](b, contrast) {
		t.Errorf("%s: got a contrast of %s", name, weak)
	}
	for _, n := range command(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
		if n.Ignored || n.Role == nil || n.Name == nil {
			continue
		}
		var role, text string
		_ = json.Unmarshal(n.Role.Value, &role)
		_ = json.Unmarshal(n.Name.Value, &text)
		switch role {
		case "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "DisclosureTriangle":
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: got a %s without a name (node %d)", name, role, n.BackendDOMNodeID)
			}
		}
	}
}

// contrast lists strings whose contrast with the background is below 4.5. It also checks strings in style sheets.
const contrast = `(() => {
	const parse = (color) => { const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number); return { r, g, b, a }; };
	const over = (top, below) => ({ r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a), b: top.b * top.a + below.b * (1 - top.a), a: 1 });
	const dark = matchMedia('(prefers-color-scheme: dark)').matches;
	const behind = (e) => {
		if (!e) return dark ? { r: 18, g: 18, b: 18, a: 1 } : { r: 255, g: 255, b: 255, a: 1 };
		const color = parse(getComputedStyle(e).backgroundColor);
		return color.a === 1 ? color : over(color, behind(e.parentElement));
	};
	const light = ({ r, g, b }) => [r, g, b].map((c) => c / 255).map((c) => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
		.reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
	const weak = new Set();
	let checked = 0;
	const check = (e, text, style, ground, opacity = 1) => {
		if (!text.trim()) return;
		checked++;
		for (let p = e; p; p = p.parentElement) opacity *= Number(getComputedStyle(p).opacity);
		const color = parse(style.color);
		const [a, b] = [light(over({ ...color, a: color.a * opacity }, ground)), light(ground)].sort((x, y) => y - x);
		const ratio = (a + .05) / (b + .05);
		if (ratio < 4.5) weak.add(ratio.toFixed(2) + ' in ' + e.localName + '.' + e.className + ' of ' + (e.closest('[class]')?.className ?? '') + ': ' + text.trim().slice(0, 40));
	};
	for (const e of document.body.querySelectorAll('*')) {
		if (!e.checkVisibility() || e.closest('script, style, noscript, option')) continue;
		const own = [...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE).map((n) => n.data).join(' ');
		check(e, own + (e.matches('input, textarea, select') ? ' ' + e.value : ''), getComputedStyle(e), behind(e));
		if (e.placeholder) check(e, e.placeholder, getComputedStyle(e, '::placeholder'), behind(e));
		for (const pseudo of ['::before', '::after', '::marker']) {
			const style = getComputedStyle(e, pseudo);
			const [, text = ''] = style.content.match(/^"(.*)"$/) ?? [];
			check(e, text, style, over(parse(style.backgroundColor), behind(e)), Number(style.opacity));
		}
	}
	if (checked < 20) weak.add('only ' + checked + ' strings');
	return [...weak];
})()`
