package faults_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/cortexscan/wrapper"
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
	status(402, ""),
	status(403, "\x1b[31m"),
	status(404, strings.Repeat("a", 300_000)),
	status(429, "Too many requests", "Retry-After: 1"),
	status(500, `{"reply":{"err_code":500,"err_msg":"No endpoint was found for creating the requested action"}}`),
	status(502, "<html>"),
	status(503, "", "Retry-After: 1000000"),
	status(504, "upstream request timeout"),
}

// TestOneConnection makes a thousand calls one after another, which get answers of every sort: one connection
// carries them all.
func TestOneConnection(t *testing.T) {
	for _, tt := range []struct {
		name string
		rt   func(testing.TB) http.RoundTripper
	}{
		{"a plain transport", func(t testing.TB) http.RoundTripper { return newTransport(t) }},
		{"the Client's own transport", func(testing.TB) http.RoundTripper { return nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// net/http gives a connection up where its own goroutine, on a machine too busy, is 50 ms late to
			// report a request as written. That is no fault of the answers, and another try will not meet it.
			var connections int32
			for try := 0; try < 3 && connections != 1; try++ {
				connections = thousandCalls(t, tt.rt(t))
			}
			if connections != 1 {
				t.Errorf("1000 calls used %d connections, want 1", connections)
			}
		})
	}
}

// thousandCalls returns how many connections they used.
func thousandCalls(t *testing.T, rt http.RoundTripper) int32 {
	s := serve(t, func(x *exchange) bool { return mix[x.n%len(mix)](x) })
	c := newClient(t, s.url, rt, once())
	ctx := safetyNet(t)
	failed := 0
	for i := range 1000 {
		if doors[i%len(doors)].call(ctx, c) != nil {
			failed++
		}
	}
	if s.count() != 1000 || failed < 500 || failed > 950 {
		t.Errorf("%d requests, %d of them failed: the mix is not what it should be", s.count(), failed)
	}
	return s.connections.Load()
}

// TestOneConnectionForRetries is the same for the attempts of a call: the answers in between leave the connection
// as usable as the last one does.
func TestOneConnectionForRetries(t *testing.T) {
	var connections int32
	for try := 0; try < 3 && connections != 1; try++ { // as above
		s := serve(t, func(x *exchange) bool {
			if x.n%4 == 0 {
				return x.good()
			}
			return x.reply(429, strings.Repeat("a", x.n*1000))
		})
		c := newClient(t, s.url, newTransport(t), wrapper.WithRetry(wrapper.Retry{Attempts: 4, BaseDelay: -1}))
		for i := range 40 {
			if err := doors[i%len(doors)].call(safetyNet(t), c); err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		}
		if s.count() != 160 {
			t.Errorf("%d requests, want 160", s.count())
		}
		connections = s.connections.Load()
	}
	if connections != 1 {
		t.Errorf("160 attempts used %d connections, want 1", connections)
	}
}

// TestSurplusDoesNotSpoilTheNextAnswer shows what becomes of a body that is longer than its Content-Length: the
// call that it answers fails, and the next one gets its own answer, if need be after a retry on a new connection.
func TestSurplusDoesNotSpoilTheNextAnswer(t *testing.T) {
	s := serve(t, func(x *exchange) bool {
		if x.request.URL.Query().Get("id") == "1" {
			return x.send(raw(200, 9, goodRun))
		}
		return x.good()
	})
	c := newClient(t, s.url, newTransport(t))
	for range 50 {
		_, err := c.GetScanRunStatus(safetyNet(t), 1)
		wantKinds(t, err, "Unexpected")
		if run, err := c.GetScanRunStatus(safetyNet(t), 2); err != nil || run.State() != "Running" {
			t.Fatalf("%+v, %v", run, err)
		}
	}
}
