package main

import (
	"slices"
	"testing"

	"example.com/cortexscan/api"
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
