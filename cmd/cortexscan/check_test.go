package main

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"example.com/cortexscan/api"
	"example.com/cortexscan/cmd/cortexscan/internal/recording"
)

// Problems and warnings are safe to print, whatever the recording.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		"POST /public_api/v1/endpoints/abort_scan HTTP/1.1\nContent-Type: application/json\n\n{\"request_data\":{\"filters\":[{}]}}",
		"POST /public_api/v1/endpoints/abort_scan HTTP/1.1\nContent-Type: application/json\n\n{\"request_data\":{\"filters\":[{\"field\":\"platforn\",\"operator\":\"in\",\"value\":[\"\u202e\"]}]}}",
		"GET /public_api/netscan/v1/scan/run?id=1&\u202e=2 HTTP/1.1\n\n",
		"GET /x/public_api/netscan/v1/scan/run?id=1 HTTP/1.1\n\n",
		`{"log":{"entries":[{"request":{"method":"POST","url":"https://h/public_api/v1/endpoints/abort_scan","postData":{"text":"[]"}}}]}}`,
	} {
		f.Add(seed)
	}
	paths, err := specPaths(api.Document())
	if err != nil {
		f.Fatal(err)
	}
	validator, err := api.NewValidator()
	if err != nil {
		f.Fatal(err)
	}
	c := &checker{validator: validator, paths: paths, roots: specRoots(paths)}
	f.Fuzz(func(t *testing.T, content string) {
		_, _ = recording.Read(strings.NewReader(content), func(e recording.Entry) {
			v := c.check(e)
			for _, p := range append(v.problems, v.warnings...) {
				text := p.String()
				if strings.ContainsFunc(text, unicode.IsControl) || strings.ContainsFunc(text, isFormat) {
					t.Errorf("not safe to print: %q", text)
				}
			}
			if v.leftOut && e.Number == 0 {
				t.Error("a request that was given by itself is left out")
			}
		})
	})
}

func isFormat(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) }

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
