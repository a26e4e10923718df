package sandbox

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/cortexscan/api"
)

const (
	maxCalls    = 1000     // number of calls that the tenant records
	maxBody     = 1 << 20  // maximum size of a request body, in bytes
	maxRecorded = 64 << 10 // number of bytes recorded of a body, a path, a query and all headers together
	maxValues   = 100      // number of header values recorded

	hidden = "[hidden]"
)

// Call is a request and its response.
type Call struct {
	Time   time.Time // when the request arrived, by the tenant's clock
	Method string
	Path   string // decoded
	Query  string // as sent
	Body   string // the first 64 KiB of the request's body

	// Header contains at most 100 values and 64 KiB of the request's headers. The values of Authorization,
	// Proxy-Authorization, Cookie and X-Xdr-Nonce are replaced with "[hidden]". A key sent anywhere else is
	// recorded as is.
	Header http.Header

	// Status is the HTTP status of the response, or 0 if no response has been sent.
	Status int
	// Problems lists what is wrong with the credentials or with the request, even if the response gives no reason.
	Problems []api.Problem

	// Response is the first 64 KiB of the response's body. It is empty until the response is complete.
	Response string
	// Duration is the time from the request's arrival to the last write of the response so far, measured by the real
	// clock.
	Duration time.Duration
	// Abort is the result of an executed abort. It is nil for other calls.
	Abort *AbortResult
}

// AbortResult is the effect of an abort.
type AbortResult struct {
	Selected int // number of endpoints that match the filters
	Aborted  int // number of scans that were pending or in progress and are now aborted
}

// recorder keeps the calls of a tenant.
type recorder struct {
	log func(Call) // nil: none

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

// arrive records the request. It returns the exchange that will record the response, and a copy of the request. It reads
// the body first, because the record includes the body of a refused request, and because net/http detects a disconnect only
// after the body has been read.
func (rec *recorder) arrive(w http.ResponseWriter, r *http.Request, now time.Time) (*exchange, *http.Request) {
	start := time.Now()
	r, body := takeBody(r)
	call := &Call{
		Time:   now,
		Method: clip(r.Method),
		Path:   clip(r.URL.Path),
		Query:  clip(r.URL.RawQuery),
		Body:   clip(string(body)),
		Header: recorded(r.Header),
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if len(rec.calls) == maxCalls {
		rec.calls = slices.Delete(rec.calls, 0, 1)
	}
	rec.calls = append(rec.calls, call)
	return &exchange{ResponseWriter: w, rec: rec, call: call, start: start, oversized: len(body) > maxBody}, r
}

// clip copies the part that it keeps, so that the rest can be collected.
func clip(s string) string {
	if len(s) > maxRecorded {
		s = strings.Clone(s[:maxRecorded])
	}
	return s
}

// recorded copies a header, limits its size and hides its credentials.
func recorded(h http.Header) http.Header {
	kept, room := http.Header{}, maxRecorded
	values := 0
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			switch http.CanonicalHeaderKey(name) {
			case headerAuthorization, headerNonce, "Proxy-Authorization", "Cookie":
				v = hidden
			}
			values++
			if room -= len(name) + len(v); room < 0 || values > maxValues {
				return kept
			}
			kept[name] = append(kept[name], v)
		}
	}
	return kept
}

// takeBody reads the body, at most one byte more than maxBody. It returns the body, and a copy of the request whose
// body yields the same bytes and the same error.
func takeBody(r *http.Request) (*http.Request, []byte) {
	taken := *r
	if r.Body == nil { // ServeHTTP was called directly
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

// exchange is the ResponseWriter of one call. It records the status before the client can receive it.
type exchange struct {
	http.ResponseWriter
	rec       *recorder
	call      *Call
	start     time.Time
	oversized bool   // the request's body is over the limit
	sent      []byte // the recorded part of the response's body
}

// Unwrap returns the wrapped ResponseWriter, for [http.ResponseController].
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

func (x *exchange) WriteHeader(status int) {
	x.wrote(status, nil)
	x.ResponseWriter.WriteHeader(status)
}

func (x *exchange) Write(p []byte) (int, error) {
	x.wrote(http.StatusOK, p)
	return x.ResponseWriter.Write(p)
}

func (x *exchange) wrote(status int, part []byte) {
	x.sent = append(x.sent, part[:min(len(part), maxRecorded-len(x.sent))]...)
	x.rec.mu.Lock()
	defer x.rec.mu.Unlock()
	if x.call.Status == 0 {
		x.call.Status = status
	}
	x.call.Duration = time.Since(x.start)
}

func (x *exchange) note(problems []api.Problem) {
	x.rec.mu.Lock()
	defer x.rec.mu.Unlock()
	x.call.Problems = problems
}

func (x *exchange) noteAbort(result AbortResult) {
	x.rec.mu.Lock()
	defer x.rec.mu.Unlock()
	x.call.Abort = &result
}

// end records the response's body, and passes the call to the log function.
func (x *exchange) end() {
	x.rec.mu.Lock()
	x.call.Response = string(x.sent)
	call := x.call.clone()
	x.rec.mu.Unlock()
	if x.rec.log != nil {
		x.rec.log(call)
	}
}
