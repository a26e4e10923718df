package faults_test

import (
	"context"
	"net"
	"sync"
	"testing"

	"example.com/cortexscan/wrapper"
)

// serveOncePerConnection answers the first request on each connection, and ends the connection upon the second,
// as a server does whose patience with an idle connection ran out just then.
func serveOncePerConnection(t testing.TB, end func(*exchange) bool) *bareServer {
	var used sync.Map
	return serve(t, func(x *exchange) bool {
		if _, again := used.LoadOrStore(x.Conn, true); again {
			return end(x)
		}
		return x.good()
	})
}

var ends = []struct {
	name string
	end  func(*exchange) bool
}{
	{"closed", func(*exchange) bool { return false }},
	{"reset", (*exchange).reset},
}

// TestReplayOnDeadConnection shows what happens where net/http itself repeats a GET because a kept-alive
// connection proved dead: the repetition carries a nonce, a timestamp and a signature of its own. A request that
// may have been executed is not repeated, by net/http either.
func TestReplayOnDeadConnection(t *testing.T) {
	for _, e := range ends {
		for _, d := range doors {
			t.Run(e.name+"/"+d.name, func(t *testing.T) {
				s := serveOncePerConnection(t, e.end)
				c := newClient(t, s.url, newTransport(t), once())
				if err := d.call(safetyNet(t), c); err != nil {
					t.Fatal(err)
				}
				err := d.call(safetyNet(t), c)
				s.wantFresh(t)
				if d.get {
					if err != nil || s.count() != 3 || s.connections.Load() != 2 {
						t.Errorf("%d requests on %d connections and %v, want three on two: the first call's, the lost one and its repetition", s.count(), s.connections.Load(), err)
					}
					return
				}
				wantKinds(t, err, "Unknown")
				if s.count() != 2 {
					t.Errorf("%d requests, want the first call's and the lost one", s.count())
				}
			})
		}
	}
}

// TestReplayWithTheDefaultTransport is the same with the transport that a Client has of its own.
func TestReplayWithTheDefaultTransport(t *testing.T) {
	s := serveOncePerConnection(t, ends[0].end)
	c, err := wrapper.New(s.url, wrapper.AdvancedKey(keyID, secretKey), once())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := doors[0].call(safetyNet(t), c); err != nil {
			t.Fatal(err)
		}
	}
	if s.count() != 3 {
		t.Errorf("%d requests, want three", s.count())
	}
	s.wantFresh(t)
}

// TestReplaysUnderLoad has many goroutines meet dead connections all the time. Under the race detector it shows
// that signing anew does not disturb what net/http still does with the lost request.
func TestReplaysUnderLoad(t *testing.T) {
	for _, e := range ends {
		s := serveOncePerConnection(t, e.end)
		tr := newTransport(t)
		tr.MaxIdleConnsPerHost = 8
		c := newClient(t, s.url, tr, once())
		ctx := safetyNet(t)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 25 {
					if err := doors[0].call(ctx, c); err != nil {
						t.Errorf("%s: %v", e.name, err)
					}
				}
			})
		}
		wg.Wait()
		if s.count() <= 200 {
			t.Errorf("%s: %d requests for 200 calls: nothing was repeated", e.name, s.count())
		}
		s.wantSigned(t)
	}
}

// TestPostOnConnectionThatIsKnownDead shows the other side: where the transport saw the end of the connection
// before it wrote anything, the request goes out on a new one, once.
func TestPostOnConnectionThatIsKnownDead(t *testing.T) {
	for _, d := range doors {
		s := serve(t, func(x *exchange) bool { x.good(); return x.n != 1 })
		tr := newTransport(t)
		closed := make(chan struct{})
		dial := new(net.Dialer).DialContext
		tr.DialContext = watchEnd(dial, closed)
		c := newClient(t, s.url, tr, once())
		if err := d.call(safetyNet(t), c); err != nil {
			t.Fatal(err)
		}
		<-closed // net/http has seen the end, and closed its side
		if err := d.call(safetyNet(t), c); err != nil || s.count() != 2 {
			t.Errorf("%s: %v after %d requests, want 2", d.name, err, s.count())
		}
		s.wantFresh(t)
	}
}

// watchEnd closes the channel once the first connection that dial made is closed on this side.
func watchEnd(dial dialFunc, closed chan struct{}) dialFunc {
	var first sync.Once
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &watchedConn{Conn: conn, onClose: func() { first.Do(func() { close(closed) }) }}, nil
	}
}

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

type watchedConn struct {
	net.Conn
	onClose func()
}

func (c *watchedConn) Close() error {
	defer c.onClose()
	return c.Conn.Close()
}
