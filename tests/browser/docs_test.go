package browser_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
	"go.yaml.in/yaml/v3"
)

// operation is one of the contract's.
type operation struct {
	ID        string
	Responses map[string]any // by status: the example that the page shows first; without those that have none
}

// operations reads them out of the contract.
func operations(t *testing.T) (list []operation) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(api.Document(), &doc); err != nil {
		t.Fatal(err)
	}
	root := node{&doc, doc.Content[0]}
	for _, path := range root.get("paths").members() {
		for _, method := range path.members() {
			op := operation{Responses: map[string]any{}}
			if method.get("operationId").Node == nil {
				continue
			}
			op.ID = method.get("operationId").Value
			for status, response := range method.get("responses").members() {
				for _, example := range response.get("content", "application/json", "examples").members() {
					var value any
					if err := example.get("value").Decode(&value); err != nil {
						t.Fatal(err)
					}
					op.Responses[status] = value
					break // the first
				}
			}
			list = append(list, op)
		}
	}
	if len(list) == 0 {
		t.Fatal("the contract has no operations")
	}
	return list
}

// node is a place in a YAML document, which keeps the order of members.
type node struct {
	doc *yaml.Node
	*yaml.Node
}

// get follows names, and references on the way.
func (n node) get(names ...string) node {
	for _, name := range names {
		found := node{n.doc, nil}
		for key, value := range n.members() {
			if key == name {
				found = value
				break
			}
		}
		n = found
	}
	return n
}

func (n node) members() func(func(string, node) bool) {
	return func(yield func(string, node) bool) {
		if n.Node == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, node{n.doc, n.Content[i+1]}.resolved()) {
				return
			}
		}
	}
}

func (n node) resolved() node {
	if n.Kind == yaml.MappingNode && len(n.Content) > 0 && n.Content[0].Value == "$ref" {
		at := node{n.doc, n.doc.Content[0]}
		return at.get(strings.Split(strings.TrimPrefix(n.Content[1].Value, "#/"), "/")...)
	}
	return n
}

// block selects an operation on the page.
func block(id string) string { return fmt.Sprintf(`.opblock[id$="-%s"]`, id) }

const (
	statusID = "getScanRunStatus"
	abortID  = "abortScan"
)

func openDocs(t *testing.T, b *tab, r running) []operation {
	t.Helper()
	b.open(r.Pages.Docs)
	list := operations(t)
	b.until("every operation of the contract is there", `document.querySelectorAll('.opblock').length === %s`, len(list))
	for _, op := range list {
		b.until(op.ID+" is there", `document.querySelector(%s)`, block(op.ID))
	}
	return list
}

// expand opens an operation.
func (b *tab) expand(id string) {
	b.t.Helper()
	b.click(block(id) + " .opblock-summary-control")
	b.until(id+" is open", `document.querySelector(%s)`, block(id)+" .execute")
}

// execute sends the operation's request as the page has it filled in, and waits for the status of the answer.
func (b *tab) execute(id, status string) {
	b.t.Helper()
	b.click(block(id) + " .execute")
	b.until(id+" is answered with "+status,
		`document.querySelector(%s).innerText.startsWith(%s)`, block(id)+" .live-responses-table tbody .response-col_status", status)
}

// Operations come before everything that there is to read about them.
func TestOperationsAboveTheFold(t *testing.T) {
	b := openTab(t)
	list := openDocs(t, b, startSandbox(t))
	if len(list) > 4 {
		list = list[:4]
	}
	for _, op := range list {
		if bottom := read[float64](b, `document.querySelector(%s).getBoundingClientRect().bottom`, block(op.ID)); bottom > 700 {
			t.Errorf("%s ends at %.0f", op.ID, bottom)
		}
	}
	b.until("the description is below", `document.querySelector('.info').getBoundingClientRect().top > document.querySelector(%s).getBoundingClientRect().bottom`, block(list[len(list)-1].ID))
	wantText(t, b.text(), "x-xdr-auth-id", "Headers of a key")
	b.wantNoComplaints()
}

