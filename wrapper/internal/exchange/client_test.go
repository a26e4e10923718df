package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

// Every attempt sends the same request and the given body with a new signature, even if a transport changes the request.
// Only the last two signatures are redacted, because a response cannot echo an earlier signature.
func TestAttemptsSendTheSameRequest(t *testing.T) {
	changing := transport(func(r *http.Request) (*http.Response, error) {
		r.URL.Path = "/gateway" + r.URL.Path
		r.Header.Set("X-Own", "changed")
		return canned(429, "slow down")(r)
	})
	const echo = "nonce-0001 nonce-0002 nonce-0003"
	rec := inTurn(changing, changing, canned(200, echo))
	c := newClient(rec, func(c *Client) { c.Base.Path = "/prefix" })
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/thing?id=1", iotest.ErrReader(errors.New("not to be read")))
	r.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("not to be called") }
	r.Header.Set("X-Own", "1")
	r.ContentLength = 99

	res := c.Do(t.Context(), r, []byte("the body"))
	if !res.Whole() || res.Err != nil || res.Ended != nil || res.Attempts != 3 || res.LastStatus != 200 || res.Sent || res.Permanent {
		t.Errorf("got %+v", res)
	}
	if want := "nonce-0001 [redacted] [redacted]"; string(res.Body) != want || res.Redactor.Redact(echo) != want {
		t.Errorf("got the body %q, want %q", res.Body, want)
	}
	for i, sent := range rec.requests {
		got := fmt.Sprint(sent.Method, sent.URL, rec.bodies[i], sent.ContentLength, sent.Header)
		want := fmt.Sprint("POST", "https://example.org/prefix/v1/thing?id=1", "the body", 8,
			http.Header{"X-Own": {"1"}, "Authorization": {key}, "X-Nonce": {fmt.Sprintf("nonce-%04d", i+1)}})
		if got != want {
			t.Errorf("attempt %d:\ngot  %s\nwant %s", i+1, got, want)
		}
		if sent.Context().Err() == nil || r.Context().Err() != nil {
			t.Errorf("attempt %d: the context of the attempt has not ended, or the caller's context has", i+1)
		}
	}
	if len(rec.requests) != 3 || len(r.Header) != 1 || r.URL.String() != "/v1/thing?id=1" || r.ContentLength != 99 {
		t.Errorf("got %d requests, want 3; the caller's request became %+v", len(rec.requests), r)
	}
}

// A call ends when its context ends, at any point in the call.
func TestContextEndsTheCall(t *testing.T) {
	cause := errors.New("shutting down")
	rateLimit := func(c *Client) { c.Limiter = rate.NewLimiter(0.01, 1); c.Limiter.Reserve() }
	for _, tt := range []struct {
		name     string
		rt       transport
		adjust   func(*Client)
		attempts int
		status   int
	}{
		{"in the wait for the rate limit", canned(200, ""), rateLimit, 0, 0},
		{"during an attempt", silent, func(*Client) {}, 1, 0},
		{"between two attempts", canned(429, "", "Retry-After", "20"), func(*Client) {}, 1, 429},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(10*time.Second, func() { cancel(cause) })
			start := time.Now()
			res := do(ctx, t, newClient(tt.rt, tt.adjust), http.MethodPost)
			if took := time.Since(start); took != 10*time.Second || !errors.Is(res.Ended, context.Canceled) || !errors.Is(res.Ended, cause) {
				t.Errorf("%s: ended after %v with %v, want 10s", tt.name, took, res.Ended)
			}
			if res.Attempts != tt.attempts || res.LastStatus != tt.status || (res.Response != nil) != (tt.status != 0) {
				t.Errorf("%s: got %+v", tt.name, res)
			}
		})
	}
}

// A delay precedes each retry, and no delay follows the last attempt. The rate limit applies to retries, too.
func TestAttemptsAreCountedAndDelayed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec, start := inTurn(canned(429, "", "Retry-After", "7")), time.Now()
		limited := func(c *Client) { c.Attempts, c.Limiter = 4, rate.NewLimiter(0.05, 2) } // after two attempts, one every 20 s
		res := do(t.Context(), t, newClient(rec, limited), http.MethodPost)
		var at []time.Duration
		for _, sent := range append(rec.at, time.Now()) {
			at = append(at, sent.Sub(start).Round(time.Millisecond)/time.Second)
		}
		if want := []time.Duration{0, 7, 20, 40, 40}; !slices.Equal(at, want) || res.Attempts != 4 || res.Ended != nil {
			t.Errorf("sent and ended after %d s, want %d: %+v", at, want, res)
		}
	})
}

// Each attempt is logged at debug and each retry at info, with these attributes and no others.
func TestLogRecords(t *testing.T) {
	const want = `level=DEBUG msg="cortexscan: attempt" operation="POST /v1/thing" attempt=1 status=429 duration=2s bytes=9
level=INFO msg="cortexscan: retry" operation="POST /v1/thing" attempt=1 status=429 delay=7s
level=DEBUG msg="cortexscan: attempt" operation="POST /v1/thing" attempt=2 status=0 duration=2s bytes=0
level=INFO msg="cortexscan: retry" operation="POST /v1/thing" attempt=2 status=0 delay=0s
level=DEBUG msg="cortexscan: attempt" operation="POST /v1/thing" attempt=3 status=200 duration=2s bytes=4
`
	withoutTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	for level, wanted := range map[slog.Level]string{slog.LevelDebug: want, slog.LevelInfo: regexp.MustCompile(`level=DEBUG.*\n`).ReplaceAllString(want, ""), slog.LevelWarn: ""} {
		synctest.Test(t, func(t *testing.T) {
			var log strings.Builder
			handler := slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level, ReplaceAttr: withoutTime})
			rec := inTurn(canned(429, "slow down", "Retry-After", "7"), notSent, canned(200, "fine"))
			do(t.Context(), t, newClient(transport(func(r *http.Request) (*http.Response, error) {
				<-time.After(2 * time.Second) // by the test's clock
				return rec.RoundTrip(r)
			}), func(c *Client) { c.Log = slog.New(handler) }), http.MethodPost)
			if log.String() != wanted {
				t.Errorf("%v:\ngot  %s\nwant %s", level, &log, wanted)
			}
		})
	}
}
