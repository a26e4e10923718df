package faults_test

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

var (
	schedules = flag.Int("schedules", 700, "how many schedules TestModel plays")
	firstSeed = flag.Uint64("first-seed", 0, "the seed of TestModel's first schedule")
)

// TestModel plays random schedules. In each schedule, one Client makes a few calls, with request editors and through
// RoundTrippers of many kinds, while the network and the service fail in every known way. [simulation.check] checks the
// rules for each call. A seed determines the whole schedule. If a call breaks a rule, the test prints the schedule.
//
// The network is in memory, and testing/synctest provides the time and panics if a schedule leaks a goroutine. To play more
// schedules: go test ./tests/faults -run 'TestModel$' -schedules 100000 -timeout 0
func TestModel(t *testing.T) {
	count := *schedules
	if testing.Short() {
		count = min(count, 300)
	}
	var mu sync.Mutex
	outcomes := map[string]int{}
	t.Run("schedules", func(t *testing.T) {
		workers := runtime.GOMAXPROCS(0)
		for worker := range workers {
			t.Run(fmt.Sprintf("worker %d", worker), func(t *testing.T) {
				t.Parallel()
				for n := worker; n < count && !t.Failed(); n += workers {
					seed := *firstSeed + uint64(n)
					s, broken := play(t, seed)
					if broken != nil {
						t.Errorf("%s\nTo repeat it: go test ./tests/faults -run 'TestModel$' -schedules 1 -first-seed %d", strings.Join(broken, "\n"), seed)
					}
					if broken != nil || count == 1 {
						t.Log("\n" + s.transcript.String())
					}
					mu.Lock()
					for _, c := range s.calls {
						outcomes[c.outcome()]++
					}
					mu.Unlock()
				}
			})
		}
	})
	t.Log(outcomes)
	const all = 7
	if count >= 300 && len(outcomes) != all && !t.Failed() {
		t.Errorf("the calls have %d outcomes, want %d", len(outcomes), all)
	}
}

// outcome names how a call ended. TestModel checks that every outcome occurs.
func (c *call) outcome() string {
	executed := "not executed"
	if len(c.executed) > 0 {
		executed = "executed"
	}
	switch {
	case c.err == nil:
		return "a success"
	case errors.Is(c.err, wrapper.ErrInvalidRequest):
		return "refused"
	case errors.Is(c.err, wrapper.ErrOutcomeUnknown):
		return executed + ", unknown"
	case isNotSent(c.err):
		return "not sent"
	}
	return executed + ", definite"
}

// simulation plays one schedule: calls, a network and a service.
type simulation struct {
	seed     uint64
	calm     int    // the percentage of connections and requests without a fault
	protocol string // "HTTP/1.1" or "HTTP/2" without TLS; with "TLS", each connection negotiates its protocol
	kind     transportKind

	planConnection func(n int) connectionPlan
	planRequest    func(connection, n int) requestPlan

	start    time.Time
	server   *http.Server
	listener listener
	received ledger // by the service

	mu         sync.Mutex
	dials      int
	links      []*link
	events     int
	alarms     map[int][]func() // called at the network event with this number
	transcript strings.Builder
	calls      []*call
}

func (s *simulation) log(format string, args ...any) {
	at := time.Since(s.start)
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(&s.transcript, "%12v  "+format+"\n", append([]any{at}, args...)...)
}

// event counts a network event and cancels the contexts that are planned to end at this event.
func (s *simulation) event() {
	s.mu.Lock()
	s.events++
	due := s.alarms[s.events]
	s.mu.Unlock()
	for _, cancel := range due {
		cancel()
	}
}

// arrival is a request whose headers have arrived.
type arrival struct {
	entry
	call *call
}

type execution struct {
	content
	call   *call
	action string
	reply  reply // may not reach the client
}

var callName = regexp.MustCompile(`call-\d+`)

func (s *simulation) find(name string) *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := slices.IndexFunc(s.calls, func(c *call) bool { return c.String() == name }); n >= 0 {
		return s.calls[n]
	}
	return nil
}

// arrived records a request whose headers have arrived. It does not set the call of an AbortScan, because only the body
// identifies that call.
func (s *simulation) arrived(r *http.Request) *arrival {
	a := &arrival{entry: newEntry(r)}
	if a.call = s.find(r.Header.Get("X-Call")); r.Method == http.MethodGet {
		a.call = s.find("call-" + r.URL.Query().Get("id"))
	}
	if a.call != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		a.call.arrivals++
	}
	return a
}

