package faults_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"syscall"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

type callKey struct{}

// call is one call, how it is made, and what became of it.
type call struct {
	number   int
	door     string
	body     string // where the caller gives one
	editors  []editor
	pause    time.Duration // before it
	deadline time.Duration
	cancelAt int // the event of the network at which its context ends; negative: before it begins

	transport transportKind

	// What became of it, under the world's lock.
	validated []validated
	arrivals  int
	executed  []execution
	answer    string // "" where it returned an error
	err       error
	ended     error // of the context, when it returned
}

// validated is what a validator saw.
type validated struct{ method, target, contentType, body string }

func (c *call) String() string {
	if c == nil {
		return "some call"
	}
	return fmt.Sprintf("call-%d", c.number)
}

func (c *call) get() bool { return strings.Contains(c.door, "GET") }

func (c *call) words() string {
	words := []string{c.door}
	for _, e := range c.editors {
		words = append(words, e.name)
	}
	if c.deadline > 0 {
		words = append(words, "within "+c.deadline.String())
	}
	if c.cancelAt != 0 {
		words = append(words, fmt.Sprintf("canceled at event %d", c.cancelAt))
	}
	return strings.Join(words, ", ")
}

func (w *world) planCall(number int, s subject) *call {
	d := w.dice(diceCall, number, 0)
	c := &call{number: number, transport: w.kind}
	c.door = d.of("AbortScan", "AbortScan", "API POST", "API POST", "API POST", "API POST with a body", "API POST with a body", "API POST with a reader", "GetScanRunStatus, GET", "API GET")
	if s.methods == nil {
		c.door = d.of("API POST", "API POST with a body", "API POST with a reader", "API GET")
	}
	c.body = fmt.Sprintf(`{"request_data":{"filters":"all","incident_id":"%s"}}`, c)
	if d.often(15) {
		c.body += strings.Repeat(" ", 1<<d.IntN(17))
	}
	if strings.HasPrefix(c.door, "API POST") {
		for range d.IntN(3) {
			c.editors = append(c.editors, editors[d.IntN(len(editors))])
		}
		if d.often(15) {
			c.editors = append(c.editors, noBody)
		}
		if d.often(15) {
			c.editors = append(c.editors, idempotent)
		}
	}
	if d.often(40) {
		c.pause = d.span(time.Millisecond, time.Second, time.Minute, 3*time.Minute)
	}
	switch d.IntN(10) {
	case 0:
		c.deadline = d.span(0, time.Millisecond, time.Second, 4*time.Second, 40*time.Second)
	case 1, 2:
		c.cancelAt = 1 + d.IntN(20)
	case 3:
		if d.often(10) {
			c.cancelAt = -1
		}
	}
	return c
}

// send makes the call and returns the action's ID, or the state.
func (c *call) send(ctx context.Context, s subject) (string, error) {
	named := func(_ context.Context, r *http.Request) error { r.Header.Set("X-Call", c.String()); return nil }
	edit := func(_ context.Context, r *http.Request) error {
		for _, e := range c.editors {
			e.edit(c, r)
		}
		return nil
	}
	aborted := func(res *gen.AbortScanResult, err error) (string, error) {
		switch {
		case err != nil:
			return "", err
		case res.StatusCode() < 200 || res.StatusCode() > 299:
			return "", fmt.Errorf("HTTP %d", res.StatusCode())
		case res.JSON200 == nil: // a success all the same, to a caller of API()
			return fmt.Sprint(res.StatusCode()), nil
		}
		return string(res.JSON200.Reply.ActionID), nil
	}
	switch c.door {
	case "GetScanRunStatus, GET":
		run, err := s.methods.GetScanRunStatus(ctx, int64(c.number))
		if err != nil {
			return "", err
		}
		return run.DATA, nil
	case "API GET":
		res, err := s.api.GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: int64(c.number), Fields: []string{"status"}})
		switch {
		case err != nil:
			return "", err
		case res.StatusCode() < 200 || res.StatusCode() > 299:
			return "", fmt.Errorf("HTTP %d", res.StatusCode())
		case res.JSON200 == nil:
			return fmt.Sprint(res.StatusCode()), nil
		}
		return res.JSON200.DATA, nil
	case "AbortScan":
		reply, err := s.methods.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17")), wrapper.WithIncident(c.String()))
		if err != nil {
			return "", err
		}
		return string(reply.ActionID), nil
	case "API POST":
		return aborted(s.api.AbortScanWithResponse(ctx, gen.AbortScanRequest{
			RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints, IncidentID: c.String()},
		}, named, edit))
	case "API POST with a body":
		return aborted(s.api.AbortScanWithBodyWithResponse(ctx, "application/json", strings.NewReader(c.body), named, edit))
	default: // it cannot be read twice, and does not tell its length
		once := io.MultiReader(strings.NewReader(c.body[:7]), strings.NewReader(c.body[7:]))
		return aborted(s.api.AbortScanWithBodyWithResponse(ctx, "application/json", once, named, edit))
	}
}

