package browser_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// busy is a sandbox with calls of every kind.
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
}{{"desk", 1280, 900}, {"phone", 390, 844}}

// everywhere visits the pages, with whatever opens opened, on each screen in light and dark.
func everywhere(t *testing.T, visit func(b *tab, name string)) {
	b := openTab(t)
	for _, screen := range screens {
		for _, scheme := range []string{"light", "dark"} {
			r := busy(t)
			name := func(page string) string { return strings.Join([]string{page, screen.name, scheme}, "-") }
			b.device(screen.width, screen.height, scheme)
			b.open(r.Pages.Live)
			b.wantRows(5)
			visit(b, name("live"))
			for i := range 4 {
				b.click(fmt.Sprintf("%s:nth-child(%d) > details > summary", rowSelector, i+1))
			}
			visit(b, name("live-open"))
			openDocs(b, r)
			visit(b, name("docs"))
			b.click(".panel > summary")
			b.expand(statusID)
			b.execute(statusID, "200")
			b.expand(abortID)
			b.execute(abortID, "200")
			visit(b, name("docs-open"))
		}
	}
}

// Text stands out from its background, fits the screen, and controls have names.
func TestAccessible(t *testing.T) {
	everywhere(t, func(b *tab, name string) {
		if width, limit := read[int](b, `document.documentElement.scrollWidth`), read[int](b, `document.documentElement.clientWidth`); width > limit {
			t.Errorf("%s is %d wide on a screen of %d", name, width, limit)
		}
		for _, weak := range read[[]string](b, contrast) {
			t.Errorf("%s: contrast of %s", name, weak)
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
					t.Errorf("%s: a %s has no name (node %d)", name, role, n.BackendDOMNodeID)
				}
			}
		}
	})
}

// contrast lists the texts whose contrast with what is behind them is below 4.5, generated ones included.
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
	if (checked < 20) weak.add('only ' + checked + ' texts');
	return [...weak];
})()`

// On a phone the requests come before the tables, on a desk beside them.
func TestPlaces(t *testing.T) {
	b := openTab(t)
	r := busy(t)
	for _, screen := range screens {
		b.device(screen.width, screen.height, "light")
		b.open(r.Pages.Live)
		b.wantRows(5)
		place := read[struct{ StateTop, StateLeft, CallsTop, CallsBottom, CallsRight float64 }](b, `(([s, c]) => ({
			StateTop: s.top, StateLeft: s.left, CallsTop: c.top, CallsBottom: c.bottom, CallsRight: c.right,
		}))(['.state', '.calls'].map((e) => document.querySelector(e).getBoundingClientRect()))`)
		if screen.name == "phone" && (place.StateTop < place.CallsBottom || place.CallsTop > float64(screen.height)/2) {
			t.Errorf("on a phone: %+v", place)
		}
		if screen.name == "desk" && (place.StateLeft < place.CallsRight || place.CallsTop > float64(screen.height)/2) {
			t.Errorf("on a desk: %+v", place)
		}
	}
}

// Screenshots are for people to look at.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("CORTEXSCAN_SCREENSHOTS")
	if dir == "" {
		t.Skip("CORTEXSCAN_SCREENSHOTS does not name a directory")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	everywhere(t, func(b *tab, name string) {
		png := run(b, chromedp.FullScreenshot(100))
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	})
}
