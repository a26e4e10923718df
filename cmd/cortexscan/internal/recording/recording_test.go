package recording

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func parse(content string) (*Recording, []Entry, error) {
	var entries []Entry
	rec, err := Read(strings.NewReader(content), func(e Entry) { entries = append(entries, e) })
	return rec, entries, err
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "MARKER")
	if err := os.WriteFile(file, []byte("GET / HTTP/1.1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := 0
	if rec, err := ReadFile(file, func(Entry) { n++ }); err != nil || n != 1 || rec.Entries != 1 || rec.HAR {
		t.Errorf("got %+v and %d entries, %v, want one entry", rec, n, err)
	}
	var e *Error
	if _, err := ReadFile(dir, nil); !errors.As(err, &e) || e.Reason != "this is a directory, not a recording" || e.Hint == "" {
		t.Errorf("a directory: got %v", err)
	}
	if _, err := ReadFile(filepath.Join(file, "none"), nil); !errors.As(err, &e) || strings.Contains(err.Error(), "MARKER") {
		t.Errorf("a missing file: got %v", err)
	}
}

func TestInputIsBounded(t *testing.T) {
	for want, in := range map[string]io.Reader{
		"this is neither a HAR file nor an HTTP request that begins with METHOD TARGET HTTP/1.1": strings.NewReader(strings.Repeat("a", 1<<20)),
		"the recording is larger than 1 MiB":                                                     strings.NewReader(strings.Repeat("a", 1<<20+1)),
		"the recording cannot be read: input/output error":                                       io.MultiReader(strings.NewReader("GET / HTTP/1.1\n"), iotest.ErrReader(errors.New("input/output error"))),
	} {
		if _, err := read(in, 1<<20, nil); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestContentThatIsNotARecordingIsIdentified(t *testing.T) {
	const (
		none     = "this is neither a HAR file nor an HTTP request that begins with METHOD TARGET HTTP/1.1"
		noList   = "this is JSON, but not a HAR file: the list log.entries is missing"
		postman  = "this is a Postman export, not a HAR file"
		httpFile = "this is a .http file for an editor's REST client, not a recorded request"
	)
	for text, want := range map[string]string{
		"curl -X POST https://h/a -H 'Authorization: MARKER'":  "this is a curl command, not a recorded request",
		"$ curl https://h/MARKER":                              "this is a curl command, not a recorded request",
		"wget --header=MARKER https://h/":                      "this is a wget command, not a recorded request",
		"Invoke-WebRequest -UseBasicParsing -Uri MARKER":       "this is a PowerShell command, not a recorded request",
		"fetch(\"https://h/MARKER\", {})":                      "this is a JavaScript call, not a recorded request",
		"await fetch(\"https://h/MARKER\", {})":                "this is a JavaScript call, not a recorded request",
		"# @name MARKER\nGET https://h/a HTTP/1.1\n":           httpFile,
		"POST https://h/a\nContent-Type: application/json\n\n": httpFile,
		"GET https://h/a HTTP/1.1\nAuthorization: {{key}}\n\n": httpFile,
		"GET https://h/a HTTP/1.1\n\n### MARKER\nGET /b":       httpFile,
		"MARKER":                       none,
		"G(T /a HTTP/1.1\n\n":          none,
		"HTTP/1.1 200 OK\n\n":          none,
		"\xff\xfeG\x00E\x00T\x00":      "the text is encoded in UTF-16",
		`{"log":"MARKER"}`:             noList,
		`{"log":{"entries":{"a":[]}}}`: noList,
		`{"info":{"_postman_id":"M"}}`: postman,
		`{"info":{"schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"item":[]}`: postman,
		`{"_postman_variable_scope":"environment","values":[]}`:                                                postman,
	} {
		_, _, err := parse(text)
		var e *Error
		if !errors.As(err, &e) || e.Reason != want || e.Hint == "" {
			t.Errorf("%q: got %#v, want the reason %q and a hint", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "the recording is empty", " \r\n": "the recording is empty", "\ufeff": "the recording is empty", "\ufeff\n": "the recording is empty",
		`{`:                             "the JSON is not valid: it ends too early, at byte 1",
		`{"log":{"entries":[{"a` + "\n": "the JSON is not valid: it ends too early, at byte 22",
		` {]}`:                          "the JSON is not valid at byte 3",
		`{"log":{"entries":[]}} x`:      "the JSON is not valid at byte 24",
		`{"log":{"entries":[]}}{}`:      "the JSON is not valid at byte 23",
	} {
		if _, _, err := parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func TestHARIsParsed(t *testing.T) {
	rec, entries, err := parse(`{"log":{"entries":[
		{"request":{"method":"POST","url":"https://h/a?b=c#fragment","headers":[{"name":":path","value":"/x"},{"name":"X-A","value":"1"}],
			"queryString":[{"name":"ignored","value":"1"}],"postData":{"mimeType":"text/plain","text":"e30=","encoding":"base64"}}},
		{"request":{"method":"GET","url":"https://h/a","queryString":[{"name":"a b","value":"&"}]}}]}}`)
	if err != nil || len(entries) != 2 || rec.Entries != 2 || !rec.HAR {
		t.Fatal(rec, err)
	}
	r := entries[0].Request
	body, _ := io.ReadAll(r.Body)
	if r.Method != "POST" || r.URL.String() != "https://h/a?b=c" || string(body) != "{}" || entries[0].Number != 1 ||
		r.Header.Get("Content-Type") != "text/plain" || len(r.Header) != 2 {
		t.Errorf("got %s %s %s %v", r.Method, r.URL, body, r.Header)
	}
	if got := entries[1].Request.URL.RawQuery; got != "a+b=%26" {
		t.Errorf("got query %q, want a+b=%%26", got)
	}
	if rec, _, err := parse(`{"log":{"entries":[]}}`); err != nil || rec.Entries != 0 {
		t.Errorf("no entries: got %+v, %v", rec, err)
	}
}

func TestUnreadableEntryDoesNotAffectTheOthers(t *testing.T) {
	const noBody = "the recording does not contain the body"
	request := func(more string) string { return `{"request":{"method":"POST","url":"/x",` + more + `}}` }
	header := func(name, value string) string {
		return request(fmt.Sprintf(`"headers":[{"name":%q,"value":%q}],"postData":{"text":"{}"}`, name, value))
	}
	for text, want := range map[string][2]string{ // the error and the URL
		`{"request":"MARKER"}`:                                        {"a field of the request has the wrong type", ""},
		`{"request":{"url":"/x"}}`:                                    {"the request has no valid method", "/x"},
		`{"request":{"url":7,"method":"GET"}}`:                        {"a field of the request has the wrong type", ""},
		`{"request":{"url":"data:text/plain,MARKER","method":"GET"}}`: {"the request target is neither a path nor a URL", "data:text/plain,MARKER"},
		request(`"postData":{"text":"MARKER!","encoding":"base64"}`):  {"the postData is marked as base64, but is not valid base64", "/x"},
		request(`"headers":[{"name":"Content-Length","value":"1"},{"name":"content-length","value":"2"}]`): {"the request has two different Content-Length values", "/x"},
		request(`"headers":[{"name":"Host","value":"a"},{"name":"host","value":"b"}]`):                     {"the request has more than one Host header", "/x"},
		header("Host", "a b"):        {"the Host header is not valid", "/x"},
		header("A b", "MARKER"):      {"a header name is not valid", "/x"},
		header("A", "MARKER\r\nB:c"): {"a header value contains a control character", "/x"},

		request(`"bodySize":7`):                                      {noBody, "/x"},
		request(`"bodySize":7,"postData":{"mimeType":"a/b"}`):        {noBody, "/x"},
		request(`"headers":[{"name":"Content-Length","value":"7"}]`): {noBody, "/x"},
		header("Content-Length", "7"):                                {"the recording does not contain the whole body", "/x"},
	} {
		_, entries, err := parse(`{"log":{"entries":[` + text + `,{"request":{"method":"GET","url":"/good","bodySize":-1}}]}}`)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		bad, good := entries[0], entries[1]
		if bad.Err == nil || bad.Err.Error() != want[0] || bad.URL != want[1] {
			t.Errorf("%s: got %v, URL %q, want %q", text, bad.Err, bad.URL, want)
		}
		if good.Err != nil || good.Number != 2 || good.Request.URL.Path != "/good" {
			t.Errorf("%s: the next entry: got %+v", text, good)
		}
	}
}

func TestRawRequestsAreParsed(t *testing.T) {
	const (
		control   = " contains a control character, which no server accepts"
		noVersion = "the first line does not end with an HTTP version, such as HTTP/1.1"
		noBody    = "the recording does not contain the body"
		onlyTE    = "the only supported Transfer-Encoding is chunked"
		noTarget  = "the request target is neither a path nor a URL"
		curl      = "> GET /a?b=c HTTP/1.1\n> User-Agent: curl/8\n> \n< HTTP/1.1 200 OK\n< X: MARKER\n"
		afterward = "there is data after the last chunk of the body: a file must contain only one request"
	)
	for _, c := range []struct {
		name, text string
		want       string // method, URL, body; or the error
	}{
		{"no body", "GET /a?b=c HTTP/1.1\nHost: x\n\n", "GET /a?b=c "},
		{"absolute-form", "GET http://h/a HTTP/1.0\r\n\r\n", "GET http://h/a "},
		{"a fragment", "GET /a?b#c HTTP/2\r\n\r\n", "GET /a?b "},
		{"blank lines before", "\r\n\nGET /a HTTP/1.1\n\n", "GET /a "},
		{"length 0", "POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "POST /a "},
		{"the rest is the body", "POST /a HTTP/1.1\n\n{}\n", "POST /a {}\n"},
		{"length", "POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}\n", "POST /a {}"},
		{"the same length twice on a line", "POST /a HTTP/1.1\nContent-Length: 2, 2\n\n{}", "POST /a {}"},
		{"chunked", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "POST /a {}"},
		{"curl with progress", "  % Total    % Received\n  0     0\r  0     0\n* Connected to 127.0.0.1\n{ [5 bytes data]\n" + curl, "GET /a?b=c "},
		{"curl with a note", "Note: Unnecessary use of -X or --request, GET is already inferred.\n* Trying 127.0.0.1:1...\n" + curl, "GET /a?b=c "},
		{"curl with a prompt", "$ curl -v https://h/a?b=c\n* Trying 127.0.0.1:1...\n" + curl, "GET /a?b=c "},
		{"Latin-1 in a value", "GET /a HTTP/1.1\nX: \xe9\n\n", "GET /a "},

		{"not chunked", "POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n{}", "the Transfer-Encoding is chunked, but the body is not"},
		{"no chunks", "POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n", noBody},
		{"no trailer after the chunks", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n{\"MARKER\": 1}", afterward},
		{"curl with a body", "> POST /a HTTP/1.1\n> Content-Length: 3\n> \n", noBody + ": curl -v does not print it"},
		{"another encoding", "POST /a HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n{}", onlyTE},
		{"length and encoding", "POST /a HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			"the request has both a Content-Length and a Transfer-Encoding"},
		{"an invalid length", "POST /a HTTP/1.1\nContent-Length: MARKER\n\n{}", "the Content-Length is not a number"},
		{"body missing", "POST /a HTTP/1.1\nContent-Length: 3\n\n", noBody},
		{"a short body", "POST /a HTTP/1.1\nContent-Length: 3\n\n{}", "the recording contains only 2 of the 3 bytes of the body (Content-Length)"},
		{"a long body", "POST /a HTTP/1.1\nContent-Length: 2\n\n{}\nGET /MARKER HTTP/1.1\n\n", "there is data after the body (Content-Length 2): a file must contain only one request"},
		{"folded header", "GET /a HTTP/1.1\nX: a\n MARKER: b\n\n", "line 3 is not a header"},
		{"a space before the colon", "GET /a HTTP/1.1\nMARKER : b\n\n", "line 2 is not a header"},
		{"bad target", "GET %zz HTTP/1.1\n\n", noTarget},

		{"bare CR in a value", "GET /a HTTP/1.1\nX: a\rMARKER: b\n\n", "line 2" + control},
		{"an unknown version", "GET /a HTTP/nonsense\n\n", noVersion},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec, entries, err := parse(c.text)
			if err != nil {
				if err.Error() != c.want {
					t.Errorf("got error %q, want %q", err, c.want)
				}
				return
			}
			r := entries[0].Request
			body := ""
			if r.Body != nil {
				b, _ := io.ReadAll(r.Body)
				body = string(b)
			}
			if got := r.Method + " " + r.URL.String() + " " + body; got != c.want || rec.HAR || len(entries) != 1 {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzErrorsDoNotRepeatContent(f *testing.F) {
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
		rec, entries, err := parse(content)
		errs := []error{err}
		if err == nil && rec.Entries != len(entries) {
			t.Errorf("got a count of %d, but read %d entries", rec.Entries, len(entries))
		}
		for _, e := range entries {
			errs = append(errs, e.Err)
			if (e.Err == nil) != (e.Request != nil) {
				t.Errorf("got %+v, want either a request or an error", e)
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

func TestManyEntriesUseLittleMemory(t *testing.T) {
	const entries = 100_000
	content := `{"log":{"entries":[{}` + strings.Repeat(",{}", entries-1) + `]}}`
	heap := func() uint64 {
		var stats runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before, during := heap(), uint64(0)
	_, err := Read(strings.NewReader(content), func(e Entry) {
		if e.Number == entries {
			during = heap()
		}
	})
	if err != nil || during == 0 || during > before+4*uint64(len(content)) {
		t.Errorf("%d bytes of entries use %d bytes of memory, %v", len(content), during-before, err)
	}
}
