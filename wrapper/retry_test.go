package wrapper_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
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

func TestRetryAfterIsHonoured(t *testing.T) {
	date := func(in time.Duration) string { return time.Now().Add(in).UTC().Format(http.TimeFormat) }
	for _, tt := range []struct {
		name   string
		header func() []string
		want   time.Duration // the wait; -1: the call ends at once
		after  time.Duration // on the error
	}{
		{"seconds", func() []string { return []string{"7"} }, 7 * time.Second, 7 * time.Second},
		{"a fraction", func() []string { return []string{" 1.25 "} }, 1250 * time.Millisecond, 1250 * time.Millisecond},
		{"a date", func() []string { return []string{date(20 * time.Second)} }, 20 * time.Second, 20 * time.Second},
		{"a date of another form", func() []string { return []string{time.Now().Add(20 * time.Second).UTC().Format(time.ANSIC)} }, 20 * time.Second, 20 * time.Second},
		{"just the maximum", func() []string { return []string{"30"} }, 30 * time.Second, 30 * time.Second},
		{"a little more", func() []string { return []string{"30.001"} }, -1, 30001 * time.Millisecond},
		{"a minute", func() []string { return []string{"60"} }, -1, time.Minute},
		{"a date too far", func() []string { return []string{date(time.Hour)} }, -1, time.Hour},
		{"nothing", func() []string { return []string{"0"} }, 0, 0},
		{"a date gone by", func() []string { return []string{date(-time.Hour)} }, 0, 0},
		{"negative", func() []string { return []string{"-5"} }, 0, 0},
		{"negative and far", func() []string { return []string{"-1e300"} }, 0, 0},
		{"NaN", func() []string { return []string{"NaN"} }, 0, 0},
		{"infinite", func() []string { return []string{"Inf"} }, 0, 0},
		{"too large to hold", func() []string { return []string{"1e300"} }, -1, math.MaxInt64},
		{"too large for a float", func() []string { return []string{"1e999"} }, -1, math.MaxInt64},
		{"just too large for a duration", func() []string { return []string{"9223372037"} }, -1, math.MaxInt64},
		{"many digits", func() []string { return []string{strings.Repeat("9", 400)} }, -1, math.MaxInt64},
		{"empty", func() []string { return []string{""} }, 0, 0},
		{"words", func() []string { return []string{"in a minute"} }, 0, 0},
		{"letters that a number can have", func() []string { return []string{"e"} }, 0, 0},
		{"hexadecimal", func() []string { return []string{"0x10"} }, 0, 0},
		{"a unit", func() []string { return []string{"7s"} }, 0, 0},
		{"several", func() []string { return []string{"7", "9"} }, 0, 0},
		{"a list", func() []string { return []string{"7, 9"} }, 0, 0},
	} {
		for _, status := range []int{429, 503} {
			t.Run(fmt.Sprintf("%s/%d", tt.name, status), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					header := http.Header{"Retry-After": tt.header()}
					rt := transport(func(r *http.Request) (*http.Response, error) {
						res := response(r, status, "")
						res.Header = header
						return res, nil
					})
					got, err := waits(t, rt, wrapper.Retry{Attempts: 2, BaseDelay: -1})
					e := apiError(t, err)
					switch {
					case tt.want < 0 && (len(got) != 0 || e.Attempts != 1):
						t.Errorf("waited %v, want the error at once", got)
					case tt.want >= 0 && (len(got) != 1 || got[0] != tt.want):
						t.Errorf("waited %v, want %v", got, tt.want)
					}
					// The second answer comes later, so that a date has come nearer.
					if tt.want <= 0 && e.RetryAfter != tt.after {
						t.Errorf("RetryAfter %v, want %v", e.RetryAfter, tt.after)
					}
				})
			})
		}
	}
}

// TestRetryAfterWithoutBound: even where no wait is too long, one that cannot be told ends the call.
func TestRetryAfterWithoutBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		retry := wrapper.Retry{Attempts: 2, BaseDelay: -1, MaxDelay: -1}
		if got, _ := waits(t, canned(429, "", "Retry-After", "86400"), retry); len(got) != 1 || got[0] != 24*time.Hour {
			t.Errorf("waited %v, want a day", got)
		}
		if got, _ := waits(t, canned(429, "", "Retry-After", "1e300"), retry); len(got) != 0 {
			t.Errorf("waited %v", got)
		}
	})
}

