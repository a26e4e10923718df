package recording

import (
	"io"
	"strings"
	"testing"
)

func TestParseRaw(t *testing.T) {
	const notHTTP = "neither a HAR file nor an HTTP request, whose first line is METHOD TARGET HTTP/1.1"
	for _, c := range []struct {
		name, text string
		want       string // method, URL, body; or the error
	}{
		{"no body", "GET /a?b=c HTTP/1.1\nHost: x\n\n", "GET /a?b=c "},
		{"no empty line", "GET /a HTTP/1.1\nHost: x", "GET /a "},
		{"absolute-form", "GET http://h/a HTTP/1.0\r\n\r\n", "GET http://h/a "},
		{"blank lines before", "\r\n\nGET /a HTTP/1.1\n\n", "GET /a "},
		{"byte order mark", "\ufeffGET /a HTTP/1.1\n\n", "GET /a "},
		{"rest is the body", "POST /a HTTP/1.1\n\n{}\n", "POST /a {}\n"},
		{"length", "POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}\n", "POST /a {}"},
		{"length 0", "POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "POST /a "},
		{"the same length twice", "POST /a HTTP/1.1\nContent-Length: 2\nContent-Length: 2\n\n{}", "POST /a {}"},
		{"the same length twice on a line", "POST /a HTTP/1.1\nContent-Length: 2, 2\n\n{}", "POST /a {}"},
		{"chunked", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "POST /a {}"},
		{"chunked, cut after the last chunk", "POST /a HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\n{}\r\n0\r\n", "POST /a {}"},
		{"trailers", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-A: 1\r\nX-B: 2\r\n\r\n", "POST /a {}"},
		{"empty value", "GET /a HTTP/1.1\nX-Empty:\n\n", "GET /a "},

		{"not chunked", "POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n{}", "the body is not chunked, as its Transfer-Encoding says"},
		{"a request after the chunks", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nPOST /MARKER HTTP/1.1\r\n\r\n",
			"something follows the last chunk of the body: a file holds one request"},
		{"no trailer after the chunks", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n{\"MARKER\": 1}",
			"something follows the last chunk of the body: a file holds one request"},
		{"another encoding", "POST /a HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n{}", "the only supported Transfer-Encoding is chunked"},
		{"two encodings", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "the only supported Transfer-Encoding is chunked"},
		{"length and encoding", "POST /a HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
			"the request has both a Content-Length and a Transfer-Encoding"},
		{"two lengths", "POST /a HTTP/1.1\nContent-Length: 2\nContent-Length: 3\n\n{}\n", "the request has two different Content-Lengths"},
		{"two lengths on a line", "POST /a HTTP/1.1\nContent-Length: 2, 3\n\n{}\n", "the request has two different Content-Lengths"},
		{"no length", "POST /a HTTP/1.1\nContent-Length: MARKER\n\n{}", "the Content-Length is not a number"},
		{"negative length", "POST /a HTTP/1.1\nContent-Length: -1\n\n{}", "the Content-Length is not a number"},
		{"short", "POST /a HTTP/1.1\nContent-Length: 3\n\n{}", "the body ends after 2 of the 3 bytes of its Content-Length"},
		{"long", "POST /a HTTP/1.1\nContent-Length: 2\n\n{}\nGET /MARKER HTTP/1.1\n\n", "something follows the body, whose Content-Length is 2: a file holds one request"},
		{"folded header", "GET /a HTTP/1.1\nX: a\n MARKER: b\n\n", "line 3 is not a header"},
		{"bad method", "G(T /a HTTP/1.1\n\n", notHTTP},
		{"an answer", "HTTP/1.1 200 OK\n\n", notHTTP},
		{"bad target", "GET %zz HTTP/1.1\n\n", "the request target is neither a path nor a URL"},
		{"bad escape", "GET /%zz?MARKER HTTP/1.1\n\n", "the request target is neither a path nor a URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec, err := Parse([]byte(c.text))
			if err != nil {
				if err.Error() != c.want {
					t.Errorf("got %q", err)
				}
				return
			}
			r := rec.Entries[0].Request
			body := ""
			if r.Body != nil {
				b, _ := io.ReadAll(r.Body)
				body = string(b)
			}
			if got := r.Method + " " + r.URL.String() + " " + body; got != c.want || rec.HAR {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestParseCurlOutput(t *testing.T) {
	const head = "  % Total\n* Connected to 127.0.0.1\n{ [5 bytes data]\n> GET /a?b=c HTTP/1.1\n> User-Agent: curl/8\n"
	rec, err := Parse([]byte(head + "> \n< HTTP/1.1 200 OK\n< X: MARKER\n"))
	if err != nil {
		t.Fatal(err)
	}
	r := rec.Entries[0].Request
	if r.Method != "GET" || r.URL.String() != "/a?b=c" || len(r.Header) != 1 || r.Body != nil {
		t.Errorf("got %s %s %v", r.Method, r.URL, r.Header)
	}
	_, err = Parse([]byte(strings.Replace(head, "GET", "POST", 1) + "> Content-Length: 3\n> \n"))
	if err == nil || err.Error() != "curl -v does not print the body" {
		t.Errorf("got %v", err)
	}
}
