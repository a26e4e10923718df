package faults_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
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

// transportKind is what stands between a client and net/http's transport.
type transportKind struct {
	name    string
	silent  bool // it reports nothing through net/http's trace
	repeats int  // it may send a request so often by itself, or have it repeated
	round   func(k transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error)
}

func pass(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	return inner.RoundTrip(r)
}

var transportKinds = []transportKind{
	{name: "net/http's own"},
	{name: "net/http's own"},
	{name: "net/http's own"},
	{name: "net/http's own"},
	{name: "one that wraps it", round: pass},
	{name: "one that clones", round: func(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("X-Traced", "4711")
		return inner.RoundTrip(r)
	}},
	{name: "one that watches the body", round: func(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = struct{ io.ReadCloser }{r.Body}
		}
		return inner.RoundTrip(r)
	}},
	{name: "one that reads the body and puts it back", round: func(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
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
	{name: "a silent one", silent: true, round: pass},
	{name: "a silent one", silent: true, round: pass},
	{name: "one that tries again", repeats: 3, round: tryAgain},
	{name: "a silent one that tries again", silent: true, repeats: 3, round: tryAgain},
	{name: "one that keeps the body and tries again", repeats: 3, round: func(k transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		return tryAgain(k, inner, withOwnBody(r))
	}},
	{name: "one with a GetBody of its own", repeats: 1, round: func(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		return inner.RoundTrip(withOwnBody(r))
	}},
	{name: "a silent one with a GetBody of its own", silent: true, repeats: 1, round: func(_ transportKind, inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		return inner.RoundTrip(withOwnBody(r))
	}},
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
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if w.kind.silent {
			r = r.WithContext(untraced{r.Context()})
		}
		return w.kind.round(w.kind, inner, r)
	})
}

// untraced is a context without its values, net/http's trace among them.
type untraced struct{ context.Context }

func (untraced) Value(any) any { return nil }
