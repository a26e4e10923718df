package faults_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// world is one schedule: a tenant, what is between it and the client, the calls that are made, and what became of
// them.
type world struct {
	seed    uint64
	script  *script // what a test gives instead of a seed
	calm    int     // in percent, how much of it simply works
	scheme  string  // "https" leaves HTTP/1.1 and HTTP/2 to each connection
	http2   bool    // unencrypted, where the scheme is http
	proxied bool
	start   time.Time

	ledger ledger // every request that the service has acted upon

	mu     sync.Mutex
	dials  int
	acted  int
	links  []*link
	over   bool
	events int
	alarms []alarm
	story  []chapter
	calls  []*call
	kind   transportKind
}

// alarm ends a context at an event of the network.
type alarm struct {
	at     int
	cancel func()
}

// chapter is something that happened, to be printed if the schedule fails.
type chapter struct {
	at     time.Duration
	format string
	args   []any
}

func (w *world) log(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.story = append(w.story, chapter{time.Since(w.start), format, args})
}

// tell returns the schedule in words.
func (w *world) tell() string {
	var b strings.Builder
	for _, c := range w.story {
		fmt.Fprintf(&b, "%12v  %s\n", c.at, fmt.Sprintf(c.format, c.args...))
	}
	return b.String()
}

// event counts what happens on the network, and ends the contexts that are to end then.
func (w *world) event() {
	w.mu.Lock()
	w.events++
	var due []func()
	for _, a := range w.alarms {
		if a.at == w.events {
			due = append(due, a.cancel)
		}
	}
	w.mu.Unlock()
	for _, cancel := range due {
		cancel()
	}
}

// cancelAt calls cancel at the n-th event from now.
func (w *world) cancelAt(n int, cancel func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.alarms = append(w.alarms, alarm{w.events + n, cancel})
}

// arrival is a request that has begun to arrive at the service.
type arrival struct {
	call                        *call
	method, target, contentType string
	body                        []byte
	where                       string
}

func (a *arrival) String() string { return fmt.Sprintf("%s of %s", a.method, a.call) }

// execution is an abort that the service has executed.
type execution struct {
	*arrival
	action string
	reply  reply // which the service tried to answer with
}

// arrived enters a request that has begun to arrive. Which call it belongs to may take its body to tell.
func (w *world) arrived(r *http.Request, connection, n int) *arrival {
	a := &arrival{method: r.Method, contentType: r.Header.Get("Content-Type"), where: fmt.Sprintf("connection %d, request %d", connection, n)}
	if r.URL != nil {
		a.target = r.URL.RequestURI()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if r.Header.Get("X-Call") == c.String() || r.URL != nil && r.URL.Query().Get("id") == fmt.Sprint(c.number) {
			a.call = c
			c.arrivals++
		}
	}
	return a
}

// execute enters an abort into the ledger, and returns the ID of the action.
func (w *world) execute(a *arrival, r reply) string {
	if a.method == http.MethodGet {
		return ""
	}
	w.event()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.calls {
		if a.call == nil && bytes.Contains(a.body, []byte(`"`+c.String()+`"`)) {
			a.call = c
		}
	}
	if a.call == nil {
		return "7"
	}
	e := execution{a, fmt.Sprintf("%d%03d", a.call.number, len(a.call.executed)+1), r}
	a.call.executed = append(a.call.executed, e)
	w.story = append(w.story, chapter{time.Since(w.start), "%s is executed as action %s: %q", []any{a.call, e.action, a.body}})
	return e.action
}

// testAuthority is who issues the service's certificate. It holds inside a bubble, where it is the year 2000.
var testAuthority = sync.OnceValue(func() *authority { return newAuthority(throughTheAges) })

// testCertificates are the service's, and one that a stranger issued.
var testCertificates = sync.OnceValue(func() []tls.Certificate {
	return []tls.Certificate{testAuthority().issue(throughTheAges), newAuthority(throughTheAges).issue(throughTheAges)}
})

func throughTheAges(c *x509.Certificate) {
	c.NotBefore, c.NotAfter = time.Unix(0, 0), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	c.DNSNames = []string{"gateway.example"}
}

// subject is a client that is put to the test. One that is not ours has no methods.
type subject struct {
	api     gen.ClientWithResponsesInterface
	methods *wrapper.Client
}

// schedule plays the schedule of a seed and returns what went wrong, and the schedule in words.
func schedule(t *testing.T, seed uint64, newSubject func(*world, http.RoundTripper) subject) (w *world, wrong []string) {
	defer func() {
		if p := recover(); p != nil { // most often a goroutine that was left behind
			t.Errorf("seed %d: %v\n%s", seed, p, w.tell())
			panic(p)
		}
	}()
	synctest.Test(t, func(t *testing.T) {
		w = &world{seed: seed, start: time.Now()}
		wrong = w.play(newSubject)
	})
	return w, wrong
}

