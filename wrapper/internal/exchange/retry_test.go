package exchange

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

// The table is the one in the documentation of wrapper. tests/faults does the same over sockets.
func TestRetryTable(t *testing.T) {
	status := func(code int) Result { return Result{Response: &http.Response{StatusCode: code}} }
	brokenOff := func(code int, err error) Result {
		return Result{Response: &http.Response{StatusCode: code}, Err: err}
	}
	for _, tt := range []struct {
		name                    string
		res                     Result
		noEffect, mayHaveEffect bool
	}{
		{"not sent", Result{Err: io.EOF}, true, true},
		{"lost", Result{Err: io.EOF, Sent: true}, true, false},
		{"a refused certificate", Result{Err: io.EOF, Permanent: true}, false, false},
		{"429", status(429), true, true},
		{"429 after a loss", Result{Response: &http.Response{StatusCode: 429}, Sent: true}, true, true},
		{"429 that broke off", brokenOff(429, io.ErrUnexpectedEOF), true, true},
		{"502", status(502), true, false}, {"503", status(503), true, false}, {"504", status(504), true, false},
		{"500", status(500), false, false}, {"501", status(501), false, false}, {"505", status(505), false, false}, {"599", status(599), false, false},
		{"500 that broke off", brokenOff(500, io.ErrUnexpectedEOF), false, false},
		{"200", status(200), false, false}, {"204", status(204), false, false},
		{"200 that broke off", brokenOff(200, io.ErrUnexpectedEOF), true, false},
		{"299 that broke off", brokenOff(299, io.ErrUnexpectedEOF), true, false},
		{"200 that is no gzip", brokenOff(200, fmt.Errorf("read: %w", gzip.ErrHeader)), false, false},
		{"200 of a wrong checksum", brokenOff(200, gzip.ErrChecksum), false, false},
		{"200 of corrupt data", brokenOff(200, fmt.Errorf("read: %w", flate.CorruptInputError(7))), false, false},
		{"199 that broke off", brokenOff(199, io.ErrUnexpectedEOF), false, false}, {"302 that broke off", brokenOff(302, io.ErrUnexpectedEOF), false, false},
		{"302", status(302), false, false}, {"400", status(400), false, false}, {"401", status(401), false, false}, {"402", status(402), false, false},
		{"403", status(403), false, false}, {"404", status(404), false, false}, {"408", status(408), false, false}, {"409", status(409), false, false},
	} {
		for effect, want := range map[bool]bool{false: tt.noEffect, true: tt.mayHaveEffect} {
			for attempts := 1; attempts <= 4; attempts++ {
				tt.res.Attempts = attempts
				_, again := (&Client{Attempts: 3, MaxDelay: 1}).next(effect, &tt.res)
				if again != (want && attempts < 3) {
					t.Errorf("%s, may have an effect: %v, after %d attempts: %v", tt.name, effect, attempts, again)
				}
			}
		}
	}
}

// A Retry-After that is longer than MaxDelay ends the call.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the time is midnight on 1 January 2000, UTC
		date := func(in time.Duration) string { return time.Now().Add(in).UTC().Format(http.TimeFormat) }
		for _, tt := range []struct {
			name   string
			values []string
			want   time.Duration
		}{
			{"none", nil, 0}, {"empty", []string{""}, 0}, {"blank", []string{"  "}, 0},
			{"seconds", []string{"7"}, 7 * time.Second}, {"seconds with space", []string{" 7\t"}, 7 * time.Second},
			{"a fraction", []string{"1.25"}, 1250 * time.Millisecond}, {"an exponent", []string{"1e+1"}, 10 * time.Second}, {"zero", []string{"0"}, 0},
			{"the longest wait", []string{"60"}, time.Minute}, {"a little more", []string{"60.001"}, 60001 * time.Millisecond},
			{"a date", []string{date(20 * time.Second)}, 20 * time.Second}, {"a date gone by", []string{date(-time.Hour)}, 0}, {"now", []string{date(0)}, 0},
			{"the date of RFC 850", []string{"Saturday, 01-Jan-00 00:00:09 GMT"}, 9 * time.Second}, {"the date of asctime", []string{"Sat Jan  1 00:00:09 2000"}, 9 * time.Second},
			{"a date too far", []string{date(time.Hour)}, time.Hour}, {"the last date", []string{"Fri, 31 Dec 9999 23:59:59 GMT"}, math.MaxInt64},
			{"the most that a duration holds", []string{"9223372036"}, 9223372036 * time.Second}, {"just more", []string{"9223372037"}, math.MaxInt64},
			{"too large to hold", []string{"1e300"}, math.MaxInt64}, {"too large for a float", []string{"1e999"}, math.MaxInt64},
			{"many digits", []string{strings.Repeat("9", 400)}, math.MaxInt64},
			{"negative", []string{"-5"}, 0}, {"negative and far", []string{"-1e300"}, 0}, {"NaN", []string{"NaN"}, 0}, {"infinite", []string{"Inf"}, 0},
			{"words", []string{"in a minute"}, 0}, {"letters of a number", []string{"e"}, 0}, {"hexadecimal", []string{"0x10"}, 0}, {"a unit", []string{"7s"}, 0},
			{"underscores", []string{"1_0"}, 0}, {"other digits", []string{"٧"}, 0}, {"two numbers", []string{"7 9"}, 0},
			{"several", []string{"7", "9"}, 0}, {"a list", []string{"7, 9"}, 0},
		} {
			h := http.Header{"Retry-After": tt.values}
			if got := RetryAfter(h, time.Now()); got != tt.want {
				t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			}
			res := &Result{Attempts: 1, Response: &http.Response{StatusCode: 429, Header: h}}
			for most, long := range map[time.Duration]bool{time.Minute: tt.want > time.Minute, math.MaxInt64: tt.want == math.MaxInt64} {
				delay, again := (&Client{Attempts: 2, MaxDelay: most}).next(true, res)
				if again == long || again && delay != tt.want {
					t.Errorf("%s, at most %v: again %v after %v", tt.name, most, again, delay)
				}
			}
		}
	})
	if got := RetryAfter(nil, time.Time{}); got != 0 {
		t.Errorf("without a header: %v", got)
	}
}

