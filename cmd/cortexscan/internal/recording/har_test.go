package recording

import (
	"io"
	"testing"
)

func TestParseHAR(t *testing.T) {
	rec, err := Parse([]byte(`{"log":{"entries":[
		{"request":{"method":"POST","url":"https://h/a?b=c","headers":[{"name":":path","value":"/x"},{"name":"X-A","value":"1"}],
			"queryString":[{"name":"ignored","value":"1"}],"postData":{"mimeType":"text/plain","text":"e30=","encoding":"base64"}}},
		{"request":{"method":"GET","url":"https://h/a","queryString":[{"name":"a b","value":"&"}]}}]}}`))
	if err != nil || len(rec.Entries) != 2 || !rec.HAR {
		t.Fatal(rec, err)
	}
	r := rec.Entries[0].Request
	body, _ := io.ReadAll(r.Body)
	if r.Method != "POST" || r.URL.String() != "https://h/a?b=c" || string(body) != "{}" || rec.Entries[0].Number != 1 ||
		r.Header.Get("Content-Type") != "text/plain" || len(r.Header) != 2 {
		t.Errorf("got %s %s %s %v", r.Method, r.URL, body, r.Header)
	}
	if got := rec.Entries[1].Request.URL.RawQuery; got != "a+b=%26" {
		t.Errorf("query %q", got)
	}
}

func TestHARThatIsNone(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                "not valid JSON: it ends too early, at byte 1",
		`{"log":"MARKER"}`: "JSON, but not a HAR file: it has no list log.entries",
		`{"log":{}}`:       "JSON, but not a HAR file: it has no list log.entries",
		`["MARKER"]`:       "JSON, but not a HAR file: it has no list log.entries",
		`{"info":{"_postman_id":"MARKER","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"item":[]}`: "a Postman export, not a HAR file",
		`{"info":{"schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"item":[]}`:                        "a Postman export, not a HAR file",
		`{"_postman_variable_scope":"environment","values":[]}`:                                                                       "a Postman export, not a HAR file",
	} {
		if _, err := Parse([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

// An entry that cannot be read leaves the others readable, and tells as much of its URL as there is.
func TestEntriesThatCannotBeRead(t *testing.T) {
	for text, want := range map[string][2]string{ // the error and the URL
		`{}`:                                   {"it has no request", ""},
		`null`:                                 {"it has no request", ""},
		`"MARKER"`:                             {"it has no request", ""},
		`{"request":"MARKER"}`:                 {"a member of its request has the wrong type", ""},
		`{"request":{"url":"/x"}}`:             {"its request has no valid method", "/x"},
		`{"request":{"url":7,"method":"GET"}}`: {"a member of its request has the wrong type", ""},
		`{"request":{"url":"/x","method":"GET","headers":"MARKER"}}`:                                                                      {"a member of its request has the wrong type", "/x"},
		`{"request":{"url":"data:text/plain,MARKER","method":"GET"}}`:                                                                     {"the request target is neither a path nor a URL", "data:text/plain,MARKER"},
		`{"request":{"url":"https://h/%zz?MARKER","method":"GET"}}`:                                                                       {"the request target is neither a path nor a URL", "https://h/%zz?MARKER"},
		`{"request":{"method":"GET","url":"/","postData":{"text":"MARKER!","encoding":"base64"}}}`:                                        {"its postData says that it is base64, and is not", "/"},
		`{"request":{"method":"POST","url":"/","headers":[{"name":"Content-Length","value":"1"},{"name":"content-length","value":"2"}]}}`: {"the request has two different Content-Lengths", "/"},
	} {
		rec, err := Parse([]byte(`{"log":{"entries":[` + text + `,{"request":{"method":"GET","url":"/good"}}]}}`))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		bad, good := rec.Entries[0], rec.Entries[1]
		if bad.Err == nil || bad.Err.Error() != want[0] || bad.URL != want[1] {
			t.Errorf("%s: got %v, URL %q", text, bad.Err, bad.URL)
		}
		if good.Err != nil || good.Number != 2 || good.Request.URL.Path != "/good" {
			t.Errorf("%s: the entry after it: %+v", text, good)
		}
	}
}
