package wrapper

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// withDefaults applies the rule of the options to each field.
func (r Retry) withDefaults() Retry {
	asked := r
	r.Attempts = orDefault(r.Attempts, defaultAttempts, 1)
	r.BaseDelay = orDefault(r.BaseDelay, defaultBaseDelay, 0)
	r.MaxDelay = orDefault(r.MaxDelay, defaultMaxDelay, math.MaxInt64)
	if asked.MaxDelay == 0 {
		r.MaxDelay = max(r.MaxDelay, r.BaseDelay)
	}
	return r
}

// next decides whether the call is worth another attempt, and after which wait.
func (r Retry) next(c *call, res *result) (delay time.Duration, again bool) {
	if c.attempts >= r.Attempts || !worthAnother(c, res) {
		return 0, false
	}
	delay = r.backoff(c.attempts)
	if res.response != nil {
		asked := retryAfter(res.response.Header, time.Now())
		if asked > r.MaxDelay || asked == math.MaxInt64 {
			return 0, false
		}
		delay = max(delay, asked)
	}
	return delay, true
}

// worthAnother is the table of the package's documentation. Only the HTTP status counts, not err_code: a 500
// mostly speaks of the request, and would be answered the same again.
func worthAnother(c *call, res *result) bool {
	switch {
	case res.hopeless:
		return false
	case res.response == nil && !res.left:
		return true
	case res.response == nil:
		return !c.mayHaveEffect()
	}
	switch status := res.response.StatusCode; status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return !c.mayHaveEffect()
	default:
		cutOff := res.err != nil && isSuccess(status) && !isCorrupt(res.err)
		return cutOff && !c.mayHaveEffect()
	}
}

// backoff returns a random wait between nothing and BaseDelay, doubled with every attempt up to MaxDelay: full
// jitter, so that programs which failed together do not come back together.
func (r Retry) backoff(attempts int) time.Duration {
	bound := r.MaxDelay
	if shift := attempts - 1; shift < 63 && r.BaseDelay <= r.MaxDelay>>shift {
		bound = r.BaseDelay << shift
	}
	if r.BaseDelay == 0 || bound <= 0 {
		return 0
	}
	if bound == math.MaxInt64 {
		bound--
	}
	return rand.N(bound + 1) //nolint:gosec // spreads load, guards nothing
}

// retryAfter reads the header of that name, in seconds or as a date: 0 where there is none, or none that makes
// sense; the longest time there is where the number is too large to hold.
func retryAfter(h http.Header, now time.Time) time.Duration {
	values := h["Retry-After"]
	if len(values) != 1 {
		return 0 // several contradict each other
	}
	value := strings.TrimSpace(values[0])
	if strings.Trim(value, "0123456789.eE+") == "" {
		seconds, err := strconv.ParseFloat(value, 64)
		switch {
		case math.IsInf(seconds, 1), err == nil && seconds >= math.MaxInt64/float64(time.Second):
			return math.MaxInt64
		case err != nil:
			return 0
		}
		return time.Duration(seconds * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// isCorrupt tells a body that came whole and cannot be decompressed from one that was lost on the way.
func isCorrupt(err error) bool {
	var data flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &data)
}

func isSuccess(status int) bool { return status >= 200 && status <= 299 }