// Whatever the header says, there is no wait, or the stated one, which lies in the future.
func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{
		"", "0", "7", " 7 ", "1.5", "-1", "+1", "1e3", "1e300", "1e999", "NaN", "Inf", "0x10", "1_0", "e", ".", "9223372036", "9223372037",
		strings.Repeat("9", 400), "Mon, 02 Jan 2006 15:04:05 GMT", "Monday, 02-Jan-06 15:04:05 GMT", "Mon Jan  2 15:04:05 2006",
		"Fri, 31 Dec 9999 23:59:59 GMT", "7, 9", "soon", "\x00", "٧",
	} {
		f.Add(value, int64(1136214245))
	}
	f.Fuzz(func(t *testing.T, value string, unix int64) {
		now := time.Unix(unix%(1<<40), 0)
		d := RetryAfter(http.Header{"Retry-After": {value}}, now)
		if d < 0 {
			t.Fatalf("%q: %v", value, d)
		}
		if at, err := http.ParseTime(strings.TrimSpace(value)); err == nil && d > 0 && d < math.MaxInt64 && !now.Add(d).Equal(at) {
			t.Fatalf("%q: %v after %v is not then", value, d, now)
		}
		if several := RetryAfter(http.Header{"Retry-After": {value, value}}, now); several != 0 {
			t.Fatalf("%q twice: %v", value, several)
		}
	})
}

// The delay is the longer one of Retry-After and the backoff.
func TestLongerDelayWins(t *testing.T) {
	r, over := &Client{Attempts: 2, BaseDelay: 10 * time.Second, MaxDelay: 10 * time.Second}, 0
	for range 200 {
		delay, again := r.next(true, &Result{Attempts: 1, Response: &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"5"}}}})
		if !again || delay < 5*time.Second || delay > 10*time.Second {
			t.Fatalf("again %v after %v", again, delay)
		}
		if delay > 5*time.Second {
			over++
		}
	}
	if over < 50 || over > 150 { // with a probability of 10^-12
		t.Errorf("the backoff was the longer one %d times in 200", over)
	}
	if _, again := r.next(true, &Result{Attempts: 1, Err: errors.New("no route")}); !again {
		t.Error("without a response there is nothing that asks for a wait")
	}
}

// Full jitter stays below a bound that doubles from BaseDelay to MaxDelay. Of 300 draws the outer eighths are
// missed with a probability of 10^-17.
func TestBackoff(t *testing.T) {
	for _, tt := range []struct {
		base, most time.Duration
		bounds     map[int]time.Duration // by the attempt before
	}{
		{500, 3000, map[int]time.Duration{1: 500, 2: 1000, 3: 2000, 4: 3000, 5: 3000, 64: 3000, 65: 3000, math.MaxInt: 3000}},
		{1000, math.MaxInt64, map[int]time.Duration{1: 1000, 2: 2000, 53: 1000 << 52, 54: 1000 << 53, 55: math.MaxInt64, 63: math.MaxInt64, 64: math.MaxInt64, 65: math.MaxInt64}},
		{math.MaxInt64/2 + 1, math.MaxInt64, map[int]time.Duration{1: math.MaxInt64/2 + 1, 2: math.MaxInt64, 3: math.MaxInt64}},
		{math.MaxInt64, math.MaxInt64, map[int]time.Duration{1: math.MaxInt64, 2: math.MaxInt64}},
		{2, 5, map[int]time.Duration{1: 2, 2: 4, 3: 5}},
		{1, 4, map[int]time.Duration{1: 1, 2: 2, 3: 4, 4: 4}}, // the bounds themselves can be drawn
		{0, math.MaxInt64, map[int]time.Duration{1: 0, 30: 0, 63: 0, 64: 0, 1000: 0}},
		{1, 0, map[int]time.Duration{1: 0, 2: 0}},
	} {
		r := &Client{BaseDelay: tt.base, MaxDelay: tt.most}
		for attempt, bound := range tt.bounds {
			shortest, longest := time.Duration(math.MaxInt64), time.Duration(math.MinInt64)
			for range 300 {
				d := r.backoff(attempt)
				shortest, longest = min(shortest, d), max(longest, d)
			}
			if shortest < 0 || longest > bound || shortest > bound/8 || longest < bound-bound/8 {
				t.Errorf("%+v, attempt %d: from %v to %v, want nearly all of 0 to %v", r, attempt, shortest, longest, bound)
			}
		}
	}
}

