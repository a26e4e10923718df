package main

import (
	"strings"
	"testing"
	"unicode"

	"example.com/cortexscan/api"
	"example.com/cortexscan/cmd/cortexscan/internal/recording"
)

// What is found in any recording is safe to print.
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
