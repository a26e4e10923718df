package faults_test

import (
	"sync"
	"testing"
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
