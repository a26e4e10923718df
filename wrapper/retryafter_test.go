package wrapper_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

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