// TestRetryAfterLengthensTheBackoff, and never shortens it.
func TestRetryAfterLengthensTheBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		over := false
		for range 50 {
			got, _ := waits(t, canned(429, "", "Retry-After", "1"), wrapper.Retry{Attempts: 2, BaseDelay: 10 * time.Second})
			if got[0] < time.Second || got[0] > 10*time.Second {
				t.Fatalf("waited %v", got[0])
			}
			over = over || got[0] > 2*time.Second
		}
		if !over {
			t.Error("the backoff was never the longer one of the two")
		}
	})
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	cause := errors.New("shutting down")
	for _, tt := range []struct {
		name string
		rt   http.RoundTripper
		want string // its kind
	}{
		{"429", canned(429, `{"err_msg": "slow down"}`, "Retry-After", "20"), "RateLimited"},
		{"never left", transport(neverLeft), ""},
	} {
		for _, op := range operations {
			t.Run(tt.name+"/"+op.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(time.Second, func() { cancel(cause) })
					start := time.Now()
					err := op.call(t, ctx, newClient(t, tt.rt, wrapper.WithRetry(wrapper.Retry{Attempts: 99, BaseDelay: 29 * time.Second, MaxDelay: 29 * time.Second})))
					if took := time.Since(start); took != time.Second {
						t.Errorf("took %v", took)
					}
					if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) {
						t.Errorf("%v is not the context's", err)
					}
					var want []string
					if tt.want != "" {
						want = append(want, tt.want)
						if e := apiError(t, err); e.StatusCode != 429 || e.Message != "slow down" || e.RetryAfter != 20*time.Second {
							t.Errorf("the last answer is lost: %v", err)
						}
					} else if !strings.Contains(err.Error(), "connection refused") {
						t.Errorf("the last failure is lost: %v", err)
					}
					wantKinds(t, err, want...)
				})
			})
		}
	}
}

func TestARateLimitWaitEndsWithItsContext(t *testing.T) {
	limit := wrapper.WithRateLimit(0.1, 1) // the second call waits ten seconds
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rec := &recorder{next: transport(good)}
				c := newClient(t, rec, limit)
				if err := op.call(t, t.Context(), c); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(3*time.Second, cancel)
				start := time.Now()
				err := op.call(t, ctx, c)
				if took := time.Since(start); took != 3*time.Second || !errors.Is(err, context.Canceled) {
					t.Errorf("cancelled: %v after %v", err, took)
				}
				wantKinds(t, err)

				// Its turn was given back: the next one is not later than it was.
				ctx, cancel = context.WithTimeout(t.Context(), 6*time.Second)
				defer cancel()
				start = time.Now()
				err = op.call(t, ctx, c)
				if took := time.Since(start); took != 0 || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("a wait that cannot end in time: %v after %v", err, took)
				}
				if !strings.Contains(err.Error(), op.what) || !strings.Contains(err.Error(), "would outlast the deadline") {
					t.Errorf("the error does not say so: %v", err)
				}
				ctx, cancel = context.WithTimeout(t.Context(), 7*time.Second)
				defer cancel()
				start = time.Now()
				if err := op.call(t, ctx, c); err != nil || time.Since(start).Round(time.Millisecond) != 7*time.Second {
					t.Errorf("a wait that ends with the deadline: %v after %v", err, time.Since(start))
				}
				if len(rec.requests) != 2 {
					t.Errorf("%d requests were sent, want 2", len(rec.requests))
				}
			})
		})
	}
}

func TestAnEndedContextSendsNothing(t *testing.T) {
	for _, op := range operations {
		rec := &recorder{next: transport(good)}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := op.call(t, ctx, newClient(t, rec))
		if !errors.Is(err, context.Canceled) || len(rec.requests) != 0 {
			t.Errorf("%s: %v, %d requests", op.name, err, len(rec.requests))
		}
		wantKinds(t, err)
	}
}
