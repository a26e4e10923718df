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

// echoServer answers each request with the ID that it asks about. IDs that end in 3 are not found; those that end
// in 7 are refused once.
type echoServer struct {
	ledger
	known   sync.Map // IDs that end in 7, once they were refused
	refused atomic.Int32
}

func (s *echoServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	s.note(r)
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

// echo makes one call, through one of four doors, and returns the ID that came back with its result or its error.
func echo(ctx context.Context, c *wrapper.Client, door, id int) (string, error) {
	incident := strconv.Itoa(id)
	answered, err := "", error(nil)
	switch door {
	case 0:
		var run *gen.ScanRunStatus
		run, err = c.GetScanRunStatus(ctx, int64(id))
		answered = run.State()
	case 1:
		var reply *gen.AbortScanReply
		if reply, err = c.AbortScan(ctx, wrapper.AllEndpoints(), wrapper.WithIncident(incident)); err == nil {
			answered = string(reply.ActionID)
		}
	case 2:
		var res *gen.GetScanRunStatusResult
		if res, err = c.API().GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: int64(id), Fields: []string{"status"}}); err == nil {
			answered = res.JSON200.State()
		}
	case 3:
		var res *gen.AbortScanResult
		if res, err = c.API().AbortScanWithResponse(ctx, gen.AbortScanRequest{
			RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints, IncidentID: incident},
		}); err == nil {
			answered = string(res.JSON200.Reply.ActionID)
		}
	}
	var e *wrapper.APIError
	if errors.As(err, &e) {
		answered = strings.TrimPrefix(e.Message, "no ")
	}
	return answered, err
}

// TestLoad makes three thousand calls from 100 goroutines on one Client: every call gets the answer that was meant
// for it, be it a result or an error, at once or after a retry; every request has a signature of its own; and
// none is lost.
func TestLoad(t *testing.T) {
	const goroutines, each, all = 100, 30, 3000
	s := &echoServer{}
	server := httptest.NewServer(s)
	defer server.Close()
	c := newClient(t, server.URL, nil, wrapper.WithRateLimit(1e9, 1000)) // on the Client's own transport, as most programs use it
	ctx := t.Context()
	var wg sync.WaitGroup
	var good, notFound atomic.Int32
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				id := 100_000_000 + g*each + i // of this call alone
				answered, err := echo(ctx, c, (g+i)%4, id)
				switch {
				case answered != strconv.Itoa(id) || errors.Is(err, wrapper.ErrNotFound) != (id%10 == 3):
					t.Errorf("call %d was answered with %q, %v", id, answered, err)
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

// TestReplaysUnderLoad has many goroutines meet connections that end upon their second request, as a server's do whose
// patience with an idle one ran out just then: net/http sends a GET again. Under the race detector it shows that signing
// anew does not disturb what net/http still does with the lost request.
func TestReplaysUnderLoad(t *testing.T) {
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
		c := newClient(t, s.url, tr, once())
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 25 {
					if err := doors[0].call(safetyNet(t), c); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
			})
		}
		wg.Wait()
		if s.count() <= 200 {
			t.Errorf("%s: %d requests for 200 calls: nothing was repeated", name, s.count())
		}
		s.wantSigned(t)
	}
}
