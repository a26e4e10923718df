package wrapper_test

import (
	"errors"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

// noWait lets a request be sent three times, at once.
func noWait() wrapper.Option { return wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}) }

// neverLeft fails as net/http does where no connection could be made, and says so to its trace.
func neverLeft(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GetConn("api-acme:443")
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
}

// lost fails as net/http does where a connection breaks after it was given to the request.
func lost(r *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(r.Context())
	trace.GetConn("api-acme:443")
	trace.GotConn(httptrace.GotConnInfo{})
	return nil, errors.New("connection reset by peer")
}

// TestRetryTable is the table of the package's documentation, cell by cell; tests/faults shows the same over
// sockets.
func TestRetryTable(t *testing.T) {
	cutOff := transport(func(r *http.Request) (*http.Response, error) {
		res := response(r, 200, "")
		res.Body, res.ContentLength = broken("{", errors.New("reset")), 100
		return res, nil
	})
	for _, tt := range []struct {
		name        string
		rt          http.RoundTripper
		get, others int // attempts
	}{
		{"never left", transport(neverLeft), 3, 3},
		{"lost", transport(lost), 3, 1},
		{"a transport that tells nothing", failing(errors.New("x")), 3, 1},
		{"the answer broke off", cutOff, 3, 1},
		{"429", canned(429, ""), 3, 3},
		{"429 with another err_code", canned(429, `{"reply": {"err_code": 400, "err_msg": "m"}}`), 3, 3},
		{"502", canned(502, ""), 3, 1}, {"503", canned(503, ""), 3, 1}, {"504", canned(504, ""), 3, 1},
		{"500", canned(500, ""), 1, 1}, {"501", canned(501, ""), 1, 1}, {"505", canned(505, ""), 1, 1},
		{"500 that says 503", canned(500, `{"reply": {"err_code": 503, "err_msg": "m"}}`), 1, 1},
		{"500 that asks to wait", canned(500, "", "Retry-After", "0"), 1, 1},
		{"200 that says 429", canned(200, `{"reply": {"err_code": 429, "err_msg": "m"}}`), 1, 1},
		{"200 that is none", canned(200, "<html>"), 1, 1},
		{"400", canned(400, ""), 1, 1}, {"401", canned(401, ""), 1, 1}, {"402", canned(402, ""), 1, 1}, {"403", canned(403, ""), 1, 1},
		{"404", canned(404, ""), 1, 1}, {"408", canned(408, ""), 1, 1}, {"409", canned(409, ""), 1, 1}, {"302", canned(302, "", "Location", "/"), 1, 1},
	} {
		for _, op := range operations {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				rec := &recorder{next: tt.rt}
				if err := op.call(t, t.Context(), newClient(t, rec, noWait())); err == nil {
					t.Fatal("no error")
				}
				want := tt.get
				if op.effect {
					want = tt.others
				}
				if len(rec.requests) != want {
					t.Errorf("%d attempts, want %d", len(rec.requests), want)
				}
				for i, body := range rec.bodies {
					if body != rec.bodies[0] || op.effect == (body == "") {
						t.Errorf("attempt %d sent the body %q, the first one %q", i+1, body, rec.bodies[0])
					}
				}
			})
		}
	}
}

func TestOtherAttemptsSucceed(t *testing.T) {
	for _, op := range operations {
		attempts := 0
		c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
			if attempts++; attempts < 3 {
				return response(r, 429, ""), nil
			}
			return good(r)
		}), noWait())
		if err := op.call(t, t.Context(), c); err != nil || attempts != 3 {
			t.Errorf("%s: %d attempts, %v", op.name, attempts, err)
		}
	}
}

func TestAttempts(t *testing.T) {
	for asked, want := range map[int]int{0: 3, 1: 1, 2: 2, 7: 7, -1: 1, math.MinInt: 1} {
		rec := &recorder{next: canned(429, "")}
		_, err := newClient(t, rec, wrapper.WithRetry(wrapper.Retry{Attempts: asked, BaseDelay: -1})).GetScanRunStatus(t.Context(), 1)
		if len(rec.requests) != want || apiError(t, err).Attempts != want {
			t.Errorf("Attempts %d: %d requests, error %v", asked, len(rec.requests), err)
		}
	}
}

// waits returns how long the client waited before each attempt but the first.
func waits(t *testing.T, rt http.RoundTripper, retry wrapper.Retry) (waits []time.Duration, err error) {
	var last time.Time
	c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
		if !last.IsZero() {
			waits = append(waits, time.Since(last))
		}
		last = time.Now()
		return rt.RoundTrip(r)
	}), wrapper.WithRetry(retry))
	start := time.Now()
	_, err = c.GetScanRunStatus(t.Context(), 1)
	var sum time.Duration
	for _, w := range waits {
		sum += w
	}
	if took := time.Since(start); took != sum {
		t.Errorf("the call took %v, its waits %v: it waited after the last attempt", took, sum)
	}
	return waits, err
}

// TestBackoff looks at 200 calls for each row: each wait lies under its bound, and with full jitter they fill
// the room under it from end to end.
func TestBackoff(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name   string
		retry  wrapper.Retry
		bounds []time.Duration
	}{
		{"default", wrapper.Retry{Attempts: 9}, []time.Duration{500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 8000 * ms, 16000 * ms, 30000 * ms, 30000 * ms}},
		{"own base", wrapper.Retry{Attempts: 4, BaseDelay: 3 * time.Second}, []time.Duration{3000 * ms, 6000 * ms, 12000 * ms}},
		{"own maximum", wrapper.Retry{Attempts: 4, MaxDelay: 700 * ms}, []time.Duration{500 * ms, 700 * ms, 700 * ms}},
		{"a maximum under the default base", wrapper.Retry{Attempts: 3, MaxDelay: 100 * ms}, []time.Duration{100 * ms, 100 * ms}},
		{"a base over the default maximum", wrapper.Retry{Attempts: 3, BaseDelay: time.Minute}, []time.Duration{time.Minute, time.Minute}},
		{"no bound", wrapper.Retry{Attempts: 8, BaseDelay: 10 * time.Second, MaxDelay: -1},
			[]time.Duration{10000 * ms, 20000 * ms, 40000 * ms, 80000 * ms, 160000 * ms, 320000 * ms, 640000 * ms}},
		{"no waits", wrapper.Retry{Attempts: 4, BaseDelay: -1}, []time.Duration{0, 0, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shortest, longest := make([]time.Duration, len(tt.bounds)), make([]time.Duration, len(tt.bounds))
				for i := range shortest {
					shortest[i] = math.MaxInt64
				}
				for range 200 {
					got, _ := waits(t, canned(503, ""), tt.retry)
					if len(got) != len(tt.bounds) {
						t.Fatalf("%d waits, want %d", len(got), len(tt.bounds))
					}
					for i, w := range got {
						shortest[i], longest[i] = min(shortest[i], w), max(longest[i], w)
					}
				}
				for i, bound := range tt.bounds {
					// 200 draws miss the outer tenths with a probability of 10^-9.
					if longest[i] > bound || longest[i] < bound*9/10 || shortest[i] > bound/10 {
						t.Errorf("wait %d from %v to %v, want nearly all of 0 to %v", i+1, shortest[i], longest[i], bound)
					}
				}
			})
		})
	}
}
