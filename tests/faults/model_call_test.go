package faults_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"example.com/cortexscan/wrapper"
)

type callKey struct{}

// call is a planned call and its outcome.
type call struct {
	number  int
	method  string // "AbortScan", "GetScanRunStatus", or "POST" for an abort through API()
	body    string // of a POST
	editors []editor
	pause   time.Duration // before the call

	// When the context of the call ends; 0 means never:
	deadline    time.Duration
	cancelAfter time.Duration
	cancelAt    int // counts network events

	// The outcome, guarded by the simulation's lock.
	validated []content // what the request validator saw
	arrivals  int
	executed  []execution
	result    string // the action ID, the message of the run, or an HTTP status; "" for an error
	err       error
	ended     error         // the context's error when the call returned
	late      time.Duration // how long the call continued after its context had ended
}

func (c *call) String() string {
	if c == nil {
		return "some call"
	}
	return fmt.Sprintf("call-%d", c.number)
}

func (c *call) isGet() bool { return c.method == "GetScanRunStatus" }

func (s *simulation) planCall(number int) *call {
	d := s.dice(diceCall, number, 0)
	c := &call{number: number, method: d.pick("AbortScan", "POST", "POST", "POST", "GetScanRunStatus")}
	c.body = fmt.Sprintf(`{"request_data":{"filters":"all","incident_id":"%s"}}`, c)
	if d.chance(15) {
		c.body += strings.Repeat(" ", 1<<d.IntN(17))
	}
	if c.method == "POST" {
		for range d.IntN(3) {
			c.editors = append(c.editors, editors[d.IntN(len(editors))])
		}
		if d.chance(30) {
			c.editors = append(c.editors, noBody)
		}
		if d.chance(40) {
			c.editors = append(c.editors, idempotent)
		}
	}
	if d.chance(40) {
		c.pause = d.span(time.Millisecond, time.Second, time.Minute, 3*time.Minute)
	}
	switch d.IntN(10) {
	case 0:
		c.deadline = d.span(0, time.Millisecond, time.Second, 4*time.Second, 40*time.Second)
	case 1:
		c.cancelAfter = d.span(0, time.Millisecond, time.Second, 4*time.Second)
	case 2, 3:
		c.cancelAt = 1 + d.IntN(20)
	}
	return c
}

func (c *call) send(ctx context.Context, client *wrapper.Client) (result string, err error) {
	switch c.method {
	case "AbortScan":
		reply, err := client.AbortScan(ctx, wrapper.AllEndpoints(), wrapper.WithIncident(c.String()))
		if err != nil {
			return "", exactlyOne(reply != nil, err)
		}
		return string(reply.ActionID), nil
	case "GetScanRunStatus":
		run, err := client.GetScanRunStatus(ctx, int64(c.number))
		if err != nil {
			return "", exactlyOne(run != nil, err)
		}
		return run.DATA, nil
	}
	edit := func(_ context.Context, r *http.Request) error {
		r.Header.Set("X-Call", c.String())
		for _, e := range c.editors {
			e.edit(r)
		}
		return nil
	}
	res, err := client.API().AbortScanWithBodyWithResponse(ctx, "application/json", strings.NewReader(c.body), edit)
	switch {
	case err != nil:
		return "", exactlyOne(res != nil, err)
	case res.JSON200 != nil && res.JSON200.Reply.ActionID != "":
		return string(res.JSON200.Reply.ActionID), nil
	}
	return fmt.Sprint(res.StatusCode()), nil
}

type editor struct {
	name string
	edit func(r *http.Request)
}

func (e editor) String() string { return e.name }

func reader(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }

func setHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

var editors = []editor{
	{"another body", func(r *http.Request) { r.Body = reader(`{"edited":"by the caller"}`) }},
	{"a GetBody that returns another body", func(r *http.Request) {
		r.GetBody = func() (io.ReadCloser, error) { return reader(`{"filters":"something else"}`), nil }
	}},
	{"no GetBody", func(r *http.Request) { r.GetBody = nil }},
	{"a length that is too small", func(r *http.Request) { r.ContentLength = 3 }},
	{"a half-read body", func(r *http.Request) {
		if r.Body != nil {
			io.CopyN(io.Discard, r.Body, 9)
		}
	}},
	{"a body that can't be read", func(r *http.Request) { r.Body = io.NopCloser(failingReader{}) }},
	{"no body, but its GetBody and its length", func(r *http.Request) { r.Body = nil }},
	{"X-Idempotency-Key", setHeader("X-Idempotency-Key", "4711")},
	{"Expect", setHeader("Expect", "100-continue")},
	{"Connection: close", setHeader("Connection", "close")},
	{"Transfer-Encoding", func(r *http.Request) { r.TransferEncoding = []string{"chunked"} }},
	{"a trailer", func(r *http.Request) { r.Trailer = http.Header{"X-Trailer": {"4711"}} }},
	{"PUT", func(r *http.Request) { r.Method = http.MethodPut }},
}

// These two editors affect the replays of net/http most.
var (
	noBody     = editor{"no body", func(r *http.Request) { r.Body, r.GetBody, r.ContentLength = nil, nil, 0 }}
	idempotent = editor{"Idempotency-Key", setHeader("Idempotency-Key", "4711")}
)

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("the body is not available") }

// validator records each request that it validates. A careless validator does not restore the body.
type validator struct {
	sim      *simulation
	careless bool
}

func (v validator) ValidateRequest(r *http.Request) error {
	seen := contentOf(r)
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