func newLimiter(perSecond float64, burst int) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(perSecond), burst)
}

// The rate limit applies to retries too.
func TestRateLimitDelaysEveryAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec, start := inTurn(canned(503, "")), time.Now()
		c := newClient(rec, func(c *Client) { c.Limiter = newLimiter(1, 2); c.Attempts = 5 })
		do(t.Context(), t, c, http.MethodGet)
		for i, at := range rec.at {
			if want := time.Duration(max(0, i-1)) * time.Second; at.Sub(start).Round(time.Millisecond) != want {
				t.Errorf("attempt %d after %v, want %v", i+1, at.Sub(start), want)
			}
		}
		if len(rec.at) != 5 {
			t.Errorf("%d attempts", len(rec.at))
		}
	})
}

// A wait ends with its context. A wait that would outlast the deadline does not start. Both give back their turn.
func TestWaitRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Client{Limiter: newLimiter(0.1, 1)} // the second turn comes after ten seconds
		if err := waitRateLimit(t.Context(), c.Limiter); err != nil {
			t.Fatal(err)
		}
		wait := func(ctx context.Context) (time.Duration, error) {
			start := time.Now()
			err := waitRateLimit(ctx, c.Limiter)
			return time.Since(start).Round(time.Millisecond), err
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		if took, err := wait(ctx); took != 3*time.Second || !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v after %v", err, took)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 6*time.Second)
		defer cancel()
		took, err := wait(ctx)
		if took != 0 || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "the wait for the rate limit, 7s, would outlast the deadline") {
			t.Errorf("a wait that would outlast the deadline: %v after %v", err, took)
		}
		ctx, cancel = context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		if took, err := wait(ctx); err != nil || took != 7*time.Second {
			t.Errorf("a wait that ends with the deadline: %v after %v", err, took)
		}
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		if took, err := wait(ctx); !errors.Is(err, context.Canceled) || took != 0 {
			t.Errorf("an ended context: %v after %v", err, took)
		}
		if took, err := wait(t.Context()); err != nil || took != 10*time.Second {
			t.Errorf("an ended context took a turn: %v after %v", err, took)
		}
	})
}

func TestSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		canceled, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		soon, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for _, tt := range []struct {
			ctx  context.Context
			d    time.Duration
			took time.Duration
			want error
		}{
			{t.Context(), -1, 0, nil}, {t.Context(), 0, 0, nil}, {t.Context(), 1, 1, nil},
			{ended, 0, 0, context.Canceled}, {ended, time.Hour, 0, context.Canceled},
			{canceled, time.Hour, time.Second - 1, context.Canceled},
			{soon, time.Hour, 0, context.DeadlineExceeded}, {soon, time.Minute, 0, context.DeadlineExceeded}, {soon, 50 * time.Second, 50 * time.Second, nil},
		} {
			start := time.Now()
			if err := Sleep(tt.ctx, tt.d, "the next thing"); !errors.Is(err, tt.want) || time.Since(start) != tt.took {
				t.Errorf("%v: %v after %v, want %v after %v", tt.d, err, time.Since(start), tt.want, tt.took)
			}
		}
	})
}

// The error names the context's error and its cause, each once.
func TestContextEnded(t *testing.T) {
	cause := errors.New("shutting down")
	if err := contextEnded(t.Context()); err != nil {
		t.Errorf("a context that goes on: %v", err)
	}
	for want, cause := range map[string]error{
		"context canceled": nil, "context canceled: shutting down": cause, "stopped: context canceled": fmt.Errorf("stopped: %w", context.Canceled),
		"context canceled: several: shutting down": notComparable{cause},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		err := contextEnded(ctx)
		if err.Error() != want || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want %s", err, want)
		}
		var list notComparable // which errors.Is cannot find
		if cause != nil && !errors.As(cause, &list) && !errors.Is(err, cause) || errors.Is(err, notComparable{cause}) || errors.Is(err, io.EOF) {
			t.Errorf("%v: its cause is lost, or another one found", err)
		}
	}
}

// notComparable is an error that == would panic on.
type notComparable []error

func (e notComparable) Error() string { return "several: " + e[0].Error() }
