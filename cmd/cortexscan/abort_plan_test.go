package main

import (
	"net/http/httptest"
	"testing"

	"example.com/cortexscan/cmd/cortexscan/internal/terminal"
)

func TestPlanInWords(t *testing.T) {
	request := httptest.NewRequest("POST", "https://api-acme.example/x", nil)
	for _, c := range []struct {
		plan plan
		want string
	}{
		{plan{abortOptions: abortOptions{targets: &targets{all: true}}, everything: true}, "This cancels EVERY scan that is pending or in progress on the tenant\n  api-acme.example\n"},
		{plan{abortOptions: abortOptions{targets: &targets{filters: []filter{
			{words: "host name", values: []string{"a", "b"}}, {words: "x\u202e in", values: []string{"\x1b[1mc"}},
		}}, incident: "4711\n"}}, "This cancels the scans that are pending or in progress on the tenant\n  api-acme.example\n" +
			"of the endpoints with\n  host name a or b\n  and x\ufffd in \ufffd[1mc\nand shows it in the timeline of incident 4711\n"},
	} {
		c.plan.request = request
		if got := c.plan.description(&terminal.IOStreams{}); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}
