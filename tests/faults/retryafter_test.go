package faults_test

import (
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

// TestRetryAfter goes through what a Retry-After may say, with a MaxDelay of a minute: how long the second
// attempt is held back, whether there is one, and what the error carries.
func TestRetryAfter(t *testing.T) {
	const tooLong = -1 // the call ends at once
	zeros := func(n int) string { return "1" + strings.Repeat("0", n) }
	// Inside the bubble the time is midnight on 1 January 2000, UTC.
	date := func(d time.Duration) string {
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d).Format(http.TimeFormat)
	}
	for _, tt := range []struct {
		name   string
		values []string
		wait   time.Duration // between two attempts
		asked  time.Duration // APIError.RetryAfter after one attempt
	}{
		{"none", nil, 0, 0},
		{"seconds", []string{"7"}, 7 * time.Second, 7 * time.Second},
		{"seconds with space", []string{" 7 "}, 7 * time.Second, 7 * time.Second},
		{"part of a second", []string{"0.25"}, 250 * time.Millisecond, 250 * time.Millisecond},
		{"exactly MaxDelay", []string{"60"}, time.Minute, time.Minute},
		{"a second more than MaxDelay", []string{"61"}, tooLong, 61 * time.Second},
		{"a day", []string{"86400"}, tooLong, 24 * time.Hour},
		{"a date", []string{date(9 * time.Second)}, 9 * time.Second, 9 * time.Second},
		{"a date in the form of RFC 850", []string{"Saturday, 01-Jan-00 00:00:09 GMT"}, 9 * time.Second, 9 * time.Second},
		{"a date beyond MaxDelay", []string{date(time.Hour)}, tooLong, time.Hour},
		{"a date in the far future", []string{"Fri, 31 Dec 9999 23:59:59 GMT"}, tooLong, math.MaxInt64},
		{"a date that is past", []string{date(-time.Hour)}, 0, 0},
		{"now", []string{date(0)}, 0, 0},
		{"zero", []string{"0"}, 0, 0},
		{"10^18", []string{zeros(18)}, tooLong, math.MaxInt64},
		{"the largest int64", []string{"9223372036854775807"}, tooLong, math.MaxInt64},
		{"the largest that fits", []string{"9223372036"}, tooLong, 9223372036 * time.Second},
		{"the first that does not", []string{"9223372037"}, tooLong, math.MaxInt64},
		{"10^300", []string{"1e300"}, tooLong, math.MaxInt64},
		{"10^400", []string{"1e400"}, tooLong, math.MaxInt64},
		{"1 and 300 zeros", []string{zeros(300)}, tooLong, math.MaxInt64},
		{"1 and 400 zeros", []string{zeros(400)}, tooLong, math.MaxInt64},
		{"negative", []string{"-5"}, 0, 0},
		{"negative and huge", []string{"-1e300"}, 0, 0},
		{"not a number", []string{"NaN"}, 0, 0},
		{"infinite", []string{"Inf"}, 0, 0},
		{"infinity", []string{"Infinity"}, 0, 0},
		{"empty", []string{""}, 0, 0},
		{"blank", []string{"   "}, 0, 0},
		{"a word", []string{"soon"}, 0, 0},
		{"a duration", []string{"5s"}, 0, 0},
		{"a dot", []string{"."}, 0, 0},
		{"hexadecimal", []string{"0x10"}, 0, 0},
		{"underscores", []string{"1_0"}, 0, 0},
		{"two numbers", []string{"5 5"}, 0, 0},
		{"a list", []string{"5, 5"}, 0, 0},
		{"several headers", []string{"5", "6"}, 0, 0},
		{"several headers, the same", []string{"5", "5"}, 0, 0},
		{"half a date", []string{"Sat, 01 Jan 2000"}, 0, 0},
		{"other digits", []string{"٥"}, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var headers []string
			for _, v := range tt.values {
				headers = append(headers, "Retry-After", v)
			}
			for _, code := range []int{429, 503} {
				synctest.Test(t, func(t *testing.T) {
					rt := &canned{answer: func(n int) *http.Response {
						if n == 1 {
							return response(code, "", headers...)
						}
						return response(200, goodRun)
					}}
					start := time.Now()
					err := doors[0].call(t.Context(), newClient(t, anyHost, rt, wrapper.WithRetry(wrapper.Retry{BaseDelay: -1, MaxDelay: time.Minute})))
					took := time.Since(start)
					switch {
					case tt.wait != tooLong && (err != nil || rt.count() != 2 || took != tt.wait):
						t.Errorf("HTTP %d: %d requests in %v and %v, want two, %v apart", code, rt.count(), took, err, tt.wait)
					case tt.wait == tooLong && (err == nil || rt.count() != 1 || took != 0):
						t.Errorf("HTTP %d: %d requests in %v and %v, want one and the error at once", code, rt.count(), took, err)
					}
				})
				// The error tells what was asked for, whether or not it could be done.
				synctest.Test(t, func(t *testing.T) {
					rt := &canned{answer: always(code, headers...)}
					err := doors[0].call(t.Context(), newClient(t, anyHost, rt, once()))
					if got := apiError(t, err).RetryAfter; got != tt.asked {
						t.Errorf("HTTP %d: APIError.RetryAfter is %v, want %v", code, got, tt.asked)
					}
				})
			}
		})
	}
}

