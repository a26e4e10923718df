package faults_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

var (
	schedules = flag.Int("schedules", 700, "how many schedules TestModel plays")
	firstSeed = flag.Uint64("first-seed", 0, "the seed of TestModel's first schedule")
)

// seedVariable is the environment variable that makes TestModel play one schedule and print it.
const seedVariable = "CORTEXSCAN_FAULTS_SEED"

// TestModel plays random schedules: a few calls of one Client, with request editors and through RoundTrippers of every
// kind, while the network and the service fail in every known way. [simulation.check] lists the rules for each call. A schedule
// follows from its seed alone; one that fails is printed.
//
// The network is in memory and the time is that of testing/synctest, which panics if a schedule leaves a goroutine behind.
// Many more schedules: go test ./tests/faults -run 'TestModel$' -schedules 100000 -timeout 0
func TestModel(t *testing.T) {
	if value := os.Getenv(seedVariable); value != "" {
		seed, err := strconv.ParseUint(value, 0, 64)
		if err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
		t.Logf("seed %d:\n%s", seed, playAndReport(t, seed).transcript())
		return
	}
	count := *schedules
	if testing.Short() {
		count = min(count, 300)
	}
	seen := tally{counts: map[string]int{}}
	workers := runtime.GOMAXPROCS(0)
	t.Run("schedules", func(t *testing.T) {
		for worker := range workers {
			t.Run(fmt.Sprintf("worker %d", worker), func(t *testing.T) {
				t.Parallel()
				for n := worker; n < count && !t.Failed(); n += workers {
					seen.add(playAndReport(t, *firstSeed+uint64(n)))
				}
			})
		}
	})
	for _, name := range slices.Sorted(maps.Keys(seen.counts)) {
		t.Logf("%7d %s", seen.counts[name], name)
	}
	if count < 500 || t.Failed() {
		return
	}
	for _, name := range []string{"succeeded", "refused", "executed, outcome unknown", "not executed, outcome unknown", "not sent", "executed, definite error"} {
		if seen.counts[name] < seen.counts["calls"]/500 {
			t.Errorf("of %d calls, %d: %s; the schedules don't test what they should", seen.counts["calls"], seen.counts[name], name)
		}
	}
}

// FuzzModel plays schedules without end.
func FuzzModel(f *testing.F) {
	f.Add(uint64(1 << 32))
	f.Fuzz(func(t *testing.T, seed uint64) { playAndReport(t, seed) })
}

func playAndReport(t *testing.T, seed uint64) *simulation {
	t.Helper()
	s, broken := play(t, seed, ourClient)
	if broken != nil {
		t.Errorf("%s\nTo repeat it: %s=%d go test -run 'TestModel$' ./tests/faults\n%s", strings.Join(broken, "\n"), seedVariable, seed, s.transcript())
	}
	return s
}

// TestModelNoticesDoubleExecution plays schedules with a client that retries whatever failed, as most do.
func TestModelNoticesDoubleExecution(t *testing.T) {
	found := map[string]int{}
	for seed := range uint64(60) {
		_, broken := play(t, seed, carelessClient)
		for _, rule := range []string{"executed 2 times", "not ErrOutcomeUnknown"} {
			if strings.Contains(strings.Join(broken, "\n"), rule) {
				found[rule]++
			}
		}
	}
	if len(found) != 2 {
		t.Errorf("a client that retries everything passes the model: %v", found)
	}
}

// tally counts the outcomes of the calls of all schedules.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func (t *tally) add(s *simulation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts["schedules"]++
	t.counts["connections"] += len(s.links)
	for _, c := range s.calls {
		t.counts["calls"]++
		executed, unknown := len(c.executed) > 0, errors.Is(c.err, wrapper.ErrOutcomeUnknown)
		switch {
		case c.err == nil:
			t.counts["succeeded"]++
		case errors.Is(c.err, wrapper.ErrInvalidRequest):
			t.counts["refused"]++
		case executed && unknown:
			t.counts["executed, outcome unknown"]++
		case unknown:
			t.counts["not executed, outcome unknown"]++
		case isNotSent(c.err):
			t.counts["not sent"]++
		case executed:
			t.counts["executed, definite error"]++
		}
		if len(c.executed) > 1 {
			t.counts["executed twice by a transport that can't be stopped"]++
		}
	}
}