// editor changes a request as the caller of API() may.
type editor struct {
	name string
	edit func(c *call, r *http.Request)
}

func reader(text string) io.ReadCloser { return io.NopCloser(strings.NewReader(text)) }

func setHeader(name, value string) func(*call, *http.Request) {
	return func(_ *call, r *http.Request) { r.Header.Set(name, value) }
}

var errOfTheEditor = errors.New("no body to be had")

var editors = []editor{
	{"another body", func(c *call, r *http.Request) { r.Body = reader(`{"edited":"` + c.String() + `"}`) }},
	{"another body as long", func(c *call, r *http.Request) {
		r.Body = reader(strings.Repeat("e", int(max(1, r.ContentLength))))
	}},
	{"another body, and its length", func(c *call, r *http.Request) {
		r.Body, r.ContentLength = reader(strings.Repeat("edited", 30)), 180
	}},
	{"a GetBody that returns another body", func(c *call, r *http.Request) {
		r.GetBody = func() (io.ReadCloser, error) { return reader(`{"filters":"something else"}`), nil }
	}},
	{"a GetBody that fails", func(c *call, r *http.Request) {
		r.GetBody = func() (io.ReadCloser, error) { return nil, errOfTheEditor }
	}},
	{"no GetBody", func(c *call, r *http.Request) { r.GetBody = nil }},
	{"a length that is too small", func(c *call, r *http.Request) { r.ContentLength = 3 }},
	{"a length that is too large", func(c *call, r *http.Request) { r.ContentLength += 5 }},
	{"an unknown length", func(c *call, r *http.Request) { r.ContentLength = -1 }},
	{"no length", func(c *call, r *http.Request) { r.ContentLength = 0 }},
	{"a body half read", func(c *call, r *http.Request) {
		if r.Body != nil {
			io.CopyN(io.Discard, r.Body, 9)
		}
	}},
	{"a body that cannot be read", func(c *call, r *http.Request) {
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"request`), failingReader{}))
	}},
	{"http.NoBody", func(c *call, r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 }},
	{"no body, its GetBody and length left", func(c *call, r *http.Request) { r.Body = nil }},
	{"X-Idempotency-Key", setHeader("X-Idempotency-Key", "4711")},
	{"X-Idempotency-Key without a value", func(_ *call, r *http.Request) { r.Header["X-Idempotency-Key"] = nil }},
	{"Expect", setHeader("Expect", "100-continue")},
	{"Expect", setHeader("Expect", "100-continue")},
	{"Connection: close", setHeader("Connection", "close")},
	{"Close", func(_ *call, r *http.Request) { r.Close = true }},
	{"Content-Length", setHeader("Content-Length", "3")},
	{"Transfer-Encoding", func(_ *call, r *http.Request) { r.TransferEncoding = []string{"chunked"} }},
	{"a trailer", func(_ *call, r *http.Request) { r.Trailer = http.Header{"X-Trailer": {"4711"}} }},
	{"a long header", setHeader("X-Long", strings.Repeat("long", 2000))},
	{"PUT", func(_ *call, r *http.Request) { r.Method = http.MethodPut }},
	{"DELETE", func(_ *call, r *http.Request) { r.Method = http.MethodDelete }},
}

// The two that matter most to how often net/http sends a request.
var (
	noBody     = editor{"no body", func(_ *call, r *http.Request) { r.Body, r.GetBody, r.ContentLength = nil, nil, 0 }}
	idempotent = editor{"Idempotency-Key", setHeader("Idempotency-Key", "4711")}
)

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errOfTheEditor }

// validator notes what a client validates. One that is rude leaves the body read.
type validator struct {
	world *world
	rude  bool
}

