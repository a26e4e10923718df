package faults_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"example.com/cortexscan/wrapper"
)

// again says which requests are sent a second time.
type again string

const (
	never again = ""
	gets  again = "GET alone"
	// racy is gets where the connection goes at the same moment: net/http may repeat the request on a connection
	// that is about to be lost, and then it takes a retry of this package's to get through.
	racy again = "GET alone, with retries"
	all  again = "any" // the server says that it did not process it, on a connection that goes on
)

// TestHTTP2Breaks goes through the ways in which a server ends a request over HTTP/2 without an answer, mostly with
// retries off: what is sent a second time then is net/http's doing. A request that may have been carried out is never
// among it, and what is has a signature of its own.
func TestHTTP2Breaks(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(*stream) bool
		again  again
	}{
		{"closed", func(*stream) bool { return false }, never},
		{"reset: internal error", func(s *stream) bool { return s.reset(codeInternal) }, never},
		{"reset: cancelled", func(s *stream) bool { return s.reset(codeCancel) }, never},
		{"reset: refused", func(s *stream) bool { return s.reset(codeRefused) }, gets},
		{"reset: refused, and closed", func(s *stream) bool { s.reset(codeRefused); return false }, racy},
		{"reset: protocol error", func(s *stream) bool { return s.reset(codeProtocol) }, gets},
		{"reset: protocol error, and closed", func(s *stream) bool { s.reset(codeProtocol); return false }, racy},
		{"reset: protocol error, and GOAWAY", func(s *stream) bool { s.reset(codeProtocol); return s.goAway(s.id, codeNone) }, gets},
		{"GOAWAY, not processed", func(s *stream) bool { return s.goAway(s.id-2, codeNone) }, gets},
		{"GOAWAY, not processed, and closed", func(s *stream) bool { s.goAway(s.id-2, codeNone); return false }, racy},
		{"GOAWAY, processed, and closed", func(s *stream) bool { s.goAway(s.id, codeNone); return false }, never},
		{"GOAWAY, an error, and closed", func(s *stream) bool { s.goAway(s.id, codeInternal); return false }, never},
		{"headers, and then reset", func(s *stream) bool {
			s.frame(frameHeaders, flagHeadersEnd, s.id, []byte{0x88})
			return s.reset(codeInternal)
		}, never},
		{"half a body, and then closed", func(s *stream) bool {
			s.frame(frameHeaders, flagHeadersEnd, s.id, []byte{0x88})
			s.frame(frameData, 0, s.id, []byte(`{"DATA"`))
			return false
		}, never},
	} {
		for _, d := range doors {
			t.Run(tt.name+"/"+d.name, func(t *testing.T) {
				t.Parallel()
				f := serveFrames(t, func(s *stream) bool {
					if s.n == 2 { // the first shows that all is well
						return tt.answer(s)
					}
					return s.good()
				})
				attempts := 1
				if tt.again == racy {
					attempts = 3
				}
				c := newClient(t, f.url, f.transport, wrapper.WithRetry(wrapper.Retry{Attempts: attempts, BaseDelay: -1}))
				if err := d.call(safetyNet(t), c); err != nil {
					t.Fatal(err)
				}
				err := d.call(safetyNet(t), c)
				repeated := tt.again == all || tt.again != never && d.get
				if repeated != (err == nil) || repeated != (f.count() == 3) {
					t.Errorf("%d requests after the first, and %v; want %q to be repeated", f.count()-1, err, tt.again)
				}
				if err != nil {
					// An answer that has begun is of a kind of its own.
					if unknown := strings.Contains(kindsOf(err), "Unknown"); unknown != !d.get {
						t.Errorf("outcome unknown: %v: %v", unknown, err)
					}
				}
				f.arrived(t).wantFresh(t)
			})
		}
	}
}

// TestHTTP2Retries is the same with retries on: a GET gets through, all else is sent once.
func TestHTTP2Retries(t *testing.T) {
	for _, d := range doors {
		f := serveFrames(t, func(s *stream) bool { return s.n > 2 && s.good() })
		err := d.call(safetyNet(t), newClient(t, f.url, f.transport))
		want := 3
		if !d.get {
			want = 1
			wantKinds(t, err, "Unknown")
		} else if err != nil {
			t.Error(err)
		}
		if f.count() != want {
			t.Errorf("%s: %d requests, want %d", d.name, f.count(), want)
		}
		f.arrived(t).wantFresh(t)
	}
}

// TestHTTP2LostConnectionAndThenNone shows that a request which left stays one that left, where the connection for
// its repetition cannot be made, for want of a network or of a certificate.
func TestHTTP2LostConnectionAndThenNone(t *testing.T) {
	for _, second := range []error{
		&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
		&tls.CertificateVerificationError{Err: errors.New("x509: not one of ours")},
	} {
		f := serveFrames(t, func(s *stream) bool { s.reset(codeProtocol); return false })
		var dials atomic.Int32
		f.transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dials.Add(1) > 1 {
				return nil, second
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
		wantKinds(t, doors[2].call(safetyNet(t), newClient(t, f.url, f.transport)), "Unknown")
		if f.count() != 1 {
			t.Errorf("%d requests, want 1", f.count())
		}
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
// while many goroutines call, no call fails without cause, and no abort is carried out twice.
func TestGracefulShutdown(t *testing.T) {
	var carriedOut sync.Map // incident → number
	server := serveHTTP2(t, func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("the request came over %s", r.Proto)
		}
		body, _ := io.ReadAll(r.Body)
		n, _ := carriedOut.LoadOrStore(string(body), new(atomic.Int32))
		if n := n.(*atomic.Int32).Add(1); len(body) > 0 && n > 1 {
			t.Errorf("%s was carried out %d times", body, n)
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

// TestGracefulShutdownBetweenCalls shows that one call after another does not notice.
func TestGracefulShutdownBetweenCalls(t *testing.T) {
	var connections sync.Map
	server := serveHTTP2(t, func(w http.ResponseWriter, r *http.Request) {
		connections.Store(r.RemoteAddr, nil)
		w.Header().Set("Connection", "close")
		io.WriteString(w, goodFor(r))
	})
	c := newClient(t, server.URL, server.Client().Transport, once())
	for i := range 20 {
		for _, d := range doors {
			if err := d.call(safetyNet(t), c); err != nil {
				t.Errorf("%s, round %d: %v", d.name, i, err)
			}
		}
	}
	n := 0
	connections.Range(func(any, any) bool { n++; return true })
	if n < 40 {
		t.Errorf("%d connections: the server did not say GOAWAY", n)
	}
}

// TestGracefulShutdownDuringCall shows that a request which is under way when the server begins to shut down gets
// its answer.
func TestGracefulShutdownDuringCall(t *testing.T) {
	for _, d := range doors {
		var requests atomic.Int32
		arrived, goOn := make(chan struct{}), make(chan struct{})
		server := serveHTTP2(t, func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			close(arrived)
			<-goOn
			io.WriteString(w, goodFor(r))
		})
		c := newClient(t, server.URL, server.Client().Transport)
		done := make(chan error)
		go func() { done <- d.call(safetyNet(t), c) }()
		<-arrived
		began := make(chan struct{})
		server.Config.RegisterOnShutdown(func() { close(began) })
		go server.Config.Shutdown(safetyNet(t))
		<-began
		close(goOn)
		if err := <-done; err != nil || requests.Load() != 1 {
			t.Errorf("%s: %v after %d requests", d.name, err, requests.Load())
		}
		server.Close()
	}
}
