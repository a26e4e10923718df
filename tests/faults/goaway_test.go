package faults_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/cortexscan/wrapper"
)

// again says which requests are sent a second time.
type again string

const (
	never again = ""
	gets  again = "GET alone"
	// racy is gets where the connection goes at the same moment: net/http may repeat the request on a connection
	// that is about to be lost, where the server may see it or not, and then it takes a retry of this package's to get
	// through.
	racy again = "GET alone, with retries"
)

// TestHTTP2Breaks goes through the ways in which a server ends a request over HTTP/2 without an answer, mostly with
// retries off: what is sent a second time then is net/http's doing. A request that may have been executed is never
// among it, and what is has a signature of its own.
func TestHTTP2Breaks(t *testing.T) {
	for _, tt := range []struct {
		name  string
		plan  requestPlan
		again again
	}{
		{"closed", requestPlan{end: "closed"}, never},
		{"reset: internal error", requestPlan{reset: true, code: codeInternal}, never},
		{"reset: canceled", requestPlan{reset: true, code: codeCancel}, never},
		{"reset: refused", requestPlan{reset: true, code: codeRefused}, gets},
		{"reset: refused, and closed", requestPlan{reset: true, code: codeRefused, end: "closed"}, racy},
		{"reset: protocol error", requestPlan{reset: true, code: codeProtocol}, gets},
		{"reset: protocol error, and closed", requestPlan{reset: true, code: codeProtocol, end: "closed"}, racy},
		{"reset: protocol error, and GOAWAY", requestPlan{reset: true, code: codeProtocol, goAway: "this"}, gets},
		{"GOAWAY, not processed", requestPlan{goAway: "the one before"}, gets},
		{"GOAWAY, not processed, and closed", requestPlan{goAway: "the one before", end: "closed"}, racy},
		{"GOAWAY, processed, and closed", requestPlan{goAway: "this", end: "closed"}, never},
		{"GOAWAY, an error, and closed", requestPlan{goAway: "this", code: codeInternal, end: "closed"}, never},
		{"headers, and then reset", requestPlan{say: "the headers", reset: true, code: codeInternal}, never},
		{"half a body, and then closed", requestPlan{say: "half", end: "closed"}, never},
	} {
		for _, scheme := range []string{"https", "http"} {
			for _, d := range doors {
				t.Run(tt.name+"/"+scheme+"/"+d.name, func(t *testing.T) {
					s := script{scheme: scheme, protocols: []string{"HTTP/2"}, answer: func(n int) requestPlan {
						if n == 2 { // the first shows that all is well
							return then(tt.plan)
						}
						return good
					}}
					attempts := 1
					if tt.again == racy {
						attempts = 3
					}
					retry := wrapper.WithRetry(wrapper.Retry{Attempts: attempts, BaseDelay: -1})
					playScript(t, s, func(t *testing.T, w *world, c *wrapper.Client) {
						if err := d.call(t.Context(), c); err != nil {
							t.Fatal(err)
						}
						err := d.call(t.Context(), c)
						repeated, sent := tt.again != never && d.get, w.ledger.count()-1
						if repeated != (err == nil) || repeated != (sent > 1) || sent > 2 && tt.again != racy {
							t.Errorf("%d requests after the first, and %v; want %q to be repeated", sent, err, tt.again)
						}
						// An answer that has begun is of a kind of its own.
						if unknown := strings.Contains(kindsOf(err), "Unknown"); err != nil && unknown != !d.get {
							t.Errorf("outcome unknown: %v: %v", unknown, err)
						}
						w.ledger.wantFresh(t)
					}, retry)
				})
			}
		}
	}
}

// TestHTTP2LostConnectionAndThenNone shows that a request that was sent stays one that was sent, where the connection for
// its repetition cannot be made, for want of a network or of a certificate.
func TestHTTP2LostConnectionAndThenNone(t *testing.T) {
	for _, second := range []string{"refused", "certificate refused"} {
		s := script{scheme: "https", protocols: []string{"HTTP/2"}, dial: map[int]string{2: second}, answer: func(int) requestPlan {
			return then(requestPlan{reset: true, code: codeProtocol, end: "closed"})
		}}
		playScript(t, s, func(t *testing.T, w *world, c *wrapper.Client) {
			wantKinds(t, doors[2].call(t.Context(), c), "Unknown")
			if w.ledger.count() != 1 {
				t.Errorf("%d requests, want 1", w.ledger.count())
			}
		})
	}
}

// serveHTTP2 starts net/http's own server. Its key is one that makes for quick handshakes.
func serveHTTP2(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.EnableHTTP2 = true
	trusted := newAuthority(nil)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{trusted.issue(nil)}}
	server.StartTLS()
	t.Cleanup(server.Close)
	server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs = trusted.pool()
	return server
}

// TestGracefulShutdown has net/http's own server say GOAWAY over and over, between requests and within them:
// while many goroutines call, no call fails without cause, and no abort is executed twice.
func TestGracefulShutdown(t *testing.T) {
	var executed sync.Map // incident → number
	server := serveHTTP2(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("the request came over %s", r.Proto)
		}
		body, _ := io.ReadAll(r.Body)
		n, _ := executed.LoadOrStore(string(body), new(atomic.Int32))
		if n := n.(*atomic.Int32).Add(1); len(body) > 0 && n > 1 {
			t.Errorf("%s was executed %d times", body, n)
		}
		if len(body)%3 == 1 {
			w.Header().Set("Connection", "close") // which is how this server is asked for a GOAWAY
		}
		io.WriteString(w, goodFor(r))
	})
	c := newClient(t, server.URL, server.Client().Transport)
	ctx := safetyNet(t)
	var wg sync.WaitGroup
	var unknown atomic.Int32
	for g := range 4 {
		wg.Go(func() {
			for i := range 30 {
				if _, err := c.GetScanRunStatus(ctx, int64(i)); err != nil {
					t.Errorf("GET: %v", err)
				}
				incident := strings.Repeat("i", i) + "-" + strconv.Itoa(g)
				switch _, err := c.AbortScan(ctx, wrapper.AllEndpoints(), wrapper.WithIncident(incident)); {
				case errors.Is(err, wrapper.ErrOutcomeUnknown):
					unknown.Add(1) // it crossed a GOAWAY
				case err != nil:
					t.Errorf("POST: %v", err)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d of 120 aborts crossed a GOAWAY", unknown.Load())
}
