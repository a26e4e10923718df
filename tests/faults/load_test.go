package faults_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

var incidentID = regexp.MustCompile(`"incident_id":"(\d+)"`)

// echoServer responds to each request with the ID in it. IDs that end in 3 are not found; those that end in 7 are
// refused once.
type echoServer struct {
	ledger
	known   sync.Map // the IDs that were refused once
	refused atomic.Int32
}

func (s *echoServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = reader(string(body))
	s.add(r)
	id := r.URL.Query().Get("id")
	if match := incidentID.FindSubmatch(body); match != nil {
		id = string(match[1])
	}
	_, known := s.known.LoadOrStore(id, nil)
	switch {
	case strings.HasSuffix(id, "3"):
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprintf(w, `{"err_msg":"no %s"}`, id)
	case strings.HasSuffix(id, "7") && !known:
		s.refused.Add(1)
		w.WriteHeader(http.StatusTooManyRequests)
	case r.Method == http.MethodGet:
		fmt.Fprintf(w, `{"DATA":"Scan is in %s state"}`, id)
	default:
		fmt.Fprintf(w, `{"reply":{"action_id":%s}}`, id)
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

// TestLoad makes 3,000 calls from 100 goroutines on one Client: each call gets its own response, whether it is a result or
// an error, at once or after a retry; each request has its own signature; no request is lost.
func TestLoad(t *testing.T) {
	const goroutines, each, all = 100, 30, 3000
	s := &echoServer{}
	server := httptest.NewServer(s)
	defer server.Close()
	c := newClient(t, server.URL, nil, wrapper.WithRateLimit(1e9, 1000)) // on the Client's own transport, as most programs use it
	var wg sync.WaitGroup
	var good, notFound atomic.Int32
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				id := 100_000_000 + g*each + i
				echoed, err := echo(t.Context(), c, (g+i)%2 == 0, id)
				switch {
				case echoed != strconv.Itoa(id) || errors.Is(err, wrapper.ErrNotFound) != (id%10 == 3):
					t.Errorf("call %d got %q, %v", id, echoed, err)
				case err != nil:
					notFound.Add(1)
				default:
					good.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if good.Load() != all*9/10 || notFound.Load() != all/10 {
		t.Errorf("%d results and %d errors, want %d and %d", good.Load(), notFound.Load(), all*9/10, all/10)
	}
	if s.refused.Load() != all/10 || s.count() != all+all/10 {
		t.Errorf("%d requests, %d of them refused; want %d and %d", s.count(), s.refused.Load(), all+all/10, all/10)
	}
	s.wantSigned(t)
}

// mix are responses of every kind that leave a connection usable.
var mix = []func(*exchange) bool{
	(*exchange).good,
	withStatus(200, goodRun+strings.Repeat(" ", 100_000)),
	withStatus(200, ""),
	withStatus(200, `{"DATA":`),
	withStatus(200, gzipped(goodRun), "Content-Encoding: gzip"),
	withStatus(200, "not gzip", "Content-Encoding: gzip"),
	func(x *exchange) bool {
		return x.send("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat(chunk(strings.Repeat("x", 10_000)), 20) + "0\r\n\r\n")
	},
	func(x *exchange) bool { return x.send("HTTP/1.1 204 No Content\r\n\r\n") },
	func(x *exchange) bool { return x.send("HTTP/1.1 304 Not Modified\r\n\r\n") },
	withStatus(302, "<html>", "Location: https://console.example/login"),
	withStatus(404, strings.Repeat("a", 300_000)),
	withStatus(429, "Too many requests"),
}

// TestOneConnectionCarriesAllCalls makes calls one after another, which get responses of every kind.
func TestOneConnectionCarriesAllCalls(t *testing.T) {
	for name, rt := range map[string]http.RoundTripper{"a plain transport": newTransport(t), "the Client's own transport": nil} {
		t.Run(name, func(t *testing.T) {
			// net/http gives up a connection if its own goroutine is 50 ms late, which happens on a busy machine: try again.
			connections := int32(0)
			for try := 0; try < 5 && connections != 1; try++ {
				s := serve(t, func(x *exchange) bool { return mix[x.n%len(mix)](x) })
				c := newClient(t, s.url, rt)
				const calls = 200
				failed := 0
				for i := range calls {
					if operations[i%len(operations)].call(bounded(t), c) != nil {
						failed++
					}
				}
				if s.count() <= calls || failed < calls/4 || failed > calls*9/10 {
					t.Errorf("%d requests for %d calls, of which %d failed: not the intended mix", s.count(), calls, failed)
				}
				connections = s.connections.Load()
			}
			if connections != 1 {
				t.Errorf("the calls used %d connections, want 1", connections)
			}
		})
	}
}
