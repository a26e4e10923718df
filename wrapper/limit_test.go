package wrapper_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/wrapper"
)

// silent never answers; it gives up with the request's context.
func silent(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestWithTimeout(t *testing.T) {
	const never = 0
	for _, tt := range []struct {
		name    string
		opt     wrapper.Option
		clients time.Duration // the http.Client's own
		want    time.Duration
	}{
		{"default", wrapper.WithTimeout(0), 0, 30 * time.Second},
		{"longer", wrapper.WithTimeout(time.Minute), 0, time.Minute},
		{"off", wrapper.WithTimeout(-1), 0, never},
		{"the http.Client's", wrapper.WithTimeout(0), 7 * time.Second, 7 * time.Second},
		{"the http.Client's, longer than the default", wrapper.WithTimeout(0), time.Minute, time.Minute},
		{"the http.Client's is the shorter", wrapper.WithTimeout(9 * time.Second), 7 * time.Second, 7 * time.Second},
		{"the http.Client's is the longer", wrapper.WithTimeout(5 * time.Second), 7 * time.Second, 5 * time.Second},
		{"the http.Client's, where it is off", wrapper.WithTimeout(-1), 7 * time.Second, 7 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				hc := &http.Client{Transport: transport(silent), Timeout: tt.clients}
				c := newClient(t, nil, wrapper.WithHTTPClient(hc), tt.opt, once())
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				start := time.Now()
				_, err := c.GetScanRunStatus(ctx, 1)
				took, want := time.Since(start), tt.want
				if want == never {
					want = time.Hour
				}
				if took != want || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("ended after %v with %v, want %v and DeadlineExceeded", took, err, want)
				}
				if hc.Timeout != tt.clients {
					t.Error("the http.Client was changed")
				}
			})
		})
	}
}

// slowBody gives a byte, and the rest when the context has ended.
type slowBody struct {
	ctx  context.Context
	sent bool
}

func (b *slowBody) Read(p []byte) (int, error) {
	if !b.sent {
		b.sent = true
		return copy(p, "{"), nil
	}
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}
func (b *slowBody) Close() error { return nil }

func TestTimeoutCoversTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: &slowBody{ctx: r.Context()}, ContentLength: -1}, nil
		}), once(), wrapper.WithTimeout(3*time.Second))
		start := time.Now()
		_, err := c.GetScanRunStatus(t.Context(), 1)
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v", took)
		}
		wantKinds(t, err, "Unexpected")
		if e := apiError(t, err); e.StatusCode != 200 || string(e.Body) != "{" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("status %d, body %q, %v", e.StatusCode, e.Body, err)
		}
	})
}

func TestWithRateLimit(t *testing.T) {
	for _, tt := range []struct {
		name  string
		opt   wrapper.Option
		calls int
		want  time.Duration // of all the calls
	}{
		{"default is off", wrapper.WithRateLimit(0, 0), 1000, 0},
		{"negative is off", wrapper.WithRateLimit(-3, 5), 1000, 0},
		{"a second's worth is the default burst", wrapper.WithRateLimit(10, 0), 30, 2 * time.Second},
		{"less than one a second", wrapper.WithRateLimit(0.5, 0), 3, 4 * time.Second},
		{"a burst of one", wrapper.WithRateLimit(4, 1), 9, 2 * time.Second},
		{"a burst of five", wrapper.WithRateLimit(1, 5), 7, 2 * time.Second},
		{"more than can be counted", wrapper.WithRateLimit(1e300, 0), 100, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, transport(good), tt.opt)
				start := time.Now()
				for range tt.calls {
					if _, err := c.GetScanRunStatus(t.Context(), 1); err != nil {
						t.Fatal(err)
					}
				}
				if took := time.Since(start).Round(time.Millisecond); took != tt.want {
					t.Errorf("%d calls took %v, want %v", tt.calls, took, tt.want)
				}
			})
		})
	}
}

func TestRateLimitHoldsEveryAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, canned(503, ""), wrapper.WithRateLimit(1, 1), wrapper.WithRetry(wrapper.Retry{Attempts: 5, BaseDelay: -1}))
		start := time.Now()
		_, err := c.GetScanRunStatus(t.Context(), 1)
		if took := time.Since(start).Round(time.Millisecond); took != 4*time.Second || apiError(t, err).Attempts != 5 {
			t.Errorf("took %v: %v", took, err)
		}
	})
}

func TestWithMaxResponseBytes(t *testing.T) {
	const eight = 8 << 20
	for _, tt := range []struct {
		name  string
		limit int64
		size  int
		fits  bool
	}{
		{"default, at the limit", 0, eight, true},
		{"default, a byte more", 0, eight + 1, false},
		{"own, at the limit", 100, 100, true},
		{"own, a byte more", 100, 101, false},
		{"off", -1, eight + 1, true},
		{"the largest", math.MaxInt64, eight + 1, true},
	} {
		for _, announced := range []bool{true, false} {
			t.Run(tt.name+map[bool]string{true: ", announced", false: ", chunked"}[announced], func(t *testing.T) {
				body := goodStatus + strings.Repeat(" ", tt.size-len(goodStatus))
				c := newClient(t, transport(func(r *http.Request) (*http.Response, error) {
					res := response(r, 200, body)
					if !announced {
						res.ContentLength = -1
					}
					return res, nil
				}), wrapper.WithMaxResponseBytes(tt.limit))
				_, err := c.GetScanRunStatus(t.Context(), 1)
				if tt.fits {
					if err != nil {
						t.Error(err)
					}
					return
				}
				wantKinds(t, err, "TooLarge")
				if e := apiError(t, err); e.StatusCode != 200 || !strings.HasPrefix(body, string(e.Body)) || len(e.Body) > 64<<10 || len(e.Body) == 0 {
					t.Errorf("status %d, %d bytes of body", e.StatusCode, len(e.Body))
				}
			})
		}
	}
}