func (w *world) play(newSubject func(*world, http.RoundTripper) subject) []string {
	d := w.dice(dicePlan, 0, 0)
	w.calm = []int{30, 60, 90}[d.IntN(3)]
	w.scheme, w.http2, w.proxied = "https", false, d.often(20)
	if d.often(40) {
		w.scheme, w.http2 = "http", d.often(60)
		w.proxied = w.proxied && !w.http2
	}
	tr := w.transport(d)
	rt := w.around(d, tr)
	s := newSubject(w, rt)
	var together sync.WaitGroup
	for n := range 3 + d.IntN(6) {
		c := w.planCall(n+1, s)
		w.mu.Lock()
		w.calls = append(w.calls, c)
		w.mu.Unlock()
		w.log("%s: %s", c, c.words())
		if d.often(75) {
			together.Wait()
		}
		time.Sleep(c.pause)
		together.Go(func() { w.make(s, c) })
	}
	together.Wait()
	time.Sleep(10 * time.Minute) // the service goes on with what it was sent
	tr.CloseIdleConnections()
	synctest.Wait()
	wrong := w.close()
	for _, c := range w.calls {
		wrong = append(wrong, w.judge(c)...)
	}
	if w.kind.signsAgain() && s.methods != nil { // what another transport sends again has the same signature
		wrong = append(wrong, w.ledger.unsigned()...)
	}
	return wrong
}

// close ends the network, and returns the connections that a client still used.
func (w *world) close() (inUse []string) {
	w.mu.Lock()
	w.over = true
	links := w.links
	w.mu.Unlock()
	for _, l := range links {
		// A connection over which nothing is under way when GOAWAY comes net/http forgets, and leaves it to the server
		// to close it.
		if !l.closed[client] && !l.leaving {
			inUse = append(inUse, fmt.Sprintf("connection %d is still in use", l.number))
		}
		(&side{l, client}).Close()
		(&side{l, server}).Close()
	}
	time.Sleep(10 * time.Minute) // for what was waiting for one of them
	return inUse
}

// plainTransport is net/http's, on this network.
func (w *world) plainTransport() *http.Transport {
	tr := &http.Transport{
		DialContext: w.dial, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: testAuthority().pool(), CurvePreferences: []tls.CurveID{tls.X25519}},
	}
	if w.http2 {
		tr.Protocols = new(http.Protocols)
		tr.Protocols.SetUnencryptedHTTP2(true)
	}
	return tr
}

// transport is the same in one of its settings.
func (w *world) transport(d dice) *http.Transport {
	tr := w.plainTransport()
	if w.proxied {
		tr.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example:3128"})
	}
	if d.often(8) {
		proxy, asked, percent := tr.Proxy, 0, []int{40, 100}[d.IntN(2)]
		tr.Proxy = func(r *http.Request) (*url.URL, error) {
			w.mu.Lock()
			asked++
			fail := w.dice(diceProxy, asked, 0).often(percent)
			w.mu.Unlock()
			if fail {
				return nil, errors.New("no proxy for this request")
			}
			if proxy == nil {
				return nil, nil
			}
			return proxy(r)
		}
	}
	if d.often(40) {
		tr.ExpectContinueTimeout = time.Second
	}
	if d.often(10) {
		tr.ResponseHeaderTimeout = d.span(time.Second, 5*time.Second)
	}
	if d.often(10) {
		tr.DisableKeepAlives = true
	}
	if d.often(10) {
		tr.MaxConnsPerHost = 1
	}
	if d.often(10) {
		tr.IdleConnTimeout = d.span(time.Second, 10*time.Second)
	}
	if d.often(10) {
		tr.HTTP2 = &http.HTTP2Config{StrictMaxConcurrentRequests: true, SendPingTimeout: time.Second, PingTimeout: 2 * time.Second}
	}
	w.log("%s, HTTP/2 without TLS: %v, proxy: %v, 100-continue after %v, headers within %v, keep-alive off: %v, connections: %d", w.scheme, w.http2, w.proxied,
		tr.ExpectContinueTimeout, tr.ResponseHeaderTimeout, tr.DisableKeepAlives, tr.MaxConnsPerHost)
	return tr
}

var errOfTheCaller = errors.New("the caller has seen enough")

// make makes one call and notes how it ended.
func (w *world) make(s subject, c *call) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	ctx = context.WithValue(ctx, callKey{}, c)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	switch {
	case c.cancelAt > 0:
		w.cancelAt(c.cancelAt, func() { stop(errOfTheCaller) })
	case c.cancelAt < 0:
		stop(errOfTheCaller)
	case c.deadline > 0:
		ctx, cancel = context.WithTimeout(ctx, c.deadline)
		defer cancel()
	}
	answer, err := c.send(ctx, s)
	w.mu.Lock()
	defer w.mu.Unlock()
	c.answer, c.err, c.ended = answer, err, ctx.Err()
	if err != nil {
		answer = "error: " + err.Error()
	}
	w.story = append(w.story, chapter{time.Since(w.start), "%s returned %s", []any{c, answer}})
}