// target is the client under test. It has methods if it is this module's client.
type target struct {
	api     gen.ClientWithResponsesInterface
	methods *wrapper.Client
}

// ourClient is this module's client with random options.
func ourClient(s *simulation, rt http.RoundTripper) target {
	d := s.dice(diceClient, 0, 0)
	hc := &http.Client{Transport: rt}
	retry := wrapper.Retry{Attempts: 1 + d.IntN(4), BaseDelay: -1}
	if d.chance(30) {
		retry.BaseDelay = 0
	}
	var timeout time.Duration
	if d.chance(60) {
		timeout = d.span(2*time.Millisecond, time.Second, 5*time.Second)
	} else if d.chance(20) {
		timeout = -1
	}
	if d.chance(10) {
		hc.Timeout = d.span(time.Second, 5*time.Second)
	}
	opts := []wrapper.Option{
		wrapper.WithHTTPClient(hc), wrapper.WithRetry(retry), wrapper.WithTimeout(timeout), wrapper.WithRequestValidator(validator{s, d.chance(30)}),
	}
	if d.chance(10) {
		opts = append(opts, wrapper.WithMaxResponseBytes(200))
	}
	if d.chance(5) {
		opts = append(opts, wrapper.WithResponseValidator(refuser{}))
	}
	base := map[string]string{"https": anyHost, "http": "http://127.0.0.1"}[s.scheme]
	c, err := wrapper.New(base, wrapper.AdvancedKey(keyID, secretKey), opts...)
	if err != nil {
		panic(err)
	}
	s.log("%d attempts (%v), timeouts of %v and %v", retry.Attempts, retry.BaseDelay, timeout, hc.Timeout)
	return target{c.API(), c}
}

// refuser is a response validator that refuses everything.
type refuser struct{}

func (refuser) ValidateResponse(*http.Request, int, http.Header, []byte) error {
	return errors.New("refused")
}

// carelessClient is the generated client over a transport that retries whatever failed.
func carelessClient(s *simulation, rt http.RoundTripper) target {
	doer := &http.Client{Timeout: time.Minute, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if err := (validator{sim: s}).ValidateRequest(r); err != nil {
			return nil, err
		}
		return tryAgain(rt, keepBody(r))
	})}
	api, err := gen.NewClientWithResponses(s.scheme+"://gateway.example", gen.WithHTTPClient(doer))
	if err != nil {
		panic(err)
	}
	return target{api, nil}
}

// simulation is one schedule: the calls, the network, the service, and what happened.
type simulation struct {
	seed    uint64
	script  *script // replaces the seed in tests of one sequence of events
	calm    int     // percentage of connections and requests without a fault
	scheme  string  // "https" leaves HTTP/1.1 or HTTP/2 to each connection
	http2   bool    // unencrypted, if the scheme is http
	proxied bool
	start   time.Time
	kind    transportKind

	received ledger // every request that the service received

	mu       sync.Mutex
	dials    int
	scripted int
	links    []*link
	over     bool
	events   int
	alarms   map[int][]func() // by the event at which they are called
	history  []happening
	calls    []*call
}

// happening is something to print if the schedule fails.
type happening struct {
	at     time.Duration
	format string
	args   []any
}

func (s *simulation) log(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.note(format, args...)
}

// note is log for a caller that holds the lock.
func (s *simulation) note(format string, args ...any) {
	s.history = append(s.history, happening{time.Since(s.start), format, args})
}

func (s *simulation) transcript() string {
	var b strings.Builder
	for _, h := range s.history {
		fmt.Fprintf(&b, "%12v  %s\n", h.at, fmt.Sprintf(h.format, h.args...))
	}
	return b.String()
}

