package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"example.com/cortexscan/api"
)

const (
	maxCalls = 1000    // kept; older ones are forgotten
	maxBody  = 1 << 20 // bytes of a body; more are refused
)

// Call is a request and its answer.
type Call struct {
	Time   time.Time // of arrival, by the tenant's clock
	Method string
	Path   string // decoded
	Query  string // as sent
	Body   string // at most 64 KiB of it

	// Header is what was sent, without secrets: Authorization, Proxy-Authorization, Cookie and X-Xdr-Nonce
	// read "[hidden]". So does a key of the tenant, wherever in a Call it turns up. At most 64 KiB are kept.
	Header http.Header

	// Status is the HTTP status of the answer; 0 when there is none, not yet or not at all.
	Status int
	// Problems say what is wrong with the credentials, or where the request does not match the contract: why it was
	// rejected, also where the service itself would not say.
	Problems []api.Problem

	// Answer is the body of the answer, without the tenant's keys; at most 64 KiB of it, and none before it is complete.
	Answer string
	// Duration is the time from the request's arrival to the last byte that was answered so far, by the real clock.
	Duration time.Duration
	// Abort is what an abort did; nil for other operations and for an abort that was not executed.
	Abort *AbortResult
}

// AbortResult is what an abort that was executed did.
type AbortResult struct {
	Selected int // endpoints that its filters match
	Aborted  int // those of them whose scan was pending or in progress, and is aborted now
}

// recorder keeps the calls of a tenant, without its keys.
type recorder struct {
	keys *keyring
	log  func(Call) // nil: none

	mu    sync.Mutex
	calls []*Call
}

func (rec *recorder) list() []Call {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	list := make([]Call, 0, len(rec.calls))
	for _, c := range rec.calls {
		list = append(list, c.clone())
	}
	return list
}

func (c Call) clone() Call {
	c.Header = c.Header.Clone()
	c.Problems = slices.Clone(c.Problems)
	if c.Abort != nil {
		c.Abort = new(*c.Abort)
	}
	return c
}

// arrive records the request, and hands back the writer that will record its answer, and a copy of the request
// to go on with. The body is read here, so that it is recorded whoever refuses the request, and so that net/http
// notices a client that goes away.
func (rec *recorder) arrive(w http.ResponseWriter, r *http.Request, now time.Time) (*answer, *http.Request) {
	start := time.Now()
	r, body := takeBody(r)
	call := &Call{
		Time:   now,
		Method: rec.keys.blank(r.Method),
		Path:   rec.keys.blank(r.URL.Path),
		Query:  rec.keys.blank(r.URL.RawQuery),
		Body:   rec.keys.blank(string(body)),
		Header: rec.keys.blankHeader(r.Header),
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if len(rec.calls) == maxCalls {
		rec.calls = slices.Delete(rec.calls, 0, 1)
	}
	rec.calls = append(rec.calls, call)
	return &answer{ResponseWriter: w, rec: rec, call: call, start: start, oversized: len(body) > maxBody}, r
}

// takeBody reads the body, a byte more than is allowed at most, and returns a request that has it again, with
// the error it ended in.
func takeBody(r *http.Request) (*http.Request, []byte) {
	taken := *r
	if r.Body == nil { // not on a server, but in a call of the handler itself
		taken.Body = http.NoBody
	}
	if taken.Body == http.NoBody {
		return &taken, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	again := io.Reader(bytes.NewReader(body))
	if err != nil {
		again = io.MultiReader(again, failingReader{err})
	}
	taken.Body = struct {
		io.Reader
		io.Closer
	}{again, r.Body}
	return &taken, body
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// answer is the ResponseWriter of one call. It records the status before the client can have read it.
type answer struct {
	http.ResponseWriter
	rec       *recorder
	call      *Call
	start     time.Time
	oversized bool   // the request's body
	body      []byte // what was answered so far
}

// Unwrap is for [http.ResponseController].
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) WriteHeader(status int) {
	a.answered(status, nil)
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	a.answered(http.StatusOK, p)
	return a.ResponseWriter.Write(p)
}

func (a *answer) answered(status int, part []byte) {
	a.body = append(a.body, part...)
	a.rec.mu.Lock()
	defer a.rec.mu.Unlock()
	if a.call.Status == 0 {
		a.call.Status = status
	}
	a.call.Duration = time.Since(a.start)
}

// end records the body of the answer, and hands the call to the log.
func (a *answer) end() {
	text := a.rec.keys.blank(string(a.body)) // all of it: a key that is cut in two is not found
	a.rec.mu.Lock()
	a.call.Answer = text
	call := a.call.clone()
	a.rec.mu.Unlock()
	if a.rec.log != nil {
		a.rec.log(call)
	}
}

// withAnswer lets an operation, which the generated server hands the context alone, find the call's record.
func withAnswer(r *http.Request, a *answer) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), answerKey{}, a))
}

type answerKey struct{}

// noteProblem records what is wrong with the request of a context.
func noteProblem(ctx context.Context, problem api.Problem) {
	if a, ok := ctx.Value(answerKey{}).(*answer); ok {
		a.note([]api.Problem{problem})
	}
}

func noteAbort(ctx context.Context, result AbortResult) {
	a, ok := ctx.Value(answerKey{}).(*answer)
	if !ok { // no request of ServeHTTP
		return
	}
	a.rec.mu.Lock()
	defer a.rec.mu.Unlock()
	a.call.Abort = &result
}

func (a *answer) note(problems []api.Problem) {
	for i, p := range problems { // they name what the sender made up
		problems[i].Name, problems[i].Pointer = a.rec.keys.blank(p.Name), a.rec.keys.blank(p.Pointer)
	}
	a.rec.mu.Lock()
	defer a.rec.mu.Unlock()
	a.call.Problems = problems
}

// problemsOf takes the problems out of the validator's error.
func problemsOf(err error) []api.Problem {
	var violation *api.Violation
	if errors.As(err, &violation) {
		return violation.Problems
	}
	return []api.Problem{{In: "request", Reason: "does not match the contract"}}
}
