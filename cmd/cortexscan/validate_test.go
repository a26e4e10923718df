package main

import (
	"testing"

	"example.com/cortexscan/cmd/cortexscan/internal/recording"
)

func TestListOfRequestsIsBoundedAndKeepsProblems(t *testing.T) {
	all := &validation{}
	for range 2 {
		one := &validation{}
		for range maxListed {
			one.add("x.har", recording.Entry{}, result{})
		}
		one.add("x.har", recording.Entry{}, problem("path", "is odd"))
		all.merge(one)
	}
	if len(all.Requests) != maxListed || all.Checked != 2*maxListed+2 || all.NotListed != all.Checked-maxListed || len(all.Requests[maxListed/2].Problems) != 1 {
		t.Errorf("got %d requests listed, %d not listed, and %d checked", len(all.Requests), all.NotListed, all.Checked)
	}
}