func (v validator) ValidateRequest(r *http.Request) error {
	seen := validated{method: r.Method, target: r.URL.RequestURI(), contentType: r.Header.Get("Content-Type")}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		seen.body = string(body)
		if !v.rude {
			r.Body = reader(seen.body)
		}
	}
	c := r.Context().Value(callKey{}).(*call)
	v.world.mu.Lock()
	defer v.world.mu.Unlock()
	c.validated = append(c.validated, seen)
	return nil
}

// transportKind is a RoundTripper between a client and the network.
type transportKind struct {
	name    string
	silent  bool // some of its requests are not reported to httptrace
	repeats int  // it may send a request this often by itself, or let net/http do so
	reads   bool // it reads a body before it connects
	round   func(k transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error)
	// registered has net/http's transport use round as an alternate protocol (RegisterProtocol).
	registered bool
}

// own reports whether net/http's transport sends the request by itself.
func (k transportKind) own() bool { return k.round == nil }

// signsAgain reports whether a client can keep a nonce from being sent twice.
func (k transportKind) signsAgain() bool { return !k.silent && k.repeats == 0 }

func pass(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	return inner.RoundTrip(r)
}

func silently(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	return inner.RoundTrip(r.WithContext(untraced{r.Context()}))
}

func clone(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Traced", "4711")
	return inner.RoundTrip(r)
}

// instrument does what otelhttp does to a request.
func instrument(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	ctx := httptrace.WithClientTrace(context.WithValue(r.Context(), spanKey{}, "span"), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {}})
	r = r.Clone(ctx)
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = struct{ io.ReadCloser }{r.Body}
		if getBody := r.GetBody; getBody != nil {
			r.GetBody = func() (io.ReadCloser, error) {
				body, err := getBody()
				if err != nil {
					return nil, err
				}
				return struct{ io.ReadCloser }{body}, nil
			}
		}
	}
	r.Header.Set("Traceparent", "00-4711-17-01")
	return inner.RoundTrip(r)
}

type spanKey struct{}

// rebuildHeaders gives every header its canonical name.
func rebuildHeaders(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	header := r.Header
	r.Header = http.Header{}
	for name, values := range header {
		for _, value := range values {
			r.Header.Add(name, value)
		}
	}
	return inner.RoundTrip(r)
}

// unreachable is a stack that reports to httptrace and never connects.
var unreachable = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errRefused }}

var errRefused = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}

// fallBack tries a stack that cannot connect, and then one that reports nothing.
func fallBack(k transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	_, err := unreachable.RoundTrip(r)
	second := r.Clone(r.Context())
	if r.Body != nil && r.Body != http.NoBody {
		if r.GetBody == nil {
			return nil, err
		}
		body, bodyErr := r.GetBody()
		if bodyErr != nil {
			return nil, err
		}
		second.Body = body
	}
	return silently(k, inner, second)
}

// fallForward tries a stack that reports nothing, and where that cannot connect one that reports.
func fallForward(k transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	res, err := silently(k, inner, r)
	var dial *net.OpError
	if !errors.As(err, &dial) || dial.Op != "dial" {
		return res, err
	}
	second := r.Clone(r.Context())
	if r.Body != nil && r.Body != http.NoBody {
		if r.GetBody == nil {
			return nil, err
		}
		body, bodyErr := r.GetBody()
		if bodyErr != nil {
			return nil, err
		}
		second.Body = body
	}
	return inner.RoundTrip(second)
}

// goOn returns when the context ends, and lets the request go on.
func goOn(k transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	type result struct {
		res *http.Response
		err error
	}
	done := make(chan result, 1)
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	go func() {
		time.Sleep(time.Millisecond) // as if it had waited for a connection
		res, err := inner.RoundTrip(r.WithContext(ctx))
		done <- result{res, err}
	}()
	select {
	case got := <-done:
		context.AfterFunc(r.Context(), cancel)
		return got.res, got.err
	case <-r.Context().Done():
		go func() {
			defer cancel()
			select {
			case got := <-done:
				if got.err == nil {
					got.res.Body.Close()
				}
			case <-time.After(time.Minute):
			}
		}()
		return nil, r.Context().Err()
	}
}

