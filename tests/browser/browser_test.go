// Package browser_test tests the sandbox's pages in Chromium. The tests start the program as a user would.
//
//	go test ./...                              # skips the tests if no Chromium is installed
//	CORTEXSCAN_BROWSER=required go test ./...  # fails if none is installed
package browser_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience limits each wait for a page. A page usually needs much less time.
const patience = 20 * time.Second

type tab struct {
	t   testing.TB
	ctx context.Context
}

// openTab starts a browser with a new profile and opens a tab. When the test ends, openTab reports errors and warnings
// from the page: violations of the content security policy, failed requests, and errors in scripts. It skips those that
// contain an expected string. Start the sandbox first, so that it ends after the tab.
func openTab(t *testing.T, expected ...string) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("no-proxy-server", true),
		// The pages must work offline, so only local names resolve.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	b := &tab{t: t, ctx: ctx}
	err := chromedp.Do(ctx) // starts the browser; a context with a deadline would close it
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("CORTEXSCAN_BROWSER") == "" {
		t.Skip("no Chromium is installed (on Debian: apt-get install chromium)")
	} else if err != nil {
		t.Fatalf("Chromium is not installed or does not start: %v", err)
	}
	messages := chromedp.Console(ctx)
	t.Cleanup(func() {
		const last = "the test has ended"
		read[chromedp.Void](b, "console.log(%q)", last)
		for m, err := range messages {
			if err != nil || m.Text == last {
				return
			}
			isProblem := m.IsException() || m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning
			if isProblem && !slices.ContainsFunc(expected, func(s string) bool { return strings.Contains(m.Text, s) }) {
				t.Errorf("the browser complains: %s %s", m, m.URL)
			}
		}
	})
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err) // without the focus, a page cannot use the clipboard
	}
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		params := browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted}
		if _, err := chromedp.CallBrowser(ctx, browser.SetPermission, params); err != nil {
			t.Fatal(err)
		}
	}
	b.device(1280, 900, "light")
	return b
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

// read formats a JavaScript expression and evaluates it in the page.
func read[T any](b *tab, expression string, args ...any) T {
	b.t.Helper()
	return run(b, chromedp.Evaluate[T](fmt.Sprintf(expression, args...), chromedp.EvalAwaitPromise))
}

// until waits for a JavaScript expression to become true.
func (b *tab) until(what, expression string, args ...any) {
	b.t.Helper()
	code := "(() => { try { return Boolean(" + fmt.Sprintf(expression, args...) + ") } catch { return false } })()"
	ctx, cancel := context.WithTimeout(b.ctx, 2*patience)
	defer cancel()
	poll := chromedp.Poll[bool](code, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience))
	if _, err := chromedp.Run(ctx, poll); err != nil {
		b.t.Fatalf("did not happen within %s: %s: %v\n%.2000s", patience, what, err, read[string](b, "document.body.innerText"))
	}
}

// click clicks the first element that matches a CSS selector, once it stands still and no other element covers it. A click
// while Swagger UI is still building the page is lost.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.until(selector+" is clicked", `(() => {
		const e = document.querySelector(%q);
		e.scrollIntoView({ block: 'center', behavior: 'instant' });
		const { x, y, width, height } = e.getBoundingClientRect();
		const place = [%[1]q, x, y, scrollY].join(), before = window.testPlace;
		window.testPlace = place;
		if (place !== before || !e.contains(document.elementFromPoint(x + width / 2, y + Math.min(height, 40) / 2))) return false;
		window.testPlace = '';
		e.click();
		return true;
	})()`, selector)
}

// set changes the value of a control.
func (b *tab) set(selector, value string) {
	b.t.Helper()
	read[bool](b, `((e) => { e.value = %q; return e.dispatchEvent(new Event('input', { bubbles: true })); })(document.querySelector(%q))`, value, selector)
}

// device emulates a screen of this size. The scheme is light or dark.
func (b *tab) device(width, height int64, scheme string) {
	b.t.Helper()
	mobile := func(p *emulation.SetDeviceMetricsOverrideParams, _ *emulation.SetTouchEmulationEnabledParams) {
		p.Mobile = width < 600
	}
	run(b, chromedp.EmulateViewport(width, height, mobile))
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.t.Fatal(err)
	}
}
