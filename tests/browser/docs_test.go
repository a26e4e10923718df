package browser_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
	"github.com/chromedp/chromedp"
)

// block returns the CSS selector of a part of an operation.
func block(id, part string) string { return fmt.Sprintf(`.opblock[id$="-%s"] %s`, id, part) }

const (
	statusID = "getScanRunStatus"
	abortID  = "abortScan"
)

func (b *tab) expand(id string) {
	b.t.Helper()
	b.click(block(id, ".opblock-summary-control"))
	b.until(id+" is open", `document.querySelector(%q)`, block(id, ".execute"))
}

// execute sends the request with the values that the page has filled in, and waits until the response is visible.
func (b *tab) execute(id, status string) {
	b.t.Helper()
	b.click(block(id, ".execute"))
	b.until(id+" has a response of "+status+" in view", `((row) => {
		const code = row.querySelector('.response-col_status');
		const body = row.querySelector('.highlight-code, .microlight');
		return code.innerText.startsWith(%q) && code.getBoundingClientRect().top >= 0 && body.getBoundingClientRect().bottom <= innerHeight;
	})(document.querySelector(%q))`, status, block(id, ".live-responses-table tbody tr"))
}

func TestPageAndCopiedCommandsCallBothOperations(t *testing.T) {
	for _, keyType := range []string{"advanced", "standard"} {
		t.Run(keyType, func(t *testing.T) {
			r := startSandbox(t, "--key-type", keyType)
			b := openTab(t)
			run(b, chromedp.Navigate(r.Pages.Docs))
			b.expand(statusID)
			b.until("there is a field for id, and none for User-Agent", `((names) => names.includes('id') && !names.includes('User-Agent'))(
				[...document.querySelectorAll('[data-param-name]')].map((e) => e.dataset.paramName))`)
			b.execute(statusID, "200")
			b.until("the response's body is there", `/Scan is in \w+ state/.test(document.querySelector(%q).innerText)`, block(statusID, ".live-responses-table"))
			b.expand(abortID)
			body := run(b, chromedp.Value(chromedp.CSS(block(abortID, "textarea"))))
			if !json.Valid([]byte(body)) || strings.Contains(body, `"all"`) || !strings.Contains(body, "laptop-17") {
				t.Errorf("got the example body %s", body)
			}
			b.execute(abortID, "200")

			for id, want := range map[string]string{statusID: "Scan is in", abortID: "No endpoint was found"} {
				b.click(block(id, ".command .copy"))
				b.until("the command is copied", `document.querySelector(%q).innerText === 'Copied'`, block(id, ".command .copy"))
				command := read[string](b, `navigator.clipboard.readText()`)
				if shown := read[string](b, `document.querySelector(%q).innerText`, block(id, ".command pre")); shown != command {
					t.Errorf("got the copied command\n%s\nwant the visible command\n%s", command, shown)
				}
				for range 2 { // a signature is valid for only one request
					wantCommandWorks(t, command, want)
				}
			}

			for _, url := range read[[]string](b, `performance.getEntriesByType('resource').map((e) => e.name)`) {
				if !strings.HasPrefix(url, r.Environment[wrapper.EnvURL]+"/") && !strings.HasPrefix(url, "data:") {
					t.Errorf("the page fetched %s", url)
				}
			}
			run(b, chromedp.Navigate(r.Pages.Live))
			b.until("the live page shows the calls", `document.querySelector('[data-part=count]').innerText.startsWith('6 requests, none with problems')`)
		})
	}
}

// wantCommandWorks runs a command in a POSIX shell whose environment contains only PATH and env.
func wantCommandWorks(t *testing.T, command, want string, env ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-euc", command)
	cmd.Env = append(env, "PATH="+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), want) {
		t.Errorf("got %v and the output\n%s\nwant %q, from the command\n%s", err, out, want, command)
	}
}

func TestTypedKeyIsSentAndNotShown(t *testing.T) {
	r := startSandbox(t)
	b := openTab(t, "401")
	run(b, chromedp.Navigate(r.Pages.Docs))
	b.click(".panel > summary")
	b.set("#key-form [name=secret]", "my-own-key")
	b.until("the page reports that the key is not the sandbox's key", `document.querySelector('#key-status').innerText.startsWith('your own')`)
	b.expand(statusID)
	b.execute(statusID, "401")
	command := read[string](b, `document.querySelector('.command pre').innerText`)
	if strings.Contains(command, "my-own-key") || !strings.Contains(command, "$CORTEXCLOUD_API_KEY") {
		t.Errorf("the command contains the typed key, or does not use the variable:\n%s", command)
	}
	wantCommandWorks(t, command, "Scan is in", wrapper.EnvKey+"="+r.Environment[wrapper.EnvKey])

	b.click("#key-form [type=reset]")
	b.until("the sandbox's key is back", `document.querySelector('#key-status').innerText.startsWith('the sandbox')`)
	b.execute(statusID, "200")
}
