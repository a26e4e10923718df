// Package browser_test tests the sandbox's pages in Chromium. The tests start the program as a user would.
//
//	go test ./...                              # skips the tests if no Chromium is installed
//	CORTEXSCAN_BROWSER=required go test ./...  # fails if none is installed
package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// demand is the environment variable that makes the tests fail if no browser is installed.
const demand = "CORTEXSCAN_BROWSER"

// patience limits each wait for a page. A page usually needs much less time.
const patience = 20 * time.Second

// shared is the browser for all tests, because starting a browser takes seconds. Each test has a separate profile.
var shared struct {
	sync.Once
	ctx  context.Context
	err  error
	stop []func()
}

func startBrowser() {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-proxy-server", true),
		// The pages must work offline, so only local names resolve.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopBrowser := chromedp.NewContext(allocator)
	shared.ctx, shared.stop = ctx, append(shared.stop, stopBrowser, stopAllocator)
	switch err := chromedp.Do(ctx); {
	case errors.Is(err, exec.ErrNotFound):
		shared.err = errors.New("no Chromium is installed (on Debian: apt-get install chromium)")
	case err != nil:
		shared.err = fmt.Errorf("Chromium is installed, but does not start: %w", err)
	}
}

type tab struct {
	t   testing.TB
	ctx context.Context

	mu         sync.Mutex
	complaints []string
}

// openTab opens a tab in a new profile, with a desktop-sized screen and light colors.
func openTab(t testing.TB) *tab {
	t.Helper()
	if shared.Do(startBrowser); shared.err != nil {
		if os.Getenv(demand) == "" {
			t.Skip(shared.err)
		}
		t.Fatalf("%s is set: %v", demand, shared.err)
	}
	ctx, closeTab := chromedp.NewContext(shared.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	b := &tab{t: t, ctx: ctx}
	if err := chromedp.Do(ctx); err != nil { // opens the tab; a context with a deadline would close the tab
		t.Fatal(err)
	}
	go b.listen(chromedp.Console(ctx))
	b.device(1280, 900, "light")
	return b
}

// listen collects the page's errors and warnings: violations of the content security policy, failed requests, and errors
// in scripts.
func (b *tab) listen(messages iter.Seq2[chromedp.ConsoleMessage, error]) {
	for m, err := range messages {
		if err != nil {
			return
		}
		if m.IsException() || m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning {
			b.mu.Lock()
			b.complaints = append(b.complaints, fmt.Sprint(m.Type, ": ", m.Text, " ", m.URL))
			b.mu.Unlock()
		}
	}
}

// wantNoComplaints reports every complaint, except those that contain one of the given strings.
func (b *tab) wantNoComplaints(but ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		if !slices.ContainsFunc(but, func(text string) bool { return strings.Contains(c, text) }) {
			b.t.Errorf("the browser complains: %s", c)
		}
	}
}

func run[T any](b *tab, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 2*patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

func command[P, R any](b *tab, c cdp.Command[P, R], params P) R {
	b.t.Helper()
	return run(b, func(ctx context.Context, t *chromedp.Target) (R, error) { return cdp.Call(ctx, t, c, params) })
}

func (b *tab) open(url string) {
	b.t.Helper()
	run(b, chromedp.Navigate(url))
}

// read formats a JavaScript expression and evaluates it in the page.
func read[T any](b *tab, expression string, args ...any) T {
	b.t.Helper()
	return run(b, chromedp.Evaluate[T](format(expression, args), chromedp.EvalAwaitPromise))
}

// format inserts the arguments into the expression as JavaScript literals. Every verb must be %s.
func format(expression string, args []any) string {
	if len(args) == 0 {
		return expression
	}
	literals := make([]any, len(args))
	for i, arg := range args {
		literal, err := json.Marshal(arg)
		if err != nil {
			panic(err)
		}
		literals[i] = string(literal)
	}
	return fmt.Sprintf(expression, literals...)
}

// until waits for a JavaScript expression to become true.
func (b *tab) until(what, expression string, args ...any) {
	b.t.Helper()
	code := "(() => { try { return Boolean(" + format(expression, args) + ") } catch { return false } })()"
	ctx, cancel := context.WithTimeout(b.ctx, 2*patience)
	defer cancel()
	poll := chromedp.Poll[bool](code, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience))
	if _, err := chromedp.Run(ctx, poll); err != nil {
		b.t.Fatalf("did not happen within %s: %s: %v\n%.2000s", patience, what, err, b.text())
	}
}

func (b *tab) text() string {
	b.t.Helper()
	return read[string](b, "document.body.innerText")
}

// click waits until the first element that matches a CSS selector is still and uncovered, and then clicks it.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.until(selector+" can be clicked", `(() => {
		const e = document.querySelector(%s);
		e.scrollIntoView({ block: 'center', behavior: 'instant' });
		const r = e.getBoundingClientRect();
		const x = r.x + r.width / 2, y = r.y + Math.min(r.height, 40) / 2;
		const place = [x, y, scrollY].join();
		const before = window.testPlace;
		window.testPlace = place;
		return place === before && e.contains(document.elementFromPoint(x, y));
	})()`, selector)
	place := read[[2]float64](b, `((place) => { window.testPlace = ''; return place.split(',').slice(0, 2).map(Number); })(window.testPlace)`)
	run(b, chromedp.MouseClickXY(place[0], place[1]))
}

// fill replaces the text of an input.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	read[bool](b, `((e) => { e.focus(); e.select(); return true; })(document.querySelector(%s))`, selector)
	b.press(kb.Backspace + text)
}

func (b *tab) choose(selector, value string) {
	b.t.Helper()
	read[bool](b, `(() => {
		const e = document.querySelector(%s);
		Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set.call(e, %s);
		return ['input', 'change'].every((type) => e.dispatchEvent(new Event(type, { bubbles: true })));
	})()`, selector, value)
}

func (b *tab) press(keys string) {
	b.t.Helper()
	run(b, chromedp.KeyEvent(keys))
}

// device emulates a screen of this size. The scheme is light or dark.
func (b *tab) device(width, height int64, scheme string) {
	b.t.Helper()
	command(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
	command(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

// allowClipboard lets the page use the clipboard without a prompt.
func (b *tab) allowClipboard() {
	b.t.Helper()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		params := browser.SetPermissionParams{
			Permission:       &browser.PermissionDescriptor{Name: name},
			Setting:          browser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
		}
		if _, err := chromedp.CallBrowser(b.ctx, browser.SetPermission, params); err != nil {
			b.t.Fatal(err)
		}
	}
}

func (b *tab) clipboard() string {
	b.t.Helper()
	return read[string](b, `navigator.clipboard.readText()`)
}

func wantText(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("got no %q in\n%.3000s", w, text)
		}
	}
}