// event counts what happens on the network, and ends the contexts that are to end now.
func (s *simulation) event() {
	s.mu.Lock()
	s.events++
	due := s.alarms[s.events]
	s.mu.Unlock()
	for _, cancel := range due {
		cancel()
	}
}

// arrival is a request that has begun to arrive at the service.
type arrival struct {
	call                        *call
	method, target, contentType string
	body                        []byte
}

func (a *arrival) String() string { return fmt.Sprintf("%s of %s", a.method, a.call) }

// execution is a request that the service executed.
type execution struct {
	*arrival
	action string
	reply  reply // that the service tried to send
}

// arrived records a request that begins to arrive. Sometimes only its body tells which call it belongs to.
func (s *simulation) arrived(r *http.Request) *arrival {
	a := &arrival{method: r.Method, contentType: r.Header.Get("Content-Type")}
	if r.URL != nil {
		a.target = r.URL.RequestURI()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if r.Header.Get("X-Call") == c.String() || r.URL != nil && r.URL.Query().Get("id") == fmt.Sprint(c.number) {
			a.call = c
			c.arrivals++
		}
	}
	return a
}

// execute records that an abort was executed, and returns the ID of the action.
func (s *simulation) execute(a *arrival, r reply) string {
	if a.method == http.MethodGet {
		return ""
	}
	s.event()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if a.call == nil && bytes.Contains(a.body, []byte(`"`+c.String()+`"`)) {
			a.call = c
		}
	}
	if a.call == nil {
		return "7"
	}
	e := execution{a, fmt.Sprintf("%d%03d", a.call.number, len(a.call.executed)+1), r}
	a.call.executed = append(a.call.executed, e)
	s.note("%s is executed as action %s: %q", a.call, e.action, a.body)
	return e.action
}

// play plays the schedule of a seed and returns the rules that were broken.
func play(t *testing.T, seed uint64, newTarget func(*simulation, http.RoundTripper) target) (s *simulation, broken []string) {
	defer func() {
		if p := recover(); p != nil { // most likely a goroutine that was left behind
			t.Errorf("seed %d: %v\n%s", seed, p, s.transcript())
			panic(p)
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		s = &simulation{seed: seed, start: time.Now(), alarms: map[int][]func(){}}
		broken = s.run(newTarget)
	})
	return s, broken
}

func (s *simulation) run(newTarget func(*simulation, http.RoundTripper) target) []string {
	d := s.dice(dicePlan, 0, 0)
	s.calm = []int{30, 60, 90}[d.IntN(3)]
	s.scheme, s.proxied = "https", d.chance(20)
	if d.chance(40) {
		s.scheme, s.http2 = "http", d.chance(60)
		s.proxied = s.proxied && !s.http2
	}
	tr := s.randomTransport(d)
	t := newTarget(s, s.pickTransport(d, tr))
	var together sync.WaitGroup
	for n := range 3 + d.IntN(6) {
		c := s.planCall(n+1, t)
		s.mu.Lock()
		s.calls = append(s.calls, c)
		s.mu.Unlock()
		s.log("%s: %s", c, c.describe())
		if d.chance(75) {
			together.Wait()
		}
		time.Sleep(c.pause)
		together.Go(func() { s.make(t, c) })
	}
	together.Wait()
	time.Sleep(10 * time.Minute) // the service goes on with what it received
	tr.CloseIdleConnections()
	synctest.Wait()
	broken := s.close()
	for _, c := range s.calls {
		broken = append(broken, s.check(c)...)
	}
	if t.methods != nil && !s.kind.silent && !s.kind.keepsSignature && s.kind.repeats == 0 {
		broken = append(broken, s.received.unsigned()...)
	}
	return broken
}

// close shuts the network down and reports the connections that the client still holds.
func (s *simulation) close() (inUse []string) {
	s.mu.Lock()
	s.over = true
	links := s.links
	s.mu.Unlock()
	for _, l := range links {
		// After a GOAWAY, net/http does not close an idle connection: the server has to.
		if !l.closed[client] && !l.leaving {
			inUse = append(inUse, fmt.Sprintf("connection %d is still in use", l.number))
		}
		(&side{l, client}).Close()
		(&side{l, server}).Close()
	}
	time.Sleep(10 * time.Minute) // so that everything that waits for a connection ends
	return inUse
}

