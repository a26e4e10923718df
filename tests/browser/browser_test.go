// Package browser_test looks at the sandbox's pages in a real browser, served by the program as people run it.
// It is skipped where no Chromium is installed, unless CORTEXSCAN_BROWSER is set.
package browser_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/wrapper"
)

// running is a sandbox that a test has started.
type running struct {
	Environment map[string]string
	Pages       struct{ Live, Docs, Contract string }
}

// program is built once.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "cortexscan")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "cortexscan")
		defer func() {
			for _, stop := range shared.stop {
				stop()
			}
		}()
		return m.Run()
	}())
}

func startSandbox(t *testing.T, args ...string) running {
	t.Helper()
	if _, err := os.Stat(program); err != nil {
		if out, err := exec.Command("go", "build", "-o", program, "../../cmd/cortexscan").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	cmd := exec.Command(program, append([]string{"sandbox", "--listen", "127.0.0.1:0", "--output", "json"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the sandbox ended with %v", err)
		}
	})
	var r running
	if err := json.NewDecoder(out).Decode(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

// client is a client of the sandbox with the settings that it printed.
func (r running) client(t *testing.T) *wrapper.Client {
	t.Helper()
	cred, err := wrapper.KeyOfType(r.Environment[wrapper.EnvKeyType], r.Environment[wrapper.EnvKeyID], r.Environment[wrapper.EnvKey])
	if err != nil {
		t.Fatal(err)
	}
	// A client of its own, so that no idle connection of a test before is in the way.
	c, err := wrapper.New(r.Environment[wrapper.EnvURL], cred, wrapper.WithHTTPClient(&http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func wantNoComplaints(t *testing.T, b *browser) {
	t.Helper()
	for _, c := range b.complaints() {
		t.Errorf("the browser's console: %s", c)
	}
}

const (
	statusBlock = "#operations-Network_scans-getScanRunStatus"
	abortBlock  = "#operations-Endpoint_scans-abortScan"
)

// execute tries an operation out on the reference page, and waits for the status of the answer.
func execute(b *browser, block, status string) {
	b.t.Helper()
	b.click(block + " .opblock-summary-control")
	b.click(block + " .try-out__btn")
	b.click(block + " .execute")
	b.until("the answer is "+status, `document.querySelector(args[0] + ' .live-responses-table tbody .response-col_status').innerText.startsWith(args[1])`, block, status)
}

// The reference page shows both operations, runs them against the sandbox with either type of key, and the live
// page shows the calls.
func TestTryItOut(t *testing.T) {
	for _, keyType := range []string{"advanced", "standard"} {
		t.Run(keyType, func(t *testing.T) {
			b := openBrowser(t)
			r := startSandbox(t, "--key-type", keyType)
			b.open(r.Pages.Docs)
			b.until("both operations are there", `document.querySelectorAll('.opblock').length === 2 &&
				document.querySelector(args[0]) && document.querySelector(args[1])`, statusBlock, abortBlock)
			execute(b, statusBlock, "200")
			execute(b, abortBlock, "200")
			b.until("the answer's body is there", `/Scan is in \w+ state/.test(document.querySelector(args[0] + ' .live-responses-table').innerText)`, statusBlock)
			var urls []string
			b.script(&urls, `return performance.getEntriesByType('resource').map((e) => e.name)`)
			for _, url := range urls {
				if !strings.HasPrefix(url, r.Environment[wrapper.EnvURL]+"/") && !strings.HasPrefix(url, "data:") {
					t.Errorf("the page fetched %s", url)
				}
			}
			wantNoComplaints(t, b)

			b.open(r.Pages.Live)
			b.until("the live page shows both calls", `document.querySelectorAll('[data-part=calls] > li').length === 2`)
			text := b.text()
			for _, want := range []string{"GET /public_api/netscan/v1/scan/run?id=789&fields=status", "POST /public_api/v1/endpoints/abort_scan", "2 calls, all valid"} {
				if !strings.Contains(text, want) {
					t.Errorf("no %q in\n%s", want, text)
				}
			}
			wantNoComplaints(t, b)
		})
	}
}

// What "Authorize" sends is what the reader typed, not the page's own signature.
func TestAuthorizeWins(t *testing.T) {
	b := openBrowser(t)
	r := startSandbox(t)
	b.open(r.Pages.Docs)
	b.click(".btn.authorize")
	b.until("the form is there", `document.querySelectorAll('.auth-container input').length > 1`)
	b.click(".auth-container input")
	for _, key := range "17" {
		b.press(key)
	}
	b.click(".auth-container .authorize")
	b.click(".close-modal")
	b.until("the form has gone", `!document.querySelector('.auth-container')`)
	execute(b, statusBlock, "401")
}

// On the live page a call opens by keyboard, and stays open and in focus while others come in.
func TestLivePageByKeyboard(t *testing.T) {
	b := openBrowser(t)
	r := startSandbox(t)
	c := r.client(t)
	if _, err := c.GetScanRunStatus(t.Context(), 5); err == nil {
		t.Fatal("there is a run 5")
	}
	b.open(r.Pages.Live)
	b.until("the call is there", `document.querySelector('[data-part=calls] summary')`)
	inFocus := false
	for range 12 {
		b.press(keyTab)
		if b.script(&inFocus, `return document.activeElement.localName === 'summary'`); inFocus {
			break
		}
	}
	if !inFocus {
		t.Fatal("the tab key does not lead to the call")
	}
	var outline string
	if b.script(&outline, `const s = getComputedStyle(document.activeElement); return s.outlineStyle + ' ' + s.outlineWidth`); outline != "solid 3px" {
		t.Errorf("the focus is seen as %q", outline)
	}
	b.press(keyEnter)
	b.until("the call is open", `document.activeElement.parentElement.open`)

	reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints())
	if err != nil || reply.EndpointsCount == "0" {
		t.Fatal(reply, err)
	}
	b.until("the next call is above it, and the page shows what it did", `document.querySelectorAll('[data-part=calls] > li').length === 2 &&
		document.querySelector('[data-part=calls] > li').innerText.includes('POST') && document.querySelectorAll('td.aborted').length > 0`)
	var state []any
	b.script(&state, `const s = document.activeElement; return [s.localName, s.parentElement.open, s.innerText.includes('id=5'), document.querySelectorAll('details[open]').length]`)
	if !slices.Equal(state, []any{"summary", true, true, 1.0}) {
		t.Errorf("after the refresh: %v", state)
	}
	if text := b.text(); strings.Contains(text, r.Environment[wrapper.EnvKey]) || !strings.Contains(text, "[hidden]") {
		t.Error("the credentials are not hidden")
	}
	wantNoComplaints(t, b)
}

// Both pages fit a phone, whatever is open on them, and are dark where that is preferred.
func TestPhoneAndDark(t *testing.T) {
	b := openBrowser(t)
	r := startSandbox(t)
	long := strings.Repeat("x", 300)
	if _, err := r.client(t).AbortScan(t.Context(), wrapper.Matching(wrapper.Hostnames(long)), wrapper.WithIncident(long)); err == nil {
		t.Fatal("it matched something")
	}
	background := map[string]float64{}
	for _, scheme := range []string{"light", "dark"} {
		b.device(375, 812, scheme)
		b.open(r.Pages.Live)
		b.until("the call is there", `document.querySelector('[data-part=calls] summary')`)
		b.click("[data-part=calls] summary")
		wantFits(t, b, "the live page, "+scheme)
		background[scheme] = brightness(b)

		b.open(r.Pages.Docs)
		b.until("both operations are there", `document.querySelectorAll('.opblock').length === 2`)
		if scheme == "light" { // the second time nothing may be left to abort
			execute(b, abortBlock, "200")
		}
		execute(b, statusBlock, "200")
		wantFits(t, b, "the reference page, "+scheme)
		if docs := brightness(b); (docs < 0.5) != (scheme == "dark") {
			t.Errorf("the reference page, %s: a ground of brightness %.2f", scheme, docs)
		}
	}
	if background["light"] < 0.8 || background["dark"] > 0.2 {
		t.Errorf("the live page has grounds of brightness %v", background)
	}
	wantNoComplaints(t, b)
}

func wantFits(t *testing.T, b *browser, what string) {
	t.Helper()
	var width int
	if b.script(&width, `return document.documentElement.scrollWidth`); width > 375 {
		t.Errorf("%s is %d wide", what, width)
	}
}

// brightness is that of the page's ground, from 0 to 1.
func brightness(b *browser) (v float64) {
	b.script(&v, `const ground = [document.body, document.documentElement].map((e) => getComputedStyle(e).backgroundColor)
		.find((c) => c !== 'rgba(0, 0, 0, 0)') ?? 'rgb(255, 255, 255)';
		return ground.match(/\d+/g).slice(0, 3).reduce((sum, c) => sum + Number(c), 0) / 765`)
	return v
}

// Without JavaScript the live page still refreshes itself.
func TestLivePageWithoutScript(t *testing.T) {
	b := openBrowser(t)
	r := startSandbox(t)
	b.devtools("Emulation.setScriptExecutionDisabled", map[string]any{"value": true})
	b.open(r.Pages.Live)
	if _, err := r.client(t).GetScanRunStatus(t.Context(), 789); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for !strings.Contains(b.source(), "1 call, all valid") {
		if time.Now().After(deadline) {
			t.Fatal("the page has not refreshed itself")
		}
	}
}
