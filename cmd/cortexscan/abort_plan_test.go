package main

import (
	"net/http/httptest"
	"testing"
)

func TestPlanInWords(t *testing.T) {
	request := httptest.NewRequest("POST", "https://api-acme.example/x", nil)
	for _, c := range []struct {
		plan plan
		want string
	}{
		{plan{targets: &targets{all: true}}, "This cancels EVERY scan that is pending or in progress on the tenant\n  api-acme.example\n"},
		{plan{targets: &targets{filters: []filter{
			{words: "host name", values: []string{"a", "b"}}, {words: "x\u202e in", values: []string{"\x1b[1mc"}},
		}}, incident: "4711\n"}, "This cancels the scans that are pending or in progress on the tenant\n  api-acme.example\n" +
			"of the endpoints with\n  host name a or b\n  and x in [1mc\nand shows it in the timeline of incident 4711\n"},
	} {
		c.plan.request = request
		if got := c.plan.words(); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}
