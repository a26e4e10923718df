package playground

import (
	"regexp"
	"strings"
	"testing"
)

var reference = regexp.MustCompile(`(?:href|src)="([^"#]+)"|url\(([^)"']+)\)`)

func TestFilesReferencedByPagesAreServed(t *testing.T) {
	_, h := newPlayground()
	send(h, "GET", "/x", "")
	found := map[string]bool{}
	for _, page := range []string{"/", "/docs", "/assets/common.css", "/assets/live.css", "/assets/docs.css"} {
		for _, m := range reference.FindAllStringSubmatch(send(h, "GET", page, "").Body.String(), -1) {
			found[m[1]+m[2]] = true
		}
	}
	for target := range found {
		if w := send(h, "GET", "http://x"+target, ""); w.Code != 200 || w.Body.Len() < 50 || !strings.HasPrefix(target, "/") {
			t.Errorf("%s: got status %d and %d bytes", target, w.Code, w.Body.Len())
		}
	}
	for path := range assets() {
		if !found[path] {
			t.Errorf("no page uses %s", path)
		}
	}
}

func TestLicensesAreServed(t *testing.T) {
	_, h := newPlayground()
	text := send(h, "GET", "/assets/licenses.txt", "").Body.String()
	for _, want := range []string{"SmartBear Software", "Apache License", "Version 2.0", "Copyright (c) Facebook", "DOMPurify"} {
		if !strings.Contains(text, want) {
			t.Errorf("the licenses do not contain %s", want)
		}
	}
}
