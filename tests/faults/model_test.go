package faults_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

var schedules = flag.Int("schedules", 4000, "how many schedules TestModel plays")

// seedVariable is the environment variable that has TestModel play one schedule alone, and print it.
const seedVariable = "CORTEXSCAN_FAULTS_SEED"

// TestModel plays thousands of random schedules: a few calls of one Client, on a network and a service that fail in
// every way that is known, through transports and with request editors of every sort. Whatever happens, each call is
// held to the promises of [world.judge]. A schedule follows from its seed, and a failing one is printed in words.
//
// The network is in memory and its time is testing/synctest's, so that nothing waits. synctest panics if a schedule
// leaves a goroutine behind.
func TestModel(t *testing.T) {
	if text := os.Getenv(seedVariable); text != "" {
		seed, err := strconv.ParseUint(text, 0, 64)
		if err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
		w := playAndReport(t, seed)
		t.Logf("seed %d:\n%s", seed, w.tell())
		return
	}
	var seen tally
	count := *schedules
	if testing.Short() {
		count = min(count, 500)
	}
	workers := runtime.GOMAXPROCS(0)
	t.Run("schedules", func(t *testing.T) {
		for worker := range workers {
			t.Run(fmt.Sprintf("worker %d", worker), func(t *testing.T) {
				t.Parallel()
				for seed := worker; seed < count && !t.Failed(); seed += workers {
					seen.add(playAndReport(t, uint64(seed)))
				}
			})
		}
	})
	seen.log(t)
	if count >= 500 && !t.Failed() {
		seen.wantEverything(t)
	}
}

// FuzzModel plays schedules without end.
func FuzzModel(f *testing.F) {
	f.Add(uint64(1 << 32))
	f.Fuzz(func(t *testing.T, seed uint64) { playAndReport(t, seed) })
}

func playAndReport(t *testing.T, seed uint64) *world {
	t.Helper()
	w, broken := schedule(t, seed, ours)
	if broken != nil {
		t.Errorf("%s\nTo repeat it: %s=%d go test -run TestModel ./tests/faults\n%s", strings.Join(broken, "\n"), seedVariable, seed, w.tell())
	}
	return w
}

// TestModelFindsDoubling shows that the model does find what it is there for, in a client that sends again whatever
// failed, as most do.
func TestModelFindsDoubling(t *testing.T) {
	found := map[string]int{}
	for seed := range uint64(100) {
		_, broken := schedule(t, seed, careless)
		for _, promise := range []string{"executed 2 times", "not ErrOutcomeUnknown"} {
			if strings.Contains(strings.Join(broken, "\n"), promise) {
				found[promise]++
			}
		}
	}
	t.Logf("in 100 schedules: %v", found)
	if len(found) != 2 {
		t.Error("a client that repeats requests passes the model")
	}
}

// ours is this module's client, with options drawn.
func ours(w *world, rt http.RoundTripper) subject {
	d := w.dice(diceSubject, 0, 0)
	transport := &http.Client{Transport: rt}
	retry := wrapper.Retry{Attempts: 1 + d.IntN(4), BaseDelay: -1}
	if d.often(30) {
		retry.BaseDelay = 0
	}
	var timeout time.Duration
	if d.often(60) {
		timeout = d.span(2*time.Millisecond, time.Second, 5*time.Second)
	} else if d.often(20) {
		timeout = -1
	}
	if d.often(10) {
		transport.Timeout = d.span(time.Second, 5*time.Second)
	}
	opts := []wrapper.Option{
		wrapper.WithHTTPClient(transport), wrapper.WithRetry(retry), wrapper.WithTimeout(timeout),
		wrapper.WithRequestValidator(validator{w, d.often(30)}),
	}
	if d.often(10) {
		opts = append(opts, wrapper.WithMaxResponseBytes(200))
	}
	if d.often(5) {
		opts = append(opts, wrapper.WithResponseValidator(refusing{}))
	}
	tenant := "https://gateway.example"
	if w.scheme == "http" {
		tenant = "http://127.0.0.1"
	}
	c, err := wrapper.New(tenant, wrapper.AdvancedKey(keyID, secretKey), opts...)
	if err != nil {
		panic(err)
	}
	w.log("%d attempts (%v), a timeout of %v and %v", retry.Attempts, retry.BaseDelay, timeout, transport.Timeout)
	return subject{c.API(), c}
}

// refusing is a validator that refuses every answer.
type refusing struct{}

func (refusing) ValidateResponse(*http.Request, int, http.Header, []byte) error {
	return errors.New("no")
}

// careless is the generated client alone, over a transport that sends again whatever failed.
func careless(w *world, rt http.RoundTripper) subject {
	again := roundTrip(func(r *http.Request) (*http.Response, error) {
		return tryAgain(transportKind{repeats: 3}, rt, withOwnBody(r))
	})
	doer := &http.Client{Timeout: time.Minute, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if err := (validator{world: w}).ValidateRequest(r); err != nil {
			return nil, err
		}
		return again.RoundTrip(r)
	})}
	api, err := gen.NewClientWithResponses(w.scheme+"://gateway.example", gen.WithHTTPClient(doer))
	if err != nil {
		panic(err)
	}
	return subject{api, nil}
}

// tally counts what the schedules came to.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (s *tally) add(w *world) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.counts == nil {
		s.counts = map[string]int{}
	}
	s.counts["schedules"]++
	s.counts["connections"] += len(w.links)
	for _, c := range w.calls {
		s.counts["calls"]++
		switch {
		case c.err == nil:
			s.counts["succeeded"]++
		case errors.Is(c.err, wrapper.ErrInvalidRequest):
			s.counts["refused"]++
		case errors.Is(c.err, wrapper.ErrOutcomeUnknown) && len(c.executed) > 0:
			s.counts["executed, outcome unknown"]++
		case errors.Is(c.err, wrapper.ErrOutcomeUnknown):
			s.counts["not executed, outcome unknown"]++
		case notSent(c.err):
			s.counts["not sent"]++
		case len(c.executed) > 0:
			s.counts["executed, answered with an error"]++
		}
		if len(c.executed) > 1 {
			if c.apart() {
				s.counts["executed twice, apart"]++
			} else {
				s.counts["executed twice"]++
			}
		}
	}
}

func (s *tally) log(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(s.counts)) {
		t.Logf("%7d %s", s.counts[name], name)
	}
}

// wantEverything fails where the schedules do not reach what they are there for.
func (s *tally) wantEverything(t *testing.T) {
	for _, name := range []string{"succeeded", "refused", "executed, outcome unknown", "not executed, outcome unknown", "not sent", "executed, answered with an error"} {
		if s.counts[name] < s.counts["calls"]/500 {
			t.Errorf("of %d calls, %d were %s: the schedules do not do their work", s.counts["calls"], s.counts[name], name)
		}
	}
}