// transport is net/http's, on this network.
func (s *simulation) transport() *http.Transport {
	tr := &http.Transport{
		DialContext: s.dial, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: testAuthority().pool(), CurvePreferences: []tls.CurveID{tls.X25519}},
	}
	if s.http2 {
		tr.Protocols = new(http.Protocols)
		tr.Protocols.SetUnencryptedHTTP2(true)
	}
	return tr
}

var errNoProxy = errors.New("the proxy function failed")

func (s *simulation) randomTransport(d dice) *http.Transport {
	tr := s.transport()
	failing := 0
	if d.chance(8) {
		failing = []int{40, 100}[d.IntN(2)]
	}
	if s.proxied || failing > 0 {
		asked := 0
		tr.Proxy = func(*http.Request) (*url.URL, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			asked++
			switch {
			case s.dice(diceProxy, asked, 0).chance(failing):
				return nil, errNoProxy
			case s.proxied:
				return &url.URL{Scheme: "http", Host: "proxy.example:3128"}, nil
			}
			return nil, nil
		}
	}
	if d.chance(40) {
		tr.ExpectContinueTimeout = time.Second
	}
	if d.chance(10) {
		tr.ResponseHeaderTimeout = d.span(time.Second, 5*time.Second)
	}
	tr.DisableKeepAlives = d.chance(10)
	if d.chance(10) {
		tr.MaxConnsPerHost = 1
	}
	if d.chance(10) {
		tr.IdleConnTimeout = d.span(time.Second, 10*time.Second)
	}
	if d.chance(10) {
		tr.HTTP2 = &http.HTTP2Config{StrictMaxConcurrentRequests: true, SendPingTimeout: time.Second, PingTimeout: 2 * time.Second}
	}
	s.log("%s, HTTP/2 without TLS: %v, proxy: %v (fails: %d %%), 100-continue after %v, headers within %v, keep-alive off: %v, connections: %d", s.scheme, s.http2,
		s.proxied, failing, tr.ExpectContinueTimeout, tr.ResponseHeaderTimeout, tr.DisableKeepAlives, tr.MaxConnsPerHost)
	return tr
}

var errCaller = errors.New("the caller gave up")

// make makes one call and records how it ended.
func (s *simulation) make(t target, c *call) {
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), callKey{}, c), 30*time.Minute)
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	switch {
	case c.cancelAt > 0:
		s.mu.Lock()
		at := s.events + c.cancelAt
		s.alarms[at] = append(s.alarms[at], func() { stop(errCaller) })
		s.mu.Unlock()
	case c.cancelAt < 0:
		stop(errCaller)
	case c.deadline > 0:
		ctx, cancel = context.WithTimeout(ctx, c.deadline)
		defer cancel()
	}
	var end time.Time
	defer context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		end = time.Now()
	})()
	result, err := c.send(ctx, t)
	s.mu.Lock()
	defer s.mu.Unlock()
	c.result, c.err, c.ended = result, err, ctx.Err()
	if !end.IsZero() {
		c.late = time.Since(end)
	}
	s.note("%s returned %q, %v", c, result, err)
}

