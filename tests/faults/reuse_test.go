package faults_test

import (
	"net/http"
	"strings"
	"testing"
)

// mix is answers of every sort that leave a connection usable.
var mix = []func(*exchange) bool{
	(*exchange).good,
	status(200, goodRun+strings.Repeat(" ", 100_000)),
	status(200, "<html><title>Sign in</title></html>", "Content-Type: text/html"),
	status(200, ""),
	status(200, `{"reply":{"err_code":500,"err_msg":"x"}}`),
	status(200, `{"DATA":`),
	status(200, string(gzipped(goodRun)), "Content-Encoding: gzip"),
	status(200, "not gzip", "Content-Encoding: gzip"),
	func(x *exchange) bool { return framings[1].send(x, 200, padded(50_000)) },
	func(x *exchange) bool {
		return framings[1].send(x, 500, strings.Repeat("Internal Server Error ", 10_000))
	},
	func(x *exchange) bool { return x.send("HTTP/1.1 204 No Content\r\n\r\n") },
	func(x *exchange) bool { return x.send("HTTP/1.1 304 Not Modified\r\n\r\n") },
	status(302, "<html>", "Location: https://console.example/login"),
	status(400, `{"err_msg":"x","metadata":{"err_extra":[{"field":"a","message":"b"}]}}`),
	status(401, `{"reply":{"err_code":401,"err_msg":"x","err_extra":null}}`),
	status(404, strings.Repeat("a", 300_000)),
	status(429, "Too many requests"),
	status(500, `{"reply":{"err_code":500,"err_msg":"No endpoint was found for creating the requested action"}}`),
	status(503, "", "Retry-After: 1000000"),
}

// TestOneConnection makes calls one after another, which get answers of every sort, some of them after retries: one
// connection carries them all.
func TestOneConnection(t *testing.T) {
	for name, rt := range map[string]http.RoundTripper{"a plain transport": newTransport(t), "the Client's own transport": nil} {
		t.Run(name, func(t *testing.T) {
			// net/http gives a connection up where its own goroutine, on a machine too busy, is 50 ms late to
			// report a request as written. That is no fault of the answers, and another try will not meet it.
			connections := int32(0)
			for try := 0; try < 5 && connections != 1; try++ {
				s := serve(t, func(x *exchange) bool { return mix[x.n%len(mix)](x) })
				c := newClient(t, s.url, rt)
				const calls = 200
				failed := 0
				for i := range calls {
					if doors[i%len(doors)].call(safetyNet(t), c) != nil {
						failed++
					}
				}
				if s.count() <= calls || failed < calls/4 || failed > calls*9/10 {
					t.Errorf("%d requests for %d calls, of which %d failed: the mix is not what it should be", s.count(), calls, failed)
				}
				connections = s.connections.Load()
			}
			if connections != 1 {
				t.Errorf("the calls used %d connections, want 1", connections)
			}
		})
	}
}
