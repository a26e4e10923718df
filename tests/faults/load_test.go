package faults_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"example.com/cortexscan/wrapper"
)

var number = regexp.MustCompile(`\d{9}`)

// TestConcurrentCallsGetTheirResponses makes 3,000 calls from 100 goroutines through one
// Client. The server refuses the first attempt of one call in ten. Each call must get its
// own response, each request must have a different nonce, and no request must be lost.
func TestConcurrentCallsGetTheirResponses(t *testing.T) {
	const goroutines, each, all = 100, 30, 3000
	var received ledger
	var seen sync.Map // the numbers of the calls that have arrived
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received.add(newEntry(r))
		id := number.FindString(r.URL.RawQuery + string(body))
		if _, again := seen.LoadOrStore(id, nil); strings.HasSuffix(id, "7") && !again {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprintf(w, `{"DATA":"Scan is in %[1]s state","reply":{"action_id":%[1]s}}`, id)
	}))
	defer server.Close()
	c := newClient(t, server.URL, nil, wrapper.WithRateLimit(1e9, 1000)) // with the Client's own transport, as in most programs
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				n := 100_000_000 + g*each + i
				id := strconv.Itoa(n)
				if i%2 == 0 {
					if run, err := c.GetScanRunStatus(t.Context(), int64(n)); run.State() != id {
						t.Errorf("run %s: got %v, %v", id, run, err)
					}
					continue
				}
				reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints(), wrapper.WithIncident(id))
				if err != nil || string(reply.ActionID) != id {
					t.Errorf("abort %s: got %v, %v", id, reply, err)
				}
			}
		})
	}
	wg.Wait()
	if received.count() != all+all/10 {
		t.Errorf("the server received %d requests, want %d", received.count(), all+all/10)
	}
	received.wantSigned(t)
}

// TestOneConnectionCarriesAllCalls makes calls one after another. The server responds in many ways, and the Client must
// reuse the connection after each response.
func TestOneConnectionCarriesAllCalls(t *testing.T) {
	mix := []func(*exchange) bool{
		(*exchange).good,
		withStatus(200, goodRun+strings.Repeat(" ", 100_000)),
		withStatus(200, `{"DATA":`),
		withStatus(200, gzipped(goodRun), "Content-Encoding: gzip"),
		withStatus(200, "not gzip", "Content-Encoding: gzip"),
		func(x *exchange) bool {
			chunks := strings.Repeat(chunk(strings.Repeat("x", 10_000)), 20)
			return x.send("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n")
		},
		func(x *exchange) bool { return x.send("HTTP/1.1 204 No Content\r\n\r\n") },
		withStatus(302, "<html>", "Location: https://console.example/login"),
		withStatus(404, strings.Repeat("a", 300_000)),
		withStatus(429, "Too many requests"),
	}
	for name, rt := range map[string]http.RoundTripper{"a plain transport": newTransport(t), "the Client's own transport": nil} {
		t.Run(name, func(t *testing.T) {
			// On a busy machine, net/http may close a connection because
			// its goroutine is 50 ms late. The test then tries again.
			connections := int32(0)
			for try := 0; try < 5 && connections != 1; try++ {
				s := serve(t, func(x *exchange) bool { return mix[x.n%len(mix)](x) })
				c := newClient(t, s.url, rt)
				for i := range 200 {
					_ = operations[i%len(operations)].call(bounded(t), c) // most calls fail
				}
				connections = s.connections.Load()
			}
			if connections != 1 {
				t.Errorf("the calls used %d connections, want 1", connections)
			}
		})
	}
}

// TestEndlessResponsesStopAtTheLimit checks that the client stops reading a response at the limit, that the error
// contains the status, and that client and server together allocate at most three times the limit plus 1 MiB.
func TestEndlessResponsesStopAtTheLimit(t *testing.T) {
	const limit = 1 << 20
	for _, tt := range []struct {
		name  string
		start string // the status line, the headers and the beginning of the body
		more  string // repeated without end
		kinds string
	}{
		{"200 chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(strings.Repeat(" ", 64<<10)), "TooLarge Unknown"},
		{"200 until the end", "HTTP/1.1 200 OK\r\n\r\n{\"DATA\":\"", strings.Repeat("a", 64<<10), "TooLarge Unknown"},
		{"200 with a Content-Length of 1 TB", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n", strings.Repeat("a", 64<<10), "TooLarge Unknown"},
		{"401 JSON", "HTTP/1.1 401 No\r\n\r\n" + `{"reply":{"err_code":401,"err_extra":[`,
			strings.Repeat(`{"field":"f","message":"m"},`, 2000), "Unauthorized TooLarge"},
		{"500 gzip bomb", "HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
			chunk(gzipped(strings.Repeat("{", 1<<20))), "Server TooLarge Unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			more := []byte(tt.more)
			s := serve(t, func(x *exchange) bool {
				for ok := x.send(tt.start); ok; {
					_, err := x.Write(more)
					ok = err == nil
				}
				return false
			})
			c := newClient(t, s.url, newTransport(t), attempts(1), wrapper.WithMaxResponseBytes(limit))
			var err error
			used := allocated(func() { err = abort.call(bounded(t), c) })
			wantKinds(t, err, tt.kinds)
			var e *wrapper.APIError
			if !errors.As(err, &e) || len(e.Body) > 64<<10 || len(e.Error()) > 4<<10 || fmt.Sprint(e.StatusCode) != tt.name[:3] {
				t.Errorf("got %+v", e)
			}
			if used > 3*limit+1<<20 { // the buffer doubles, and the server allocates, too
				t.Errorf("%d KiB were allocated for a response of at most %d KiB", used>>10, limit>>10)
			}
		})
	}
}

// allocated returns how many bytes the process allocates while f runs, including bytes that it frees again.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