// check returns the rules that a call broke.
func (s *simulation) check(c *call) (broken []string) {
	fail := func(format string, args ...any) {
		broken = append(broken, fmt.Sprintf("%s, through %s: ", c, s.kind.name)+fmt.Sprintf(format, args...))
	}
	executed, unstoppable := len(c.executed) > 0, s.unstoppable(c)
	limit := 1
	if unstoppable {
		limit = max(1, s.kind.repeats) * 8 // net/http's own limit over HTTP/2
	}
	if len(c.executed) > limit {
		fail("executed %d times, at most %d are allowed", len(c.executed), limit)
	}
	for _, e := range c.executed {
		got := validated{e.method, e.target, e.contentType, string(e.body)}
		if path := strings.Index(got.target, "/public_api"); path > 0 { // a proxy gets the whole URL
			got.target = got.target[path:]
		}
		if len(c.validated) != 1 || c.validated[0] != got {
			fail("what was executed is not what was validated: %q and %q", got, c.validated)
		}
	}
	unknown := errors.Is(c.err, wrapper.ErrOutcomeUnknown)
	switch {
	case c.err == nil && !c.hasOwnResult():
		fail("the result %q is not the service's reply to it", c.result)
	case errors.Is(c.err, wrapper.ErrInvalidRequest) && (executed || c.arrivals > 0):
		fail("refused and sent: %v", c.err)
	case c.err != nil && executed && !unstoppable && isNotSent(c.err):
		fail("executed and reported as not sent: %v", c.err)
	case c.err != nil && executed && !unknown && !(unstoppable && isNotSent(c.err)) && !s.hasDefiniteReply(c):
		fail("executed without a definite response, and the error is not ErrOutcomeUnknown: %v", c.err)
	}
	needless := len(c.validated) == 1 && c.validated[0].body == "" && errors.Is(c.err, errNoProxy) // as SECURITY.md says
	if unknown && !needless && (c.isGet() || s.kind.round == nil && len(s.links) == 0) {
		fail("nothing was sent that could have an effect, and the error is ErrOutcomeUnknown: %v", c.err)
	}
	if errors.Is(c.ended, context.DeadlineExceeded) && c.err != nil && !errors.Is(c.err, wrapper.ErrInvalidRequest) && !errors.Is(c.err, context.DeadlineExceeded) {
		fail("its deadline passed, and the error does not wrap context.DeadlineExceeded: %v", c.err)
	}
	if c.late > 0 {
		fail("it returned %v after its context had ended: %v", c.late, c.err)
	}
	if lost := (*wrapper.TransportError)(nil); errors.As(c.err, &lost) && !c.isGet() && lost.Sent != unknown {
		fail("Sent is %v: %v", lost.Sent, c.err)
	}
	return broken
}

// unstoppable reports whether no client can keep this call from being executed twice: the RoundTripper sends it again
// itself, or lets net/http do so, or hides a request without a body from httptrace.
func (s *simulation) unstoppable(c *call) bool {
	noBody := slices.ContainsFunc(c.executed, func(e execution) bool { return len(e.body) == 0 })
	return s.kind.repeats > 0 || s.kind.silent && noBody
}

// hasOwnResult reports whether the service replied with this result to this call.
func (c *call) hasOwnResult() bool {
	if c.isGet() {
		return c.result == fmt.Sprintf("Scan is in %s state", c) || len(c.result) == 3 && c.result[0] == '2'
	}
	return slices.ContainsFunc(c.executed, func(e execution) bool {
		return c.result == e.action || c.result == fmt.Sprint(e.reply.status) && !e.reply.isError()
	})
}

// hasDefiniteReply reports whether the call's error shows the reply of its execution, and that reply is definite. If a
// RoundTripper sent the request again, it may be the reply to another execution.
func (s *simulation) hasDefiniteReply(c *call) bool {
	return slices.ContainsFunc(c.executed, func(e execution) bool {
		var response *wrapper.APIError
		var decoding *json.UnmarshalTypeError // the generated client's
		switch {
		case errors.As(c.err, &decoding):
			return e.reply.form == "another shape"
		case !errors.As(c.err, &response):
			return false
		case s.unstoppable(c):
			return true
		case string(response.Body) != e.reply.body(e.arrival, e.action): // only a part arrived
			return response.StatusCode == e.reply.status && isDefinite(response.StatusCode)
		}
		return response.StatusCode == e.reply.status && e.reply.definite()
	})
}

// isNotSent reports whether an error says that the request was not sent.
func isNotSent(err error) bool {
	var lost *wrapper.TransportError
	return errors.As(err, &lost) && !lost.Sent
}
