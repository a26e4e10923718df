package browser_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// block returns the CSS selector of an operation.
func block(id string) string { return fmt.Sprintf(`.opblock[id$="-%s"]`, id) }

const (
	statusID = "getScanRunStatus"
	abortID  = "abortScan"
)

func openDocs(b *tab, r running) {
	b.t.Helper()
	b.open(r.Pages.Docs)
	for _, id := range []string{statusID, abortID} {
		b.until(id+" is there", `document.querySelector(%s)`, block(id))
	}
}

func (b *tab) expand(id string) {
	b.t.Helper()
	b.click(block(id) + " .opblock-summary-control")
	b.until(id+" is open", `document.querySelector(%s)`, block(id)+" .execute")
}

// execute sends the request with the values that the page has filled in, and waits until the response is visible.
func (b *tab) execute(id, status string) {
	b.t.Helper()
	b.click(block(id) + " .execute")
	b.until(id+" has a response of "+status+" in view", `((row) => {
		const code = row.querySelector('.response-col_status');
		const body = row.querySelector('.highlight-code, .microlight');
		return code.innerText.startsWith(%[2]s) && code.getBoundingClientRect().top >= 0 && body.getBoundingClientRect().bottom <= innerHeight;
	})(document.querySelector(%[1]s))`, block(id)+" .live-responses-table tbody tr", status)
}

func TestPageAndCopiedCommandsCallBothOperations(t *testing.T) {
	for _, keyType := range []string{"advanced", "standard"} {
		t.Run(keyType, func(t *testing.T) {
			b := openTab(t)
			b.allowClipboard()
			r := startSandbox(t, "--key-type", keyType)
			openDocs(b, r)
			b.expand(statusID)
			b.until("there is a field for id, and none for User-Agent", `((names) => names.includes('id') && !names.includes('User-Agent'))(
				[...document.querySelectorAll('[data-param-name]')].map((e) => e.dataset.paramName))`)
			b.execute(statusID, "200")
			b.until("the response's body is there", `/Scan is in \w+ state/.test(document.querySelector(%s).innerText)`, block(statusID)+" .live-responses-table")
			b.expand(abortID)
			b.until("the body can be edited", `document.querySelector(%s) !== null`, block(abortID)+" textarea")
			body := read[string](b, `document.querySelector(%s).value`, block(abortID)+" textarea")
			if !json.Valid([]byte(body)) || strings.Contains(body, `"all"`) || !strings.Contains(body, "laptop-17") {
				t.Errorf("got the example body %s", body)
			}
			b.execute(abortID, "200")

			for _, id := range []string{statusID, abortID} {
				b.click(block(id) + " .command .copy")
				b.until("the command is copied", `document.querySelector(%s).innerText === 'Copied'`, block(id)+" .command .copy")
				command := b.clipboard()
				if shown := read[string](b, `document.querySelector(%s).innerText`, block(id)+" .command pre"); shown != command {
					t.Errorf("got the copied command\n%s\nwant the visible command\n%s", command, shown)
				}
				for range 2 { // a signature is valid for only one request
					wantCommandWorks(t, command, map[string]string{statusID: "Scan is in", abortID: "No endpoint was found"}[id])
				}
			}

			for _, url := range read[[]string](b, `performance.getEntriesByType('resource').map((e) => e.name)`) {
				if !strings.HasPrefix(url, r.Environment[wrapper.EnvURL]+"/") && !strings.HasPrefix(url, "data:") {
					t.Errorf("the page fetched %s", url)
				}
			}
			b.wantNoComplaints()

			b.open(r.Pages.Live)
			b.until("the live page shows the calls", `document.querySelector('[data-part=count]').innerText.startsWith('6 requests, none with problems')`)
			b.wantNoComplaints()
		})
	}
}

func wantCommandWorks(t *testing.T, command, want string, env ...string) {
	t.Helper()
	for _, name := range []string{"curl", "openssl"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv(demand) != "" {
				t.Fatal(err)
			}
			t.Skipf("%s is not installed", name)
		}
	}
	wantText(t, shell(t, command, env...), want)
}

func TestTypedKeyIsSentAndNotShown(t *testing.T) {
	b := openTab(t)
	r := startSandbox(t)
	openDocs(b, r)
	b.click(".panel > summary")
	b.until("the form is open", `document.querySelector('#key-form').checkVisibility()`)
	b.fill("#key-form [name=secret]", "my-own-key")
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
	b.wantNoComplaints("401")
}
