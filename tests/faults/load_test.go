package faults_test

import (
	"context"
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

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

var incidentID = regexp.MustCompile(`"incident_id":"(\d+)"`)

// echoServer responds to each request with the ID in it. IDs that end in 3 are not found; those that end in 7 are
// refused once.
type echoServer struct {
	ledger
	seen sync.Map // the IDs
}

func (s *echoServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.add(newEntry(r))
	id := r.URL.Query().Get("id")
	if match := incidentID.FindSubmatch(body); match != nil {
		id = string(match[1])
	}
	_, seen := s.seen.LoadOrStore(id, nil)
	switch {
	case strings.HasSuffix(id, "3"):
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, `{"err_msg":"no %s"}`, id)
	case strings.HasSuffix(id, "7") && !seen:
		w.WriteHeader(http.StatusTooManyRequests)
	default:
		fmt.Fprintf(w, `{"DATA":"Scan is in %[1]s state","reply":{"action_id":%[1]s}}`, id)
	}
}

// echo makes a call, and returns the ID in its result or its error.
func echo(ctx context.Context, c *wrapper.Client, abort bool, id int) (echoed string, err error) {
	if abort {
		var reply *gen.AbortScanReply
		if reply, err = c.AbortScan(ctx, wrapper.AllEndpoints(), wrapper.WithIncident(strconv.Itoa(id))); err == nil {
			echoed = string(reply.ActionID)
		}
	} else {
		var run *gen.ScanRunStatus
		run, err = c.GetScanRunStatus(ctx, int64(id))
		echoed = run.State()
	}
	var e *wrapper.APIError
	if errors.As(err, &e) {
		echoed = strings.TrimPrefix(e.Message, "no ")
	}
	return echoed, err
}

// TestLoad makes 3,000 calls from 100 goroutines on one Client: each call gets the response to it, whether that is a result
// or an error, at once or after a retry; each request has a different signature; no request is lost.
func TestLoad(t *testing.T) {
	const goroutines, each, all = 100, 30, 3000
	s := &echoServer{}
	server := httptest.NewServer(s)
	defer server.Close()
	c := newClient(t, server.URL, nil, wrapper.WithRateLimit(1e9, 1000)) // on the Client's own transport, as in most programs
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				id := 100_000_000 + g*each + i
				echoed, err := echo(t.Context(), c, (g+i)%2 == 0, id)
				if notFound := errors.Is(err, wrapper.ErrNotFound); echoed != strconv.Itoa(id) || notFound != (id%10 == 3) || notFound != (err != nil) {
					t.Errorf("call %d got %q, %v", id, echoed, err)
				}
			}
		})
	}
	wg.Wait()
	if s.count() != all+all/10 {
		t.Errorf("%d requests, want %d and a tenth that were refused once", s.count(), all)
	}
	s.wantSigned(t)
}

// TestOneConnectionCarriesAllCalls makes calls one after another, which get responses of every kind that leaves a connection
// usable.
func TestOneConnectionCarriesAllCalls(t *testing.T) {
	mix := []func(*exchange) bool{
		(*exchange).good,
		withStatus(200, goodRun+strings.Repeat(" ", 100_000)),
		withStatus(200, `{"DATA":`),
		withStatus(200, gzipped(goodRun), "Content-Encoding: gzip"),
		withStatus(200, "not gzip", "Content-Encoding: gzip"),
		func(x *exchange) bool {
			return x.send("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat(chunk(strings.Repeat("x", 10_000)), 20) + "0\r\n\r\n")
		},
		func(x *exchange) bool { return x.send("HTTP/1.1 204 No Content\r\n\r\n") },
		withStatus(302, "<html>", "Location: https://console.example/login"),
		withStatus(404, strings.Repeat("a", 300_000)),
		withStatus(429, "Too many requests"),
	}
	for name, rt := range map[string]http.RoundTripper{"a plain transport": newTransport(t), "the Client's own transport": nil} {
		t.Run(name, func(t *testing.T) {
			// net/http gives up a connection if its own goroutine is 50 ms late, which happens on a busy machine: try again.
			connections := int32(0)
			for try := 0; try < 5 && connections != 1; try++ {
				s := serve(t, nil, func(x *exchange) bool { return mix[x.n%len(mix)](x) })
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

// TestFloods checks that an endless response is abandoned at the limit, that its error keeps the status, and that the whole
// call allocates little more than the limit.
func TestFloods(t *testing.T) {
	const limit = 1 << 20
	for _, tt := range []struct {
		name  string
		start string // the headers, and the beginning of the body
		more  string // repeated
		kinds string
	}{
		{"200 chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(strings.Repeat(" ", 64<<10)), "TooLarge Unknown"},
		{"200 until the end", "HTTP/1.1 200 OK\r\n\r\n{\"DATA\":\"", strings.Repeat("a", 64<<10), "TooLarge Unknown"},
		{"200 with a Content-Length of 1 TB", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n", strings.Repeat("a", 64<<10), "TooLarge Unknown"},
		{"401 JSON", "HTTP/1.1 401 No\r\n\r\n" + `{"reply":{"err_code":401,"err_extra":[`, strings.Repeat(`{"field":"f","message":"m"},`, 2000), "Unauthorized TooLarge"},
		{"500 gzip bomb", "HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(gzipped(strings.Repeat("{", 1<<20))), "Server TooLarge Unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			more := []byte(tt.more)
			s := serve(t, nil, func(x *exchange) bool {
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
			if used > limit+limit/4+1<<20 { // the rest is mostly the last piece read
				t.Errorf("%d KiB were allocated for a response refused at %d KiB", used>>10, limit>>10)
			}
		})
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