var transportKinds = []transportKind{
	{name: "net/http's own"},
	{name: "net/http's own"},
	{name: "net/http's own"},
	{name: "net/http's own"},
	{name: "net/http's own"},
	{name: "net/http's own"},
	{name: "net/http's own, with a protocol registered that passes", registered: true, round: pass},
	{name: "net/http's own, with a protocol registered that clones", registered: true, round: clone},
	{name: "net/http's own, with a protocol registered that is silent", registered: true, silent: true, round: silently},
	{name: "net/http's own, with a protocol registered that falls back", registered: true, silent: true, round: fallBack},
	{name: "net/http's own, with a protocol registered that tries again", registered: true, silent: true, repeats: 3, round: tryAgainSilently},
	{name: "one that wraps it", round: pass},
	{name: "one that clones", round: clone},
	{name: "one that instruments", round: instrument},
	{name: "one that instruments", round: instrument},
	{name: "one that rebuilds headers", round: rebuildHeaders},
	{name: "one that rebuilds headers", round: rebuildHeaders},
	{name: "one that falls back", silent: true, round: fallBack},
	{name: "one that falls back", silent: true, round: fallBack},
	{name: "one that falls back from a silent stack", silent: true, round: fallForward},
	{name: "one that goes on after its context", round: goOn},
	{name: "one that watches the body", round: func(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = struct{ io.ReadCloser }{r.Body}
		}
		return inner.RoundTrip(r)
	}},
	{name: "one that reads the body and puts it back", reads: true, round: func(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		if r.Body != nil {
			body, err := io.ReadAll(r.Body)
			r.Body.Close()
			if err != nil {
				return nil, err
			}
			r.Body = reader(string(body))
		}
		return inner.RoundTrip(r)
	}},
	{name: "one that drops GetBody", round: func(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.GetBody = nil
		return inner.RoundTrip(r)
	}},
	{name: "a silent one", silent: true, round: silently},
	{name: "a silent one", silent: true, round: silently},
	{name: "one that tries again", repeats: 3, round: tryAgain},
	{name: "a silent one that tries again", silent: true, repeats: 3, round: tryAgainSilently},
	{name: "one that keeps the body and tries again", repeats: 3, reads: true, round: func(k transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		return tryAgain(k, inner, withOwnBody(r))
	}},
	{name: "one with a GetBody of its own", repeats: 1, reads: true, round: func(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		return inner.RoundTrip(withOwnBody(r))
	}},
	{name: "a silent one with a GetBody of its own", silent: true, repeats: 1, reads: true, round: func(k transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		return silently(k, inner, withOwnBody(r))
	}},
}

func tryAgainSilently(k transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	return tryAgain(k, inner, r.WithContext(untraced{r.Context()}))
}

// withOwnBody reads the body, and has it read from memory from then on.
func withOwnBody(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	if r.Body == nil || r.Body == http.NoBody {
		return r
	}
	body, _ := io.ReadAll(r.Body)
	r.Body.Close()
	r.GetBody = func() (io.ReadCloser, error) { return reader(string(body)), nil }
	r.Body, _ = r.GetBody()
	return r
}

// tryAgain sends a request up to three times.
func tryAgain(k transportKind, inner http.RoundTripper, r *http.Request) (res *http.Response, err error) {
	for n := range k.repeats {
		again := r.Clone(r.Context())
		if n > 0 && r.GetBody != nil {
			body, bodyErr := r.GetBody()
			if bodyErr != nil {
				return nil, err
			}
			again.Body = body
		}
		if res, err = inner.RoundTrip(again); err == nil || r.Context().Err() != nil || n > 0 && r.Body != nil && r.GetBody == nil {
			return res, err
		}
	}
	return res, err
}

// around puts a transport of some kind in front of net/http's.
func (w *world) around(d dice, inner *http.Transport) http.RoundTripper {
	w.kind = transportKinds[d.IntN(len(transportKinds))]
	w.log("the transport is %s", w.kind.name)
	if w.kind.round == nil {
		return inner
	}
	outer := roundTrip(func(r *http.Request) (*http.Response, error) { return w.kind.round(w.kind, inner, r) })
	if w.kind.registered {
		tr := &http.Transport{}
		tr.RegisterProtocol("http", outer)
		tr.RegisterProtocol("https", outer)
		return tr
	}
	return outer
}

// untraced is a context without its values, net/http's trace among them.
type untraced struct{ context.Context }

func (untraced) Value(any) any { return nil }