// carryOut executes a request if the plan contains its execution, and returns the body of the reply.
func (s *simulation) carryOut(a *arrival, p requestPlan) string {
	if a.call == nil {
		a.call = s.find(callName.FindString(a.body))
	}
	if a.method == http.MethodGet || a.call == nil || !p.execute {
		return p.reply.body(a.call, "")
	}
	s.event()
	s.mu.Lock()
	e := execution{a.content, a.call, fmt.Sprintf("%d%03d", a.call.number, len(a.call.executed)+1), p.reply}
	a.call.executed = append(a.call.executed, e)
	s.mu.Unlock()
	s.log("%s is executed as action %s: %q", a.call, e.action, a.body)
	return p.reply.body(a.call, e.action)
}

// play plays the schedule of a seed and describes the rules that the calls broke.
func play(t *testing.T, seed uint64) (s *simulation, broken []string) {
	s = &simulation{seed: seed, alarms: map[int][]func(){}}
	s.planConnection, s.planRequest = s.randomConnection, s.randomRequest
	d := s.dice(diceSchedule, 0, 0)
	s.calm = []int{30, 60, 90}[d.IntN(3)]
	s.protocol = d.pick("TLS", "TLS", "HTTP/1.1", "HTTP/2")
	s.kind = netHTTP
	if d.chance(65) {
		s.kind = transportKinds[d.IntN(len(transportKinds))]
	}
	s.run(t, func(*testing.T) {
		tr := s.randomTransport(d)
		s.makeCalls(d, s.randomClient(d, tr))
		time.Sleep(10 * time.Minute) // until the service has handled all requests
		tr.CloseIdleConnections()
		broken = s.close()
	})
	for _, c := range s.calls {
		broken = append(broken, s.check(c)...)
	}
	if !s.kind.silent && !s.kind.keepsSignature {
		broken = append(broken, s.received.unsigned()...)
	}
	return s, broken
}

// run runs f in a synctest bubble. If the bubble panics, usually because a goroutine leaked, run prints the transcript.
func (s *simulation) run(t *testing.T, f func(t *testing.T)) {
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("seed %d: %v\n%s", s.seed, p, s.transcript.String())
			panic(p)
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		s.start = time.Now()
		s.serve()
		f(t)
	})
}

// close shuts down the network and reports connections that the client has not closed.
func (s *simulation) close() (inUse []string) {
	synctest.Wait()
	s.mu.Lock()
	links := s.links
	s.planConnection = func(int) connectionPlan { return connectionPlan{dial: "refused"} }
	s.mu.Unlock()
	for _, l := range links {
		// After a GOAWAY, net/http leaves it to the server to close an idle connection.
		if !l.closed[client] && !l.leaving.Load() {
			inUse = append(inUse, fmt.Sprintf("connection %d is still in use", l.number))
		}
		(&side{l, client}).Close()
	}
	s.server.Close()
	time.Sleep(10 * time.Minute) // so that everything that waits for a connection times out
	return inUse
}

func (s *simulation) transport() *http.Transport {
	tr := &http.Transport{
		DialContext: s.dial, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, CurvePreferences: []tls.CurveID{tls.X25519}},
	}
	if s.protocol == "HTTP/2" {
		tr.Protocols = new(http.Protocols)
		tr.Protocols.SetUnencryptedHTTP2(true)
	}
	return tr
}

func (s *simulation) base() string {
	if s.protocol == "TLS" {
		return anyHost
	}
	return "http://127.0.0.1"
}

func (s *simulation) randomTransport(d dice) *http.Transport {
	tr := s.transport()
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
	s.log("through %s over %s; 100-continue after %v, headers within %v, keep-alive off: %v, connections: %d",
		s.kind.name, s.protocol, tr.ExpectContinueTimeout, tr.ResponseHeaderTimeout, tr.DisableKeepAlives, tr.MaxConnsPerHost)
	return tr
}

func (s *simulation) randomClient(d dice, tr *http.Transport) *wrapper.Client {
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
	s.log("%d attempts (%v), a timeout of %v", retry.Attempts, retry.BaseDelay, timeout)
	return must(wrapper.New(s.base(), wrapper.AdvancedKey(keyID, secretKey),
		wrapper.WithHTTPClient(&http.Client{Transport: s.kind.over(tr)}), wrapper.WithRetry(retry), wrapper.WithTimeout(timeout),
		wrapper.WithRequestValidator(validator{s, d.chance(30)})))
}

