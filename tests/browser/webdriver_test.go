package browser_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"
)

// demand is the variable that makes a missing browser a failure, for a gate that has installed one.
const demand = "CORTEXSCAN_BROWSER"

// patience is how long a page may take for what it does. It is far more than it needs.
const patience = 20 * time.Second

// browser is a session of a real Chromium, driven through W3C WebDriver. To start one takes seconds, so the tests
// share it.
type browser struct {
	t       testing.TB
	session string // URL
}

var shared struct {
	session string
	stop    []func() // in the order in which to stop
}

// openBrowser gives a test the browser as it is when new, but for what it keeps of other sites.
func openBrowser(t testing.TB) *browser {
	t.Helper()
	driver, chromium := find("chromedriver"), find("chromium", "chromium-browser", "google-chrome")
	if driver == "" || chromium == "" {
		if os.Getenv(demand) == "" {
			t.Skip("no Chromium with its driver is installed (on Debian: apt-get install chromium chromium-driver)")
		}
		t.Fatalf("%s is set, but no Chromium with its driver is installed", demand)
	}
	b := &browser{t: t}
	if shared.session == "" {
		b.start(driver, chromium)
	}
	b.session = shared.session
	b.devtools("Emulation.setScriptExecutionDisabled", map[string]any{"value": false})
	b.device(1280, 900, "light")
	b.open("about:blank")
	b.complaints()
	return b
}

func (b *browser) start(driver, chromium string) {
	b.t.Helper()
	profile, err := os.MkdirTemp("", "chromium")
	if err != nil {
		b.t.Fatal(err)
	}
	b.session = startDriver(b.t, driver)
	var created struct{ SessionID string }
	err = b.try("POST", "/session", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"browserName": "chrome",
		"goog:chromeOptions": map[string]any{
			"binary": chromium,
			"args": []string{
				"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
				// The pages promise to work offline: no name leads anywhere.
				"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
				"--user-data-dir=" + profile,
			},
		},
		"goog:loggingPrefs": map[string]string{"browser": "ALL"},
	}}}, &created)
	if err != nil {
		if os.Getenv(demand) == "" {
			b.t.Skipf("Chromium is installed, but does not start: %v", err)
		}
		b.t.Fatal(err)
	}
	shared.session = b.session + "/session/" + created.SessionID
	shared.stop = append([]func(){func() {
		if r, err := http.NewRequest("DELETE", shared.session, nil); err == nil {
			if resp, err := driverClient.Do(r); err == nil {
				resp.Body.Close()
			}
		}
	}}, append(shared.stop, func() { _ = os.RemoveAll(profile) })...)
}

func find(names ...string) string {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

var driverPort = regexp.MustCompile(`started successfully on port (\d+)`)

// startDriver starts the browser's driver on a free port of its own choice.
func startDriver(t testing.TB, path string) (url string) {
	t.Helper()
	cmd := exec.Command(path, "--port=0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	shared.stop = append(shared.stop, func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := driverPort.FindStringSubmatch(lines.Text()); m != nil {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return "http://127.0.0.1:" + m[1]
		}
	}
	t.Fatal("the browser's driver has not said its port")
	return ""
}

var driverClient = &http.Client{Transport: &http.Transport{Proxy: nil}, Timeout: time.Minute}

// call is one command of the protocol, which has to succeed.
func (b *browser) call(method, path string, body, result any) {
	b.t.Helper()
	if err := b.try(method, path, body, result); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) try(method, path string, body, result any) error {
	var sent io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(encoded)
	}
	r, err := http.NewRequest(method, b.session+path, sent)
	if err != nil {
		return err
	}
	resp, err := driverClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer := struct{ Value json.RawMessage }{}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s %s: %d %w", method, path, resp.StatusCode, err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %.600s", method, path, answer.Value)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, result)
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.call("POST", "/url", map[string]string{"url": url}, nil)
}

// script runs JavaScript in the page and decodes what it returns.
func (b *browser) script(result any, code string, args ...any) {
	b.t.Helper()
	if args == nil {
		args = []any{}
	}
	b.call("POST", "/execute/sync", map[string]any{"script": code, "args": args}, result)
}

// until waits for a JavaScript expression to hold in the page.
func (b *browser) until(what, expression string, args ...any) {
	b.t.Helper()
	code := `const args = arguments[0], done = arguments[1];
		const poll = () => { let ok = false; try { ok = Boolean(` + expression + `) } catch {} ok ? done() : setTimeout(poll, 50) };
		poll();`
	if args == nil {
		args = []any{}
	}
	body := map[string]any{"script": code, "args": []any{args}}
	b.call("POST", "/timeouts", map[string]int64{"script": patience.Milliseconds()}, nil)
	if err := b.try("POST", "/execute/async", body, nil); err != nil {
		b.t.Fatalf("not within %s: %s\n%.1500s", patience, what, b.text())
	}
}

func (b *browser) text() (text string) {
	b.script(&text, "return document.body.innerText")
	return text
}

// click clicks the first element that a CSS selector finds, as a person does: when it has stopped moving, and with
// nothing in front of it.
func (b *browser) click(selector string) {
	b.t.Helper()
	b.until("there is "+selector+" to click", `(() => {
		const e = document.querySelector(args[0]);
		e.scrollIntoView({ block: 'center', behavior: 'instant' });
		const r = e.getBoundingClientRect();
		const hit = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
		const before = window.lastPlace, place = [args[0], r.x, r.y, scrollY].join();
		window.lastPlace = place;
		return place === before && e.contains(hit);
	})()`, selector)
	var element map[string]string
	b.call("POST", "/element", map[string]string{"using": "css selector", "value": selector}, &element)
	for _, id := range element {
		b.call("POST", "/element/"+id+"/click", map[string]any{}, nil)
	}
}

// press presses a key and lets it go.
func (b *browser) press(key rune) {
	b.t.Helper()
	b.call("POST", "/actions", map[string]any{"actions": []any{map[string]any{"type": "key", "id": "keyboard", "actions": []any{
		map[string]string{"type": "keyDown", "value": string(key)}, map[string]string{"type": "keyUp", "value": string(key)},
	}}}}, nil)
}

const (
	keyTab   = '\uE004'
	keyEnter = '\uE007'
)

// device makes the page believe that it is shown on a screen of this width, in light or dark.
func (b *browser) device(width, height int, scheme string) {
	b.t.Helper()
	b.devtools("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
	b.devtools("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]string{"name": "prefers-color-scheme", "value": scheme}}})
}

func (b *browser) devtools(command string, params any) {
	b.t.Helper()
	b.call("POST", "/goog/cdp/execute", map[string]any{"cmd": command, "params": params}, nil)
}

// complaints are the errors and warnings in the page's console: what the content security policy refused, what
// could not be fetched, what a script failed on.
func (b *browser) complaints() (list []string) {
	b.t.Helper()
	var entries []struct{ Level, Message string }
	b.call("POST", "/se/log", map[string]string{"type": "browser"}, &entries)
	for _, e := range entries {
		if e.Level == "SEVERE" || e.Level == "WARNING" {
			list = append(list, fmt.Sprint(e.Level, " ", e.Message))
		}
	}
	return list
}

// source is the page as HTML, which can be had where scripts are switched off.
func (b *browser) source() (html string) {
	b.t.Helper()
	b.call("GET", "/source", nil, &html)
	return html
}
