package faults_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
	mix := []struct {
		status         int
		body, encoding string
	}{
		{200, `{"DATA":"x",` + goodAbort[1:], ""}, {200, goodRun + strings.Repeat(" ", 100_000), ""}, {200, `{"DATA":`, ""},
		{200, gzipped(goodRun), "gzip"}, {200, "not gzip", "gzip"}, {204, "", ""}, {302, "<html>", ""},
		{404, strings.Repeat("a", 300_000), ""}, {429, "Too many requests", ""}, {500, "", ""},
	}
	for name, rt := range map[string]http.RoundTripper{"a plain transport": newTransport(t), "the Client's own transport": nil} {
		t.Run(name, func(t *testing.T) {
			// On a busy machine, net/http may close a connection because
			// its goroutine is 50 ms late. The test then tries again.
			var connections, requests atomic.Int32
			for try := 0; try < 5 && connections.Load() != 1; try++ {
				connections.Store(0)
				s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					response := mix[int(requests.Add(1))%len(mix)]
					w.Header().Set("Content-Encoding", response.encoding)
					w.WriteHeader(response.status)
					io.WriteString(w, response.body)
				}))
				s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
					if state == http.StateNew {
						connections.Add(1)
					}
				}
				s.Start()
				defer s.Close()
				c := newClient(t, s.URL, rt)
				for i := range 200 {
					_ = operations[i%len(operations)].call(bounded(t), c) // most calls fail
				}
			}
			if got := connections.Load(); got != 1 {
				t.Errorf("the calls used %d connections, want 1", got)
			}
		})
	}
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

// TestEndlessResponsesStopAtTheLimit checks that the client stops reading a response at the limit, that the error
// contains the status, and that client and server together allocate at most three times the limit plus 1 MiB.
func TestEndlessResponsesStopAtTheLimit(t *testing.T) {
	const limit = 1 << 20
	for name, tt := range map[string]struct {
		status int
		header http.Header
		start  string // of the body
		more   string // repeated without end
	}{
		"spaces":                        {200, nil, "", strings.Repeat(" ", 64<<10)},
		"a string":                      {200, nil, `{"DATA":"`, strings.Repeat("a", 64<<10)},
		"with a Content-Length of 1 TB": {200, http.Header{"Content-Length": {"1000000000000"}}, "", strings.Repeat("a", 64<<10)},
		"a list":                        {401, nil, `{"reply":{"err_code":401,"err_extra":[`, strings.Repeat(`{"field":"f","message":"m"},`, 2000)},
		"a gzip bomb":                   {500, http.Header{"Content-Encoding": {"gzip"}}, "", gzipped(strings.Repeat("{", 1<<20))},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				maps.Copy(w.Header(), tt.header)
				w.WriteHeader(tt.status)
				_, err := io.WriteString(w, tt.start)
				for err == nil {
					_, err = io.WriteString(w, tt.more)
				}
			}))
			defer s.Close()
			c := newClient(t, s.URL, newTransport(t), attempts(1), wrapper.WithMaxResponseBytes(limit))
			var err error
			used := allocated(func() { err = abort.call(bounded(t), c) })
			var e *wrapper.APIError
			if !errors.As(err, &e) || !errors.Is(err, wrapper.ErrResponseTooLarge) || e.StatusCode != tt.status {
				t.Fatalf("got %v, want ErrResponseTooLarge with the status %d", err, tt.status)
			}
			if len(e.Body) > 64<<10 || len(e.Error()) > 4<<10 {
				t.Errorf("the error has %d bytes, and its Body has %d", len(e.Error()), len(e.Body))
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