// Both operations run as the page has them filled in, with either type of key, and so does the copied command.
func TestTryItOut(t *testing.T) {
	for _, keyType := range []string{"advanced", "standard"} {
		t.Run(keyType, func(t *testing.T) {
			b := openTab(t)
			b.allowClipboard()
			r := startSandbox(t, "--key-type", keyType)
			openDocs(t, b, r)
			b.expand(statusID)
			b.execute(statusID, "200")
			b.until("the answer's body is there", `/Scan is in \w+ state/.test(document.querySelector(%s).innerText)`, block(statusID)+" .live-responses-table")
			b.expand(abortID)
			b.until("the body can be edited", `document.querySelector(%s) !== null`, block(abortID)+" textarea")
			body := read[string](b, `document.querySelector(%s).value`, block(abortID)+" textarea")
			if !json.Valid([]byte(body)) || strings.Contains(body, `"all"`) || !strings.Contains(body, "laptop-17") {
				t.Errorf("the body is filled in with %s", body)
			}
			b.execute(abortID, "200")

			for _, id := range []string{statusID, abortID} {
				b.click(block(id) + " .command .copy")
				b.until("the command is copied", `document.querySelector(%s).innerText === 'Copied'`, block(id)+" .command .copy")
				command := b.clipboard()
				if shown := read[string](b, `document.querySelector(%s).innerText`, block(id)+" .command pre"); shown != command {
					t.Errorf("shown is\n%s\ncopied\n%s", shown, command)
				}
				for range 2 { // a signature is good for one request
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
			b.until("the live page shows the calls", `document.querySelectorAll(%s).length >= 4`, rowSelector)
			wantText(t, b.text(), "GET /public_api/netscan/v1/scan/run?id=789&fields=status", "POST /public_api/v1/endpoints/abort_scan", "6 requests, none with problems")
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

// Each status shows the contract's first example for it.
func TestExamplesOfAnswers(t *testing.T) {
	b := openTab(t)
	list := openDocs(t, b, startSandbox(t))
	checked := 0
	for _, op := range list {
		b.expand(op.ID)
		for status, want := range op.Responses {
			selector := fmt.Sprintf(`%s tr.response[data-code="%s"] .example pre, %s tr.response[data-code="%s"] .highlight-code pre`, block(op.ID), status, block(op.ID), status)
			b.until(op.ID+" "+status+" has an example", `document.querySelector(%s)`, selector)
			var got any
			shown := read[string](b, `document.querySelector(%s).innerText`, selector)
			if err := json.Unmarshal([]byte(shown), &got); err != nil {
				t.Errorf("%s %s: %v in %s", op.ID, status, err, shown)
			}
			var plain any // as JSON has it
			if encoded, err := json.Marshal(want); err != nil || json.Unmarshal(encoded, &plain) != nil || !reflect.DeepEqual(got, plain) {
				t.Errorf("%s %s shows %s, want %s", op.ID, status, shown, encoded)
			}
			checked++
		}
	}
	if checked == 0 {
		t.Fatal("the contract has no examples of answers")
	}
	b.wantNoComplaints()
}

// There is one form for the key. What the reader types is what is sent, and is not shown in a command.
func TestMyKey(t *testing.T) {
	b := openTab(t)
	r := startSandbox(t)
	openDocs(t, b, r)
	if n := read[int](b, `document.querySelectorAll('.authorize, .authorization__btn, .auth-wrapper').length`); n != 0 {
		t.Errorf("there are %d more places for credentials", n)
	}
	b.click(".panel > summary")
	b.until("the form is open", `document.querySelector('#key-form').checkVisibility()`)
	b.fill("#key-form [name=secret]", "my-own-key")
	b.until("the page says which key it is", `document.querySelector('#key-status').innerText.startsWith('your own')`)
	b.expand(statusID)
	b.execute(statusID, "401")
	command := read[string](b, `document.querySelector('.command pre').innerText`)
	if strings.Contains(command, "my-own-key") || !strings.Contains(command, "$CORTEXCLOUD_API_KEY") {
		t.Errorf("the command shows the key that was typed:\n%s", command)
	}
	wantCommandWorks(t, command, "Scan is in", wrapper.EnvKey+"="+r.Environment[wrapper.EnvKey])
	wantCommandWorks(t, command, "unauthorized", wrapper.EnvKey+"=wrong")

	b.choose("#key-form [name=type]", "standard")
	b.until("the type changes", `document.querySelector('#key-status').innerText.includes('standard')`)
	b.execute(statusID, "401")
	b.click("#key-form [type=reset]")
	b.until("the sandbox's key is back", `document.querySelector('#key-status').innerText.includes('own (advanced, ID 1)') && document.querySelector('#key-status').innerText.startsWith('the sandbox')`)
	b.execute(statusID, "200")
	b.wantNoComplaints("401")
}