func (s *simulation) makeCalls(d dice, client *wrapper.Client) {
	var together sync.WaitGroup
	for n := range 3 + d.IntN(6) {
		c := s.planCall(n + 1)
		s.mu.Lock()
		s.calls = append(s.calls, c)
		s.mu.Unlock()
		s.log("%s: %s, edited: %v, deadline: %v, canceled after %v or at event %d",
			c, c.method, c.editors, c.deadline, c.cancelAfter, c.cancelAt)
		if d.chance(75) {
			together.Wait()
		}
		time.Sleep(c.pause)
		together.Go(func() { s.make(client, c) })
	}
	together.Wait()
}

var errCaller = errors.New("the caller gave up")

func (s *simulation) make(client *wrapper.Client, c *call) {
	limit := 30 * time.Minute
	if c.deadline > 0 {
		limit = c.deadline
	}
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), callKey{}, c), limit)
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	if c.cancelAfter > 0 {
		defer time.AfterFunc(c.cancelAfter, func() { stop(errCaller) }).Stop()
	}
	if c.cancelAt > 0 {
		s.mu.Lock()
		at := s.events + c.cancelAt
		s.alarms[at] = append(s.alarms[at], func() { stop(errCaller) })
		s.mu.Unlock()
	}
	var end time.Time
	defer context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		end = time.Now()
	})()
	result, err := c.send(ctx, client)
	s.log("%s returned %q, %v", c, result, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	c.result, c.err, c.ended = result, err, ctx.Err()
	if !end.IsZero() {
		c.late = time.Since(end)
	}
}

// check describes the rules that a call broke.
func (s *simulation) check(c *call) (broken []string) {
	fail := func(format string, args ...any) {
		broken = append(broken, fmt.Sprintf("%s, through %s: ", c, s.kind.name)+fmt.Sprintf(format, args...))
	}
	// If a RoundTripper hides requests from httptrace, the Client can't stop replays of requests without a body.
	unstoppable := s.kind.silent && slices.ContainsFunc(c.executed, func(e execution) bool { return e.body == "" })
	executed, unknown := len(c.executed) > 0, errors.Is(c.err, wrapper.ErrOutcomeUnknown)
	if len(c.executed) > 1 && !unstoppable {
		fail("executed %d times", len(c.executed))
	}
	for _, e := range c.executed {
		if len(c.validated) != 1 || c.validated[0] != e.content {
			fail("executed %q, validated %q", e.content, c.validated)
		}
	}
	switch {
	case c.err == nil && !c.hasOwnResult():
		fail("the result %q is not the service's reply to this call", c.result)
	case errors.Is(c.err, wrapper.ErrInvalidRequest) && (executed || c.arrivals > 0):
		fail("refused, but sent: %v", c.err)
	case executed && !unstoppable && isNotSent(c.err):
		fail("executed, but reported as not sent: %v", c.err)
	case c.err != nil && executed && !unstoppable && !unknown && !c.hasDefiniteReply():
		fail("executed without a definite response, but the error is not ErrOutcomeUnknown: %v", c.err)
	}
	if unknown && (c.isGet() || s.kind.round == nil && len(s.links) == 0) {
		fail("nothing was sent that could have an effect, but the error is ErrOutcomeUnknown: %v", c.err)
	}
	if c.ended != nil && c.cancelAt == 0 && c.err != nil && !errors.Is(c.err, wrapper.ErrInvalidRequest) && !errors.Is(c.err, c.ended) {
		fail("the error does not wrap %v: %v", c.ended, c.err)
	}
	if c.late > 0 {
		fail("the call returned %v after its context had ended: %v", c.late, c.err)
	}
	if lost := (*wrapper.TransportError)(nil); errors.As(c.err, &lost) && !c.isGet() && lost.Sent != unknown {
		fail("Sent is %v, want %v: %v", lost.Sent, unknown, c.err)
	}
	return broken
}

// hasOwnResult reports whether the result is the service's reply to this call.
func (c *call) hasOwnResult() bool {
	if c.isGet() {
		return c.result == fmt.Sprintf("Scan is in %s state", c)
	}
	return slices.ContainsFunc(c.executed, func(e execution) bool {
		return c.result == e.action || c.result == fmt.Sprint(e.reply.status) && e.reply.isSuccess()
	})
}

// hasDefiniteReply reports whether the call's error contains a definite reply of the service.
func (c *call) hasDefiniteReply() bool {
	var response *wrapper.APIError
	return errors.As(c.err, &response) && slices.ContainsFunc(c.executed, func(e execution) bool {
		whole := string(response.Body) == e.reply.body(e.call, e.action)
		return response.StatusCode == e.reply.status && e.reply.definite(whole)
	})
}

func isNotSent(err error) bool {
	var lost *wrapper.TransportError
	return errors.As(err, &lost) && !lost.Sent
}
