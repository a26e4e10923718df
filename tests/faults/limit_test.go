package faults_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// floods are responses without an end.
var floods = []struct {
	name  string
	start string // the headers, and the beginning of the body
	more  string // repeated
}{
	{"200 chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(strings.Repeat(" ", 64<<10))},
	{"200 until the end", "HTTP/1.1 200 OK\r\n\r\n{\"DATA\":\"", strings.Repeat("a", 64<<10)},
	{"200 with a Content-Length of 1 TB", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n{\"DATA\":\"", strings.Repeat("a", 64<<10)},
	{"200 with a Content-Length of 2^63-1", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", strings.Repeat("[", 64<<10)},
	{"200 HTML", "HTTP/1.1 200 OK\r\n\r\n<html><title>", strings.Repeat("<title>", 9000)},
	{"200 gzip bomb", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gzipped(strings.Repeat("\x00", 1<<20))},
	{"500 gzip bomb", "HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(gzipped(strings.Repeat("{", 1<<20)))},
	{"401 JSON", "HTTP/1.1 401 No\r\n\r\n" + `{"reply":{"err_code":401,"err_extra":[`, strings.Repeat(`{"field":"f","message":"m"},`, 2000)},
	{"404 HTML", "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(strings.Repeat("<h1>", 9000))},
	{"429 plain text", "HTTP/1.1 429 No\r\n\r\n", strings.Repeat("Too many requests\n", 3000)},
	{"302", "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", strings.Repeat("a", 64<<10)},
}

// TestFloods checks that an endless response is abandoned at the limit, that its error keeps the status, and that the whole
// call allocates little more than the limit.
func TestFloods(t *testing.T) {
	want := map[string]string{"200": "", "500": "Server Unknown", "401": "Unauthorized", "404": "NotFound", "429": "RateLimited", "302": "Unexpected"}
	for _, limit := range []uint64{8 << 20, 100_000} { // the default, and a small one
		for _, f := range floods {
			t.Run(fmt.Sprintf("%d/%s", limit, f.name), func(t *testing.T) {
				more := []byte(f.more)
				s := serve(t, func(x *exchange) bool {
					for ok := x.send(f.start); ok; {
						_, err := x.Write(more)
						ok = err == nil
					}
					return false
				})
				c := newClient(t, s.url, newTransport(t), attempts(1), wrapper.WithMaxResponseBytes(int64(limit)))
				var err error
				used := allocated(func() { err = abort.call(bounded(t), c) })
				kinds := want[f.name[:3]] + " TooLarge"
				if f.name[:3] == "200" {
					kinds += " Unknown"
				}
				wantKinds(t, err, kinds)
				if e := apiError(t, err); len(e.Body) > 64<<10 || len(e.Error()) > 4<<10 || fmt.Sprint(e.StatusCode) != f.name[:3] {
					t.Errorf("HTTP %d, %d bytes of body, %d of message", e.StatusCode, len(e.Body), len(e.Error()))
				}
				if used > limit+limit/4+1<<20 { // the rest is mostly the last piece read
					t.Errorf("%d KiB were allocated for a response refused at %d KiB", used>>10, limit>>10)
				}
			})
		}
	}
}

// allocated returns the memory that was allocated while f ran, freed or not, by the test's server too.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
