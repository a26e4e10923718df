package faults_test

import (
	"context"
	"crypto/tls"
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

// echo makes one of four calls, and returns the ID in its result or its error.
func echo(ctx context.Context, c *wrapper.Client, method, id int) (string, error) {
	incident := strconv.Itoa(id)
	echoed, err := "", error(nil)
	switch method {
	case 0:
		var run *gen.ScanRunStatus
		run, err = c.GetScanRunStatus(ctx, int64(id))
		echoed = run.State()
	case 1:
		var reply *gen.AbortScanReply
		if reply, err = c.AbortScan(ctx, wrapper.AllEndpoints(), wrapper.WithIncident(incident)); err == nil {
			echoed = string(reply.ActionID)
		}
	case 2:
		var res *gen.GetScanRunStatusResult
		if res, err = c.API().GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: int64(id), Fields: []string{"status"}}); err == nil {
			echoed = res.JSON200.State()
		}
	case 3:
		var res *gen.AbortScanResult
		if res, err = c.API().AbortScanWithResponse(ctx, gen.AbortScanRequest{
			RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints, IncidentID: incident},
		}); err == nil {
			echoed = string(res.JSON200.Reply.ActionID)
		}
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
				echoed, err := echo(t.Context(), c, (g+i)%4, id)
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

// TestReplaysAreSignedUnderLoad closes each connection upon its second request, so that net/http replays GETs. Under the
// race detector it shows that signing again does not disturb what net/http still does with the lost request.
func TestReplaysAreSignedUnderLoad(t *testing.T) {
	for name, end := range map[string]func(*exchange) bool{"closed": func(*exchange) bool { return false }, "reset": (*exchange).reset} {
		var used sync.Map
		s := serve(t, func(x *exchange) bool {
			if _, again := used.LoadOrStore(x.Conn, true); again {
				return end(x)
			}
			return x.good()
		})
		tr := newTransport(t)
		tr.MaxIdleConnsPerHost = 8
		c := newClient(t, s.url, tr, attempts(1))
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 25 {
					if err := getStatus.call(bounded(t), c); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
			})
		}
		wg.Wait()
		if s.count() <= 200 {
			t.Errorf("%s: %d requests for 200 calls: net/http replayed nothing", name, s.count())
		}
		s.wantSigned(t)
	}
}

// TestGracefulShutdown makes net/http's server send GOAWAY again and again, between requests and during them: no call fails
// without a reason, and no abort is executed twice.
func TestGracefulShutdown(t *testing.T) {
	var executed sync.Map // from a body to the number of its executions
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("the request came over %s", r.Proto)
		}
		body, _ := io.ReadAll(r.Body)
		n, _ := executed.LoadOrStore(string(body), new(atomic.Int32))
		if n := n.(*atomic.Int32).Add(1); len(body) > 0 && n > 1 {
			t.Errorf("%s was executed %d times", body, n)
		}
		if len(body)%3 == 1 {
			w.Header().Set("Connection", "close") // makes this server send GOAWAY
		}
		io.WriteString(w, goodFor(r))
	}))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{Certificates: testCertificates()[:1]} // quicker than httptest's RSA key
	server.StartTLS()
	defer server.Close()
	tr := server.Client().Transport.(*http.Transport)
	tr.TLSClientConfig.RootCAs = testAuthority().pool()
	c := newClient(t, server.URL, tr)
	ctx := bounded(t)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 30 {
				if _, err := c.GetScanRunStatus(ctx, int64(i)); err != nil {
					t.Errorf("GET: %v", err)
				}
				incident := strings.Repeat("i", i) + "-" + strconv.Itoa(g)
				// An abort that crosses a GOAWAY has an unknown outcome.
				if _, err := c.AbortScan(ctx, wrapper.AllEndpoints(), wrapper.WithIncident(incident)); err != nil && !errors.Is(err, wrapper.ErrOutcomeUnknown) {
					t.Errorf("POST: %v", err)
				}
			}
		})
	}
	wg.Wait()
}

// mix are responses of every kind that leave a connection usable.
var mix = []func(*exchange) bool{
	(*exchange).good,
	withStatus(200, goodRun+strings.Repeat(" ", 100_000)),
	withStatus(200, "<html><title>Sign in</title></html>", "Content-Type: text/html"),
	withStatus(200, ""),
	withStatus(200, `{"reply":{"err_code":500,"err_msg":"x"}}`),
	withStatus(200, `{"DATA":`),
	withStatus(200, gzipped(goodRun), "Content-Encoding: gzip"),
	withStatus(200, "not gzip", "Content-Encoding: gzip"),
	func(x *exchange) bool { return framings["chunked"](x, 200, padded(50_000)) },
	func(x *exchange) bool {
		return framings["chunked"](x, 500, strings.Repeat("Internal Server Error ", 10_000))
	},
	func(x *exchange) bool { return x.send("HTTP/1.1 204 No Content\r\n\r\n") },
	func(x *exchange) bool { return x.send("HTTP/1.1 304 Not Modified\r\n\r\n") },
	withStatus(302, "<html>", "Location: https://console.example/login"),
	withStatus(401, `{"reply":{"err_code":401,"err_msg":"x","err_extra":null}}`),
	withStatus(404, strings.Repeat("a", 300_000)),
	withStatus(429, "Too many requests"),
	withStatus(503, "", "Retry-After: 1000000"),
}

// TestOneConnectionCarriesAllCalls makes calls one after another, which get responses of every kind.
func TestOneConnectionCarriesAllCalls(t *testing.T) {
	for name, rt := range map[string]http.RoundTripper{"a plain transport": newTransport(t), "the Client's own transport": nil} {
		t.Run(name, func(t *testing.T) {
			// net/http gives a connection up if its own goroutine is 50 ms late, which happens on a busy machine. Another
			// try will not meet it.
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
