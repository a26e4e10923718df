package wrapper

import (
	"io"
	"log/slog"
	"math"
	"net/http"
	"testing"
	"time"
)

// TestOptionsReachTheExchange: what New makes of the options. What the exchange makes of it is tested there.
func TestOptionsReachTheExchange(t *testing.T) {
	type settled struct {
		timeout   time.Duration
		maxBytes  int64
		retry     Retry
		perSecond float64 // 0: no limit
		burst     int
	}
	withTimeout := func(d time.Duration) Option { return WithHTTPClient(&http.Client{Timeout: d}) }
	const second = time.Second
	for name, tt := range map[string]struct {
		opts   []Option
		adjust func(*settled) // the defaults
	}{
		"default":    {nil, func(*settled) {}},
		"zero":       {[]Option{WithTimeout(0), WithMaxResponseBytes(0), WithRetry(Retry{}), WithRateLimit(0, 0), WithHTTPClient(nil), withTimeout(0)}, func(*settled) {}},
		"none":       {[]Option{WithUserAgent(" "), WithLogger(nil), WithRequestValidator(nil), WithResponseValidator(nil)}, func(*settled) {}},
		"the latter": {[]Option{WithTimeout(second), WithTimeout(0)}, func(*settled) {}},

		"timeout":                             {[]Option{WithTimeout(time.Minute)}, func(s *settled) { s.timeout = time.Minute }},
		"no timeout":                          {[]Option{WithTimeout(-1)}, func(s *settled) { s.timeout = 0 }},
		"the http.Client's":                   {[]Option{withTimeout(7 * second)}, func(s *settled) { s.timeout = 7 * second }},
		"the http.Client's, over the default": {[]Option{withTimeout(time.Minute)}, func(s *settled) { s.timeout = time.Minute }},
		"the http.Client's is the shorter":    {[]Option{WithTimeout(9 * second), withTimeout(7 * second)}, func(s *settled) { s.timeout = 7 * second }},
		"the http.Client's is the longer":     {[]Option{withTimeout(7 * second), WithTimeout(5 * second)}, func(s *settled) { s.timeout = 5 * second }},
		"the http.Client's alone":             {[]Option{WithTimeout(-1), withTimeout(7 * second)}, func(s *settled) { s.timeout = 7 * second }},

		"limit":    {[]Option{WithMaxResponseBytes(100)}, func(s *settled) { s.maxBytes = 100 }},
		"no limit": {[]Option{WithMaxResponseBytes(-1)}, func(s *settled) { s.maxBytes = math.MaxInt64 }},

		"one attempt":                    {[]Option{WithRetry(Retry{Attempts: 1})}, func(s *settled) { s.retry.Attempts = 1 }},
		"seven attempts":                 {[]Option{WithRetry(Retry{Attempts: 7})}, func(s *settled) { s.retry.Attempts = 7 }},
		"fewer than none":                {[]Option{WithRetry(Retry{Attempts: math.MinInt})}, func(s *settled) { s.retry.Attempts = 1 }},
		"base":                           {[]Option{WithRetry(Retry{BaseDelay: 3 * second})}, func(s *settled) { s.retry.BaseDelay = 3 * second }},
		"no wait":                        {[]Option{WithRetry(Retry{BaseDelay: -1})}, func(s *settled) { s.retry.BaseDelay = 0 }},
		"maximum":                        {[]Option{WithRetry(Retry{MaxDelay: second})}, func(s *settled) { s.retry.MaxDelay = second }},
		"maximum under the default base": {[]Option{WithRetry(Retry{MaxDelay: 1})}, func(s *settled) { s.retry.MaxDelay = 1 }},
		"base over the default maximum":  {[]Option{WithRetry(Retry{BaseDelay: time.Hour})}, func(s *settled) { s.retry.BaseDelay, s.retry.MaxDelay = time.Hour, time.Hour }},
		"base as long as the maximum":    {[]Option{WithRetry(Retry{BaseDelay: second, MaxDelay: second})}, func(s *settled) { s.retry.BaseDelay, s.retry.MaxDelay = second, second }},
		"no maximum":                     {[]Option{WithRetry(Retry{MaxDelay: -1})}, func(s *settled) { s.retry.MaxDelay = math.MaxInt64 }},

		"rate":                      {[]Option{WithRateLimit(10, 5)}, func(s *settled) { s.perSecond, s.burst = 10, 5 }},
		"a second's worth of burst": {[]Option{WithRateLimit(2.5, 0)}, func(s *settled) { s.perSecond, s.burst = 2.5, 3 }},
		"less than one a second":    {[]Option{WithRateLimit(0.5, 0)}, func(s *settled) { s.perSecond, s.burst = 0.5, 1 }},
		"more than can be counted":  {[]Option{WithRateLimit(1e300, 0)}, func(s *settled) { s.perSecond, s.burst = 1e300, math.MaxInt32 }},
		"no rate":                   {[]Option{WithRateLimit(-3, 5)}, func(*settled) {}},
		"neither rate nor burst":    {[]Option{WithRateLimit(0, -1)}, func(*settled) {}},
	} {
		c, err := New("acme.example.org", StandardKey("1", "k"), tt.opts...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e := c.pipeline.exchange
		want := settled{30 * second, 8 << 20, Retry{Attempts: 3, BaseDelay: 500 * time.Millisecond, MaxDelay: 30 * second}, 0, 0}
		tt.adjust(&want)
		got := settled{e.Timeout, e.MaxBytes, Retry{e.Attempts, e.BaseDelay, e.MaxDelay}, 0, 0}
		if e.Limiter != nil {
			got.perSecond, got.burst = float64(e.Limiter.Limit()), e.Limiter.Burst()
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		if e.Transport != sharedTransport() || e.Log == nil || e.Base.String() != "https://api-acme.example.org" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	own, log := &http.Transport{}, slog.New(slog.NewTextHandler(io.Discard, nil))
	c, err := New("acme.example.org", StandardKey("1", "k"), WithHTTPClient(&http.Client{Transport: own}), WithLogger(log))
	if err != nil || c.pipeline.exchange.Transport != own || c.pipeline.exchange.Log != log {
		t.Errorf("own transport and logger: %+v, %v", c, err)
	}
}