// TestRetryAfterAndBackoff shows how the two go together: the longer one counts, and neither is waited for after
// the last attempt.
func TestRetryAfterAndBackoff(t *testing.T) {
	for _, tt := range []struct {
		name     string
		asked    string
		retry    wrapper.Retry
		min, max time.Duration // of each wait
	}{
		{"the header is longer", "20", wrapper.Retry{Attempts: 30, BaseDelay: time.Second, MaxDelay: 20 * time.Second}, 20 * time.Second, 20 * time.Second},
		{"the backoff is longer, but for a few", "1", wrapper.Retry{Attempts: 30, BaseDelay: time.Hour, MaxDelay: time.Hour}, time.Second, time.Hour},
		{"zero adds nothing", "0", wrapper.Retry{Attempts: 30, BaseDelay: time.Hour, MaxDelay: time.Hour}, 1, time.Hour},
		{"no bound", "86400", wrapper.Retry{Attempts: 3, BaseDelay: -1, MaxDelay: -1}, 24 * time.Hour, 24 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &canned{answer: always(429, "Retry-After", tt.asked)}
				start := time.Now()
				err := doors[2].call(t.Context(), newClient(t, anyHost, rt, wrapper.WithRetry(tt.retry)))
				wantKinds(t, err, "RateLimited")
				var sum time.Duration
				for i, wait := range rt.waits() {
					sum += wait
					if wait < tt.min || wait > tt.max {
						t.Errorf("wait %d is %v, want %v to %v", i+1, wait, tt.min, tt.max)
					}
				}
				if all := time.Duration(len(rt.waits())); sum == all*tt.min && tt.min != tt.max {
					t.Errorf("all waits are %v: the backoff was left out", tt.min)
				}
				if took := time.Since(start); took != sum || rt.count() != tt.retry.Attempts {
					t.Errorf("%d requests in %v with waits of %v", rt.count(), took, sum)
				}
			})
		})
	}
}

// TestRetryAfterWithoutBound shows that a number too large to hold is too long even where nothing is.
func TestRetryAfterWithoutBound(t *testing.T) {
	for _, asked := range []string{"1e300", "9223372037", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		synctest.Test(t, func(t *testing.T) {
			rt := &canned{answer: always(429, "Retry-After", asked)}
			err := doors[0].call(t.Context(), newClient(t, anyHost, rt, wrapper.WithRetry(wrapper.Retry{MaxDelay: -1})))
			if e := apiError(t, err); e.Attempts != 1 || e.RetryAfter != math.MaxInt64 {
				t.Errorf("%s: %d attempts, RetryAfter %v", asked, e.Attempts, e.RetryAfter)
			}
		})
	}
}

// TestRetryAfterOnTheWire shows the header's way from a real socket to the error, where it asks for too much.
func TestRetryAfterOnTheWire(t *testing.T) {
	for _, d := range doors {
		s := serve(t, status(429, "", "retry-after: 3600"))
		err := d.call(safetyNet(t), newClient(t, s.url, newTransport(t)))
		wantKinds(t, err, "RateLimited")
		if e := apiError(t, err); e.RetryAfter != time.Hour || e.Attempts != 1 || s.count() != 1 {
			t.Errorf("%s: RetryAfter %v, %d attempts, %d requests", d.name, e.RetryAfter, e.Attempts, s.count())
		}
		s = serve(t, status(429, "", "Retry-After: 3600", "Retry-After: 1"))
		err = d.call(safetyNet(t), newClient(t, s.url, newTransport(t)))
		if e := apiError(t, err); e.RetryAfter != 0 || e.Attempts != 3 || s.count() != 3 {
			t.Errorf("%s: two headers: RetryAfter %v, %d attempts, %d requests", d.name, e.RetryAfter, e.Attempts, s.count())
		}
	}
}
