package recording

import (
	"errors"
	"strings"
	"testing"
)

func TestWhatIsNoRecordingGetsAHint(t *testing.T) {
	for text, want := range map[string]string{
		"curl -X POST https://h/a -H 'Authorization: MARKER'": "a curl command, not a recorded request",
		"$ curl https://h/MARKER":                             "a curl command, not a recorded request",
		"curl.exe https://h/MARKER":                           "a curl command, not a recorded request",
		"MARKER":                                              "neither a HAR file nor an HTTP request, whose first line is METHOD TARGET HTTP/1.1",
		"\xff\xfeG\x00E\x00T\x00":                             "the text is encoded in UTF-16",
		`{"info":{"_postman_id":"MARKER"}}`:                   "a Postman export, not a HAR file",
	} {
		_, err := Parse([]byte(text))
		var e *Error
		if !errors.As(err, &e) || e.Reason != want || e.Hint == "" {
			t.Errorf("%q: got %#v", text, err)
		}
	}
	for _, text := range []string{"", " \r\n", "\ufeff", "\ufeff\n"} {
		if _, err := Parse([]byte(text)); err == nil || err.Error() != "empty" {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

// Whatever the content is, it is read or refused, and no error repeats a line of it.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"POST /public_api/v1/endpoints/abort_scan HTTP/1.1\nContent-Type: application/json\n\n{\"request_data\":{\"filters\":[{}]}}",
		"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\n\r\nmore",
		"* x\n> GET / HTTP/1.1\n> A: b\n>\n< HTTP/1.1 200 OK\n",
		`{"log":{"entries":[{"request":{"method":"POST","url":"https://h/a","postData":{"text":"[]"}}}, 7]}}`,
		"\ufeff{}", "\n", "GET", "curl x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		rec, err := Parse([]byte(content))
		errs := []error{err}
		if err == nil {
			for _, e := range rec.Entries {
				errs = append(errs, e.Err)
				if (e.Err == nil) != (e.Request != nil) {
					t.Errorf("entry %+v has both or neither of request and error", e)
				}
			}
		}
		for _, err := range errs {
			for line := range strings.Lines(content) {
				if line = strings.TrimSpace(line); err != nil && len(line) > 12 && strings.Contains(err.Error(), line) {
					t.Errorf("%q repeats %q", err, line)
				}
			}
		}
	})
}
