package faults_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
)

// framings are the ways in which a body can be put on the wire.
var framings = []struct {
	name string
	send func(x *exchange, status int, body string) bool
}{
	{"Content-Length", func(x *exchange, status int, body string) bool { return x.reply(status, body) }},
	{"chunked", func(x *exchange, status int, body string) bool {
		x.send(fmt.Sprintf("HTTP/1.1 %d X\r\nTransfer-Encoding: chunked\r\n\r\n", status))
		for len(body) > 0 {
			n := min(len(body), 20_000)
			x.send(fmt.Sprintf("%x\r\n%s\r\n", n, body[:n]))
			body = body[n:]
		}
		return x.send("0\r\n\r\n")
	}},
	{"until the connection ends", func(x *exchange, status int, body string) bool {
		x.send(fmt.Sprintf("HTTP/1.1 %d X\r\nConnection: close\r\n\r\n%s", status, body))
		return false
	}},
	{"gzip", func(x *exchange, status int, body string) bool {
		return x.reply(status, string(gzipped(body)), "Content-Encoding: gzip")
	}},
}

func gzipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.Bytes()
}

// padded is the documented success of either operation, n bytes long.
func padded(n int) string {
	const start, end = `{"DATA":"Scan is in Running state","reply":{"action_id":"7"},"padding":"`, `"}`
	return start + strings.Repeat("p", n-len(start)-len(end)) + end
}

// TestLimit holds the limit to the byte, however the body comes, and shows that the status counts for more: an
// error over the limit stays the error that it is. TestBodiesAreReadWhole of exchange has more lengths.
func TestLimit(t *testing.T) {
	for _, limit := range []int{100, 4096, 64<<10 + 1} {
		for _, f := range framings {
			for _, over := range []int{0, 1, 70_000} {
				t.Run(fmt.Sprintf("%d/%s/%+d", limit, f.name, over), func(t *testing.T) {
					body := padded(limit + over)
					for _, code := range []int{200, 401} {
						s := serve(t, func(x *exchange) bool { return f.send(x, code, body) })
						c := newClient(t, s.url, newTransport(t), wrapper.WithMaxResponseBytes(int64(limit)))
						for _, d := range methodDoors {
							err := d.call(safetyNet(t), c)
							if code == 200 && over <= 0 {
								if err != nil {
									t.Errorf("%s: %d bytes with a limit of %d: %v", d.name, len(body), limit, err)
								}
								continue
							}
							want := map[int]string{200: "", 401: "Unauthorized"}[code]
							if over > 0 {
								want += " TooLarge"
							}
							if code == 200 && !d.get {
								want += " Unknown"
							}
							wantKinds(t, err, want)
							e := apiError(t, err)
							if kept := body[:min(len(body), limit, 64<<10)]; string(e.Body) != kept || e.StatusCode != code {
								t.Errorf("%s: HTTP %d with %d bytes of body, want %d and the first %d", d.name, e.StatusCode, len(e.Body), code, len(kept))
							}
						}
					}
				})
			}
		}
	}
}

// floods are answers without an end, or as good as.
var floods = []struct {
	name  string
	start string // the answer's head, and the beginning of its body
	more  string // what follows, over and over
}{
	{"chunked 200", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(strings.Repeat(" ", 64<<10))},
	{"200 until the end", "HTTP/1.1 200 OK\r\n\r\n{\"DATA\":\"", strings.Repeat("a", 64<<10)},
	{"Content-Length of a TB", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n{\"DATA\":\"", strings.Repeat("a", 64<<10)},
	{"Content-Length of 2^63-1", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n", strings.Repeat("[", 64<<10)},
	{"HTML 200", "HTTP/1.1 200 OK\r\n\r\n<html><title>", strings.Repeat("<title>", 9000)},
	{"gzip bomb 200", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", string(gzipped(strings.Repeat("\x00", 1<<20)))},
	{"gzip bomb 500", "HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(string(gzipped(strings.Repeat("{", 1<<20))))},
	{"text 500", "HTTP/1.1 500 Oops\r\n\r\n", strings.Repeat("Internal Server Error ", 3000)},
	{"JSON 401", "HTTP/1.1 401 No\r\n\r\n" + `{"reply":{"err_code":401,"err_extra":[`, strings.Repeat(`{"field":"f","message":"m"},`, 2000)},
	{"HTML 404", "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(strings.Repeat("<h1>", 9000))},
	{"text 429", "HTTP/1.1 429 No\r\n\r\n", strings.Repeat("Too many requests\n", 3000)},
	{"redirect", "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", strings.Repeat("a", 64<<10)},
}

func chunk(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }

func flood(x *exchange, start, more string) bool {
	again := []byte(more)
	for ok := x.send(start); ok; {
		_, err := x.Write(again)
		ok = err == nil
	}
	return false
}

// TestFloods shows that an answer without an end is given up at the limit, that it does not cost the error its
// status, and that all memory allocated over the whole call stays within the limit and a constant.
func TestFloods(t *testing.T) {
	want := map[string]string{"200": "", "500": "Server", "401": "Unauthorized", "404": "NotFound", "429": "RateLimited", "302": "Unexpected"}
	for _, limit := range []uint64{8 << 20, 100_000} { // the default, and a small one
		for _, f := range floods {
			for _, d := range methodDoors {
				t.Run(fmt.Sprintf("%d/%s/%s", limit, f.name, d.name), func(t *testing.T) {
					s := serve(t, func(x *exchange) bool { return flood(x, f.start, f.more) })
					c := newClient(t, s.url, newTransport(t), once(), wrapper.WithMaxResponseBytes(int64(limit)))
					var err error
					used := allocated(func() { err = d.call(safetyNet(t), c) })
					code := f.start[len("HTTP/1.1 "):][:3]
					kinds := want[code] + " TooLarge"
					if code == "200" && !d.get {
						kinds += " Unknown"
					}
					wantKinds(t, err, kinds)
					if e := apiError(t, err); len(e.Body) > 64<<10 || len(e.Error()) > 4<<10 || fmt.Sprint(e.StatusCode) != code {
						t.Errorf("HTTP %d, %d bytes of body, %d of text", e.StatusCode, len(e.Body), len(e.Error()))
					}
					if used > limit+limit/4+1<<20 { // what comes on top is mostly the last piece read
						t.Errorf("%d KiB were allocated for an answer refused at %d KiB", used>>10, limit>>10)
					}
				})
			}
		}
	}
}

// allocated is all memory that was allocated while f ran, freed or not, by the server of the test too.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
