package wrapper_test

import (
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/url"
	"testing"
	"time"

	"example.com/cortexscan/wrapper"
)

func TestWithUserAgent(t *testing.T) {
	const own = "cortexscan/" + wrapper.Version
	for name, tt := range map[string]struct{ product, want string }{
		"default":      {"", own},
		"a product":    {"acme-soc/1.2", "acme-soc/1.2 " + own},
		"space is cut": {"\tacme-soc/1.2 ", "acme-soc/1.2 " + own},
	} {
		for _, op := range operations {
			t.Run(name+"/"+op.name, func(t *testing.T) {
				rec := &recorder{next: transport(good)}
				if err := op.call(t, t.Context(), newClient(t, rec, wrapper.WithUserAgent(tt.product))); err != nil {
					t.Fatal(err)
				}
				if got := rec.requests[0].Header["User-Agent"]; len(got) != 1 || got[0] != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		}
	}
}

// spyJar counts how many times it is used.
type spyJar int

func (j *spyJar) SetCookies(*url.URL, []*http.Cookie) { *j++ }
func (j *spyJar) Cookies(*url.URL) []*http.Cookie     { *j++; return nil }

// The Client uses neither its cookies nor its redirects.
func TestHTTPClientIsNotChanged(t *testing.T) {
	var jar spyJar
	hc := &http.Client{
		Transport:     canned(302, "", "Location", "/elsewhere", "Set-Cookie", "a=b"),
		Jar:           &jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { t.Error("a redirect was followed"); return nil },
		Timeout:       time.Minute,
	}
	before := *hc
	c := newClient(t, nil, wrapper.WithHTTPClient(hc), wrapper.WithTimeout(time.Second), wrapper.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	for _, op := range operations {
		wantKinds(t, op.call(t, t.Context(), c), "Unexpected")
	}
	if hc.Timeout != before.Timeout || hc.Jar != before.Jar || hc.CheckRedirect == nil || hc.Transport == nil {
		t.Error("the http.Client was changed")
	}
	if jar != 0 {
		t.Errorf("the cookie jar was used %d times", jar)
	}
}

// Zero is the default and negative is off. How the exchange uses these settings is tested there.
func TestOptionsReachTheExchange(t *testing.T) {
	type settled struct {
		timeout   time.Duration
		maxBytes  int64
		retry     wrapper.Retry
		perSecond float64 // 0: no limit
		burst     int
	}
	withTimeout := func(d time.Duration) wrapper.Option { return wrapper.WithHTTPClient(&http.Client{Timeout: d}) }
	const second = time.Second
	for name, tt := range map[string]struct {
		opts   []wrapper.Option
		adjust func(*settled) // the defaults
	}{
		"default":    {nil, func(*settled) {}},
		"zero":       {[]wrapper.Option{wrapper.WithTimeout(0), wrapper.WithMaxResponseBytes(0), wrapper.WithRetry(wrapper.Retry{}), wrapper.WithRateLimit(0, 0), wrapper.WithHTTPClient(nil), withTimeout(0)}, func(*settled) {}},
		"none":       {[]wrapper.Option{wrapper.WithUserAgent(" "), wrapper.WithLogger(nil), wrapper.WithRequestValidator(nil), wrapper.WithResponseValidator(nil)}, func(*settled) {}},
		"the latter": {[]wrapper.Option{wrapper.WithTimeout(second), wrapper.WithTimeout(0)}, func(*settled) {}},

		"timeout":                             {[]wrapper.Option{wrapper.WithTimeout(time.Minute)}, func(s *settled) { s.timeout = time.Minute }},
		"no timeout":                          {[]wrapper.Option{wrapper.WithTimeout(-1)}, func(s *settled) { s.timeout = 0 }},
		"the http.Client's":                   {[]wrapper.Option{withTimeout(7 * second)}, func(s *settled) { s.timeout = 7 * second }},
		"the http.Client's, over the default": {[]wrapper.Option{withTimeout(time.Minute)}, func(s *settled) { s.timeout = time.Minute }},
		"the http.Client's is the shorter":    {[]wrapper.Option{wrapper.WithTimeout(9 * second), withTimeout(7 * second)}, func(s *settled) { s.timeout = 7 * second }},
		"the http.Client's is the longer":     {[]wrapper.Option{withTimeout(7 * second), wrapper.WithTimeout(5 * second)}, func(s *settled) { s.timeout = 5 * second }},
		"the http.Client's alone":             {[]wrapper.Option{wrapper.WithTimeout(-1), withTimeout(7 * second)}, func(s *settled) { s.timeout = 7 * second }},

		"limit":    {[]wrapper.Option{wrapper.WithMaxResponseBytes(100)}, func(s *settled) { s.maxBytes = 100 }},
		"no limit": {[]wrapper.Option{wrapper.WithMaxResponseBytes(-1)}, func(s *settled) { s.maxBytes = math.MaxInt64 }},

		"one attempt":                    {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{Attempts: 1})}, func(s *settled) { s.retry.Attempts = 1 }},
		"seven attempts":                 {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{Attempts: 7})}, func(s *settled) { s.retry.Attempts = 7 }},
		"fewer than none":                {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{Attempts: math.MinInt})}, func(s *settled) { s.retry.Attempts = 1 }},
		"base":                           {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{BaseDelay: 3 * second})}, func(s *settled) { s.retry.BaseDelay = 3 * second }},
		"no wait":                        {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{BaseDelay: -1})}, func(s *settled) { s.retry.BaseDelay = 0 }},
		"maximum":                        {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{MaxDelay: second})}, func(s *settled) { s.retry.MaxDelay = second }},
		"maximum under the default base": {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{MaxDelay: 1})}, func(s *settled) { s.retry.MaxDelay = 1 }},
		"base over the default maximum":  {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{BaseDelay: time.Hour})}, func(s *settled) { s.retry.BaseDelay, s.retry.MaxDelay = time.Hour, time.Hour }},
		"base as long as the maximum":    {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{BaseDelay: second, MaxDelay: second})}, func(s *settled) { s.retry.BaseDelay, s.retry.MaxDelay = second, second }},
		"no maximum":                     {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{MaxDelay: -1})}, func(s *settled) { s.retry.MaxDelay = math.MaxInt64 }},

		"rate":                      {[]wrapper.Option{wrapper.WithRateLimit(10, 5)}, func(s *settled) { s.perSecond, s.burst = 10, 5 }},
		"a second's worth of burst": {[]wrapper.Option{wrapper.WithRateLimit(2.5, 0)}, func(s *settled) { s.perSecond, s.burst = 2.5, 3 }},
		"less than one a second":    {[]wrapper.Option{wrapper.WithRateLimit(0.5, 0)}, func(s *settled) { s.perSecond, s.burst = 0.5, 1 }},
		"more than can be counted":  {[]wrapper.Option{wrapper.WithRateLimit(1e300, 0)}, func(s *settled) { s.perSecond, s.burst = 1e300, math.MaxInt32 }},
		"no rate":                   {[]wrapper.Option{wrapper.WithRateLimit(-3, 5)}, func(*settled) {}},
		"neither rate nor burst":    {[]wrapper.Option{wrapper.WithRateLimit(0, -1)}, func(*settled) {}},
	} {
		c, err := wrapper.New("acme.example.org", wrapper.StandardKey("1", "k"), tt.opts...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e := c.Exchange()
		want := settled{30 * second, 8 << 20, wrapper.Retry{Attempts: 3, BaseDelay: 500 * time.Millisecond, MaxDelay: 30 * second}, 0, 0}
		tt.adjust(&want)
		got := settled{e.Timeout, e.MaxBytes, wrapper.Retry{e.Attempts, e.BaseDelay, e.MaxDelay}, 0, 0}
		if e.Limiter != nil {
			got.perSecond, got.burst = float64(e.Limiter.Limit()), e.Limiter.Burst()
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		if e.Transport != wrapper.SharedTransport() || e.Log == nil || e.Base.String() != "https://api-acme.example.org" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	own, log := &http.Transport{}, slog.New(slog.NewTextHandler(io.Discard, nil))
	c, err := wrapper.New("acme.example.org", wrapper.StandardKey("1", "k"), wrapper.WithHTTPClient(&http.Client{Transport: own}), wrapper.WithLogger(log))
	if err != nil || c.Exchange().Transport != own || c.Exchange().Log != log {
		t.Errorf("own transport and logger: %+v, %v", c, err)
	}
}
