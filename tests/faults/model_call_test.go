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

// call is one call: how it is made, and its outcome.
type call struct {
	number   int
	method   string
	body     string // if the caller provides one
	editors  []editor
	pause    time.Duration // before it
	deadline time.Duration
	cancelAt int // the network event at which its context ends; negative: before it begins

	// The outcome, guarded by the simulation's lock.
	validated []validated
	arrivals  int
	executed  []execution
	result    string // "" beside an error
	err       error
	ended     error         // the error of the context, when the call returned
	late      time.Duration // how long after the end of its context it returned
}

// validated is what the request validator saw.
type validated struct{ method, target, contentType, body string }

func (c *call) String() string {
	if c == nil {
		return "some call"
	}
	return fmt.Sprintf("call-%d", c.number)
}

func (c *call) isGet() bool { return strings.Contains(c.method, "GET") }

func (c *call) describe() string {
	var names []string
	for _, e := range c.editors {
		names = append(names, e.name)
	}
	return fmt.Sprintf("%s, edited: %q, deadline: %v, canceled at event %d", c.method, names, c.deadline, c.cancelAt)
}

func (s *simulation) planCall(number int, t target) *call {
	d := s.dice(diceCall, number, 0)
	c := &call{number: number}
	c.method = d.pick("AbortScan", "AbortScan", "API POST", "API POST", "API POST", "API POST with a body", "API POST with a body", "API POST with a reader", "GetScanRunStatus, GET", "API GET")
	if t.methods == nil {
		c.method = d.pick("API POST", "API POST with a body", "API POST with a reader", "API GET")
	}
	c.body = fmt.Sprintf(`{"request_data":{"filters":"all","incident_id":"%s"}}`, c)
	if d.chance(15) {
		c.body += strings.Repeat(" ", 1<<d.IntN(17))
	}
	if strings.HasPrefix(c.method, "API POST") {
		for range d.IntN(3) {
			c.editors = append(c.editors, editors[d.IntN(len(editors))])
		}
		if d.chance(15) {
			c.editors = append(c.editors, noBody)
		}
		if d.chance(15) {
			c.editors = append(c.editors, idempotent)
		}
	}
	if d.chance(40) {
		c.pause = d.span(time.Millisecond, time.Second, time.Minute, 3*time.Minute)
	}
	switch d.IntN(10) {
	case 0:
		c.deadline = d.span(0, time.Millisecond, time.Second, 4*time.Second, 40*time.Second)
	case 1, 2:
		c.cancelAt = 1 + d.IntN(20)
	case 3:
		if d.chance(10) {
			c.cancelAt = -1
		}
	}
	return c
}

// send makes the call. It returns the action's ID or the status message; through API(), for a response that is not decoded,
// its HTTP status.
func (c *call) send(ctx context.Context, t target) (string, error) {
	named := func(_ context.Context, r *http.Request) error { r.Header.Set("X-Call", c.String()); return nil }
	edit := func(_ context.Context, r *http.Request) error {
		for _, e := range c.editors {
			e.edit(c, r)
		}
		return nil
	}
	switch c.method {
	case "GetScanRunStatus, GET":
		run, err := t.methods.GetScanRunStatus(ctx, int64(c.number))
		if err != nil {
			return "", err
		}
		return run.DATA, nil
	case "API GET":
		res, err := t.api.GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: int64(c.number), Fields: []string{"status"}})
		if err != nil || res.JSON200 == nil {
			return undecoded(res, err)
		}
		return res.JSON200.DATA, nil
	case "AbortScan":
		reply, err := t.methods.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17")), wrapper.WithIncident(c.String()))
		if err != nil {
			return "", err
		}
		return string(reply.ActionID), nil
	}
	var res *gen.AbortScanResult
	var err error
	switch c.method {
	case "API POST":
		res, err = t.api.AbortScanWithResponse(ctx, gen.AbortScanRequest{
			RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints, IncidentID: c.String()},
		}, named, edit)
	case "API POST with a body":
		res, err = t.api.AbortScanWithBodyWithResponse(ctx, "application/json", strings.NewReader(c.body), named, edit)
	default: // a body that can't be read twice and has no known length
		once := io.MultiReader(strings.NewReader(c.body[:7]), strings.NewReader(c.body[7:]))
		res, err = t.api.AbortScanWithBodyWithResponse(ctx, "application/json", once, named, edit)
	}
	if err != nil || res.JSON200 == nil {
		return undecoded(res, err)
	}
	return string(res.JSON200.Reply.ActionID), nil
}

// undecoded returns the HTTP status of a 2xx, and an error otherwise.
func undecoded(res interface{ StatusCode() int }, err error) (string, error) {
	switch {
	case err != nil:
		return "", err
	case res.StatusCode() < 200 || res.StatusCode() > 299:
		return "", fmt.Errorf("HTTP %d", res.StatusCode())
	}
	return fmt.Sprint(res.StatusCode()), nil
}

// editor is a request editor for API().
type editor struct {
	name string
	edit func(c *call, r *http.Request)
}

func reader(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }

func setHeader(name, value string) func(*call, *http.Request) {
	return func(_ *call, r *http.Request) { r.Header.Set(name, value) }
}

var errEditor = errors.New("the body is not available")

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
		r.GetBody = func() (io.ReadCloser, error) { return nil, errEditor }
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

// The two that most affect how many times net/http sends a request.
var (
	noBody     = editor{"no body", func(_ *call, r *http.Request) { r.Body, r.GetBody, r.ContentLength = nil, nil, 0 }}
	idempotent = editor{"Idempotency-Key", setHeader("Idempotency-Key", "4711")}
)

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errEditor }

// validator records what the client validates. A careless one leaves the body read.
type validator struct {
	sim      *simulation
	careless bool
}

func (v validator) ValidateRequest(r *http.Request) error {
	seen := validated{method: r.Method, target: r.URL.RequestURI(), contentType: r.Header.Get("Content-Type")}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		seen.body = string(body)
		if !v.careless {
			r.Body = reader(seen.body)
		}
	}
	c := r.Context().Value(callKey{}).(*call)
	v.sim.mu.Lock()
	defer v.sim.mu.Unlock()
	c.validated = append(c.validated, seen)
	return nil
}
