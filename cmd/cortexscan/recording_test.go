package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"example.com/cortexscan/api"
)

func mustRequest(t testing.TB, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestParseRawRequest(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string // method, URL, body; or the error
	}{
		{"no body", "GET /a?b=c HTTP/1.1\nHost: x\n\n", "GET /a?b=c "},
		{"no empty line", "GET /a HTTP/1.1\nHost: x", "GET /a "},
		{"absolute-form", "GET http://h/a HTTP/1.0\r\n\r\n", "GET http://h/a "},
		{"blank lines before", "\r\n\nGET /a HTTP/1.1\n\n", "GET /a "},
		{"rest is the body", "POST /a HTTP/1.1\n\n{}\n", "POST /a {}\n"},
		{"length", "POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}\n", "POST /a {}"},
		{"length 0", "POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "POST /a "},
		{"chunked", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "POST /a {}"},
		{"empty value", "GET /a HTTP/1.1\nX-Empty:\n\n", "GET /a "},

		{"not chunked", "POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n{}", "the body is not chunked as its header says"},
		{"no length", "POST /a HTTP/1.1\nContent-Length: MARKER\n\n{}", "the Content-Length is not a number"},
		{"negative length", "POST /a HTTP/1.1\nContent-Length: -1\n\n{}", "the Content-Length is not a number"},
		{"short", "POST /a HTTP/1.1\nContent-Length: 3\n\n{}", "the body ends after 2 of the 3 bytes of its Content-Length"},
		{"folded header", "GET /a HTTP/1.1\nX: a\n MARKER: b\n\n", "line 3 is not a header"},
		{"bad method", "G(T /a HTTP/1.1\n\n", "neither a HAR file nor an HTTP request: the first line is to be METHOD TARGET HTTP/1.1"},
		{"an answer", "HTTP/1.1 200 OK\n\n", "neither a HAR file nor an HTTP request: the first line is to be METHOD TARGET HTTP/1.1"},
		{"bad target", "GET %zz HTTP/1.1\n\n", "the request's target is not a path or a URL"},
		{"bad escape", "GET /%zz?MARKER HTTP/1.1\n\n", "the request's target is not a path or a URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, err := parseRawRequest([]byte(c.text))
			if err != nil {
				if err.Error() != c.want {
					t.Errorf("got %q", err)
				}
				return
			}
			r := list[0].request
			body := ""
			if r.Body != nil {
				b, _ := io.ReadAll(r.Body)
				body = string(b)
			}
			if got := r.Method + " " + r.URL.String() + " " + body; got != c.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestParseHAR(t *testing.T) {
	list, err := parseHAR([]byte(`{"log":{"entries":[
		{"request":{"method":"POST","url":"https://h/a?b=c","headers":[{"name":":path","value":"/x"},{"name":"X-A","value":"1"}],
			"queryString":[{"name":"ignored","value":"1"}],"postData":{"mimeType":"text/plain","text":"e30=","encoding":"base64"}}},
		{"request":{"method":"GET","url":"https://h/a","queryString":[{"name":"a b","value":"&"}]}}]}}`))
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	r := list[0].request
	body, _ := io.ReadAll(r.Body)
	if r.Method != "POST" || r.URL.String() != "https://h/a?b=c" || string(body) != "{}" || list[0].entry != 1 ||
		r.Header.Get("Content-Type") != "text/plain" || len(r.Header) != 2 {
		t.Errorf("got %s %s %s %v", r.Method, r.URL, body, r.Header)
	}
	if got := list[1].request.URL.RawQuery; got != "a+b=%26" {
		t.Errorf("query %q", got)
	}

	for text, want := range map[string]string{
		`{`:                          "not valid JSON after 1 bytes",
		`{"log":"MARKER"}`:           "JSON, but not a HAR file: something in it is of the wrong type",
		`{"log":{}}`:                 "JSON, but not a HAR file: it has no log.entries",
		`{"log":{"entries":[{}]}}`:   "entry 1 has no request",
		`{"log":{"entries":[null]}}`: "entry 1 has no request",
		`{"log":{"entries":[{"request":{"url":"/MARKER"}}]}}`:                                                            "entry 1: it has no method",
		`{"log":{"entries":[{"request":{"method":"GET","url":"/","postData":{"text":"MARKER!","encoding":"base64"}}}]}}`: "entry 1: its postData is not base64 as it says",
	} {
		if _, err := parseHAR([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

// Whatever a file holds, it is read or refused, and what is printed repeats no line of it and is safe to print.
func FuzzRecording(f *testing.F) {
	for _, seed := range []string{
		"POST /public_api/v1/endpoints/abort_scan HTTP/1.1\nContent-Type: application/json\n\n{\"request_data\":{\"filters\":[{}]}}",
		"GET /public_api/netscan/v1/scan/run?id=1 HTTP/1.1\n\n",
		"* x\n> GET / HTTP/1.1\n> A: b\n>\n< HTTP/1.1 200 OK\n",
		`{"log":{"entries":[{"request":{"method":"POST","url":"https://h/public_api/v1/endpoints/abort_scan","postData":{"text":"[]"}}}]}}`,
		"\ufeff{}", "\n", "GET",
	} {
		f.Add(seed)
	}
	validator, err := api.NewValidator()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content string) {
		for _, parse := range []func([]byte) ([]recorded, error){parseRawRequest, parseHAR} {
			requests, err := parse([]byte(content))
			if err != nil {
				for line := range strings.Lines(content) {
					if line = strings.TrimSpace(line); len(line) > 12 && strings.Contains(err.Error(), line) {
						t.Errorf("%q repeats %q", err, line)
					}
				}
			}
			for _, r := range requests {
				_, problems, _ := check(validator, r.request)
				for _, p := range problems {
					if text := p.String(); strings.ContainsFunc(text, unicode.IsControl) || strings.ContainsFunc(text, isFormat) {
						t.Errorf("not safe to print: %q", text)
					}
				}
			}
		}
	})
}

func isFormat(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) }
