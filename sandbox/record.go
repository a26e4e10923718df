package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/cortexscan/api"
)

const (
	maxCalls    = 1000     // kept; older ones are forgotten
	maxRecorded = 64 << 10 // bytes kept of a body, a path, a query, and of all headers of a call together
	maxBody     = 1 << 20  // bytes of a body; more are refused
	hidden      = "[hidden]"
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

	// Answer is the body of the answer, without the tenant's keys; at most 64 KiB of it.
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

// WithCallLog has log called with each call once it has been answered, or has ended without an answer. It is
// called from many goroutines, before the connection takes the next request.
func WithCallLog(log func(Call)) Option {
	return func(t *Tenant) { t.log = log }
}

// Calls returns copies of the requests in their order, rejected and failed ones included. The last 1,000 are kept.
func (t *Tenant) Calls() []Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]Call, 0, len(t.calls))
	for _, c := range t.calls {
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
func (t *Tenant) arrive(w http.ResponseWriter, r *http.Request) (*answer, *http.Request) {
	start := time.Now()
	r, body := takeBody(r)
	call := &Call{
		Time:   t.clock(),
		Method: t.blank(r.Method),
		Path:   t.blank(r.URL.Path),
		Query:  t.blank(r.URL.RawQuery),
		Body:   t.blank(string(body)),
		Header: t.blankHeader(r.Header),
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.calls) == maxCalls {
		t.calls = slices.Delete(t.calls, 0, 1)
	}
	t.calls = append(t.calls, call)
	return &answer{ResponseWriter: w, tenant: t, call: call, start: start, oversized: len(body) > maxBody}, r
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

func clip(s string) string {
	if len(s) > maxRecorded {
		s = strings.Clone(s[:maxRecorded]) // not to keep the rest in memory
	}
	return s
}

// blank hides the tenant's keys in a text, where somebody may have put one by mistake: as they are, and as a URL or a
// form encodes them.
func (t *Tenant) blank(s string) string {
	for _, k := range t.keys {
		if key := k.key(); key != "" {
			s = blankEncoded(strings.ReplaceAll(s, key, hidden), key)
		}
	}
	return clip(s)
}

// blankEncoded hides a key in which any character is percent-encoded, or a space is a plus sign.
func blankEncoded(s, key string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if n := encodedPrefix(s[i:], key); n > 0 {
			b.WriteString(hidden)
			i += n
		} else {
			b.WriteByte(s[i])
			i++
		}
	}
	return b.String()
}

// encodedPrefix returns how many bytes of s encode the key, 0 if s does not begin with it.
func encodedPrefix(s, key string) int {
	n := 0
	for i := range len(key) {
		rest := s[n:]
		switch {
		case len(rest) >= 3 && rest[0] == '%' && isHexOf(rest[1:3], key[i]):
			n += 3
		case rest != "" && (rest[0] == key[i] || rest[0] == '+' && key[i] == ' '):
			n++
		default:
			return 0
		}
	}
	return n
}

func isHexOf(digits string, c byte) bool {
	v, err := strconv.ParseUint(digits, 16, 8)
	return err == nil && byte(v) == c
}

// blankName hides a header's name that contains a key, in upper or lower case: net/http changes the case of names.
func (t *Tenant) blankName(name string) string {
	for _, k := range t.keys {
		if key := k.key(); key != "" && strings.Contains(strings.ToLower(name), strings.ToLower(key)) {
			return hidden
		}
	}
	return name
}

func (t *Tenant) blankHeader(h http.Header) http.Header {
	kept, room := http.Header{}, maxRecorded
	for name, values := range h {
		for _, v := range values {
			switch name {
			case headerAuthorization, headerNonce, "Proxy-Authorization", "Cookie":
				v = hidden
			}
			v = t.blank(v)
			shown := t.blankName(name)
			if room -= len(shown) + len(v); room < 0 {
				return kept
			}
			kept[shown] = append(kept[shown], v)
		}
	}
	return kept
}

// answer is the ResponseWriter of one call. It records the status before the client can have read it.
type answer struct {
	http.ResponseWriter
	tenant    *Tenant
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
	a.body = append(a.body, part...) // all of it: a key that is cut in two is not found
	text := a.tenant.blank(string(a.body))
	a.tenant.mu.Lock()
	defer a.tenant.mu.Unlock()
	if a.call.Status == 0 {
		a.call.Status = status
	}
	a.call.Answer = text
	a.call.Duration = time.Since(a.start)
}

// end hands the call to the log.
func (a *answer) end() {
	if a.tenant.log == nil {
		return
	}
	a.tenant.mu.Lock()
	call := a.call.clone()
	a.tenant.mu.Unlock()
	a.tenant.log(call)
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
	a.tenant.mu.Lock()
	defer a.tenant.mu.Unlock()
	a.call.Abort = &result
}

func (a *answer) note(problems []api.Problem) {
	for i, p := range problems { // they name what the sender made up
		problems[i].Name, problems[i].Pointer = a.tenant.blank(p.Name), a.tenant.blank(p.Pointer)
	}
	a.tenant.mu.Lock()
	defer a.tenant.mu.Unlock()
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
