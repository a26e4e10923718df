package main

import (
	"slices"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/cmd/cortexscan/internal/recording"
)

func TestSpecRoots(t *testing.T) {
	paths, err := specPaths([]byte("paths:\n  /v1/a: {get: {}}\n  /v1/b/{id}: {post: {}}\n  /other: {}\n"))
	if err != nil || !slices.Equal(paths, []string{"/v1/a", "/v1/b/{id}", "/other"}) {
		t.Fatal(paths, err)
	}
	if roots := specRoots(paths); !slices.Equal(roots, []string{"/v1/", "/other/"}) {
		t.Error(roots)
	}
	if paths, err := specPaths(api.Document()); err != nil || len(paths) == 0 {
		t.Error(paths, err)
	}
	if _, err := specPaths([]byte("paths: [")); err == nil {
		t.Error("no error for a document that cannot be read")
	}
}

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
		t.Errorf("%d requests are listed, %d are not, %d are checked", len(all.Requests), all.NotListed, all.Checked)
	}
}
