package wrapper_test

import (
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"reflect"
	"testing"
	"time"

	"example.com/cortexscan/wrapper"
)

// Zero selects the default, and a negative value turns a feature off.
// The tests of internal/exchange cover the effects of the settings.
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
		adjust func(*settled) // changes the defaults
	}{
		"default": {nil, func(*settled) {}},
		"zero":    {[]wrapper.Option{wrapper.WithTimeout(0), wrapper.WithMaxResponseBytes(0), wrapper.WithRetry(wrapper.Retry{}), wrapper.WithRateLimit(0, 0), wrapper.WithHTTPClient(nil), withTimeout(0)}, func(*settled) {}},
		"none":    {[]wrapper.Option{wrapper.WithUserAgent(" "), wrapper.WithLogger(nil), wrapper.WithRequestValidator(nil), wrapper.WithResponseValidator(nil)}, func(*settled) {}},

		"timeout":                              {[]wrapper.Option{wrapper.WithTimeout(time.Minute)}, func(s *settled) { s.timeout = time.Minute }},
		"no timeout":                           {[]wrapper.Option{wrapper.WithTimeout(-1)}, func(s *settled) { s.timeout = 0 }},
		"the http.Client's timeout":            {[]wrapper.Option{withTimeout(7 * second)}, func(s *settled) { s.timeout = 7 * second }},
		"the http.Client's timeout is shorter": {[]wrapper.Option{wrapper.WithTimeout(9 * second), withTimeout(7 * second)}, func(s *settled) { s.timeout = 7 * second }},
		"the http.Client's timeout is longer":  {[]wrapper.Option{withTimeout(7 * second), wrapper.WithTimeout(5 * second)}, func(s *settled) { s.timeout = 5 * second }},
		"only the http.Client's timeout":       {[]wrapper.Option{wrapper.WithTimeout(-1), withTimeout(7 * second)}, func(s *settled) { s.timeout = 7 * second }},

		"body limit":    {[]wrapper.Option{wrapper.WithMaxResponseBytes(100)}, func(s *settled) { s.maxBytes = 100 }},
		"no body limit": {[]wrapper.Option{wrapper.WithMaxResponseBytes(-1)}, func(s *settled) { s.maxBytes = math.MaxInt64 }},

		"seven attempts":                {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{Attempts: 7})}, func(s *settled) { s.retry.Attempts = 7 }},
		"a negative number of attempts": {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{Attempts: math.MinInt})}, func(s *settled) { s.retry.Attempts = 1 }},
		"no wait":                       {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{BaseDelay: -1})}, func(s *settled) { s.retry.BaseDelay = 0 }},
		"maximum delay below the default base delay": {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{MaxDelay: 1})}, func(s *settled) { s.retry.MaxDelay = 1 }},
		"base delay above the default maximum delay": {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{BaseDelay: time.Hour})}, func(s *settled) { s.retry.BaseDelay, s.retry.MaxDelay = time.Hour, time.Hour }},
		"base delay as long as the maximum delay":    {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{BaseDelay: second, MaxDelay: second})}, func(s *settled) { s.retry.BaseDelay, s.retry.MaxDelay = second, second }},
		"no maximum delay":                           {[]wrapper.Option{wrapper.WithRetry(wrapper.Retry{MaxDelay: -1})}, func(s *settled) { s.retry.MaxDelay = math.MaxInt64 }},

		"rate limit":                   {[]wrapper.Option{wrapper.WithRateLimit(10, 5)}, func(s *settled) { s.perSecond, s.burst = 10, 5 }},
		"the burst of one second":      {[]wrapper.Option{wrapper.WithRateLimit(2.5, 0)}, func(s *settled) { s.perSecond, s.burst = 2.5, 3 }},
		"a burst that overflows":       {[]wrapper.Option{wrapper.WithRateLimit(1e300, 0)}, func(s *settled) { s.perSecond, s.burst = 1e300, math.MaxInt32 }},
		"no rate limit":                {[]wrapper.Option{wrapper.WithRateLimit(-3, 5)}, func(*settled) {}},
		"a burst without a rate limit": {[]wrapper.Option{wrapper.WithRateLimit(0, -1)}, func(*settled) {}},
	} {
		e := must(wrapper.New("acme.example.org", wrapper.StandardKey("1", "k"), tt.opts...)).Exchange()
		want := settled{30 * second, 8 << 20, wrapper.Retry{Attempts: 3, BaseDelay: 500 * time.Millisecond, MaxDelay: 30 * second}, 0, 0}
		tt.adjust(&want)
		got := settled{e.Timeout, e.MaxBytes, wrapper.Retry{e.Attempts, e.BaseDelay, e.MaxDelay}, 0, 0}
		if e.Limiter != nil {
			got.perSecond, got.burst = float64(e.Limiter.Limit()), e.Limiter.Burst()
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
		if e.Transport != wrapper.SharedTransport() || e.Log == nil || e.Base.String() != "https://api-acme.example.org" {
			t.Errorf("%s: got %+v", name, e)
		}
	}
	hc, log := &http.Client{Transport: &http.Transport{}}, slog.New(slog.NewTextHandler(io.Discard, nil))
	before := *hc
	e := must(wrapper.New("acme.example.org", wrapper.StandardKey("1", "k"), wrapper.WithHTTPClient(hc), wrapper.WithLogger(log))).Exchange()
	if e.Transport != hc.Transport || e.Log != log || !reflect.DeepEqual(*hc, before) {
		t.Errorf("a transport and a logger: got %+v; the http.Client became %+v", e, hc)
	}
}

func TestClientPrintsItsHostOnly(t *testing.T) {
	c := must(wrapper.New("https://gateway.example.org:8443/prefix", wrapper.StandardKey(testKeyID, testKey)))
	got := fmt.Sprintf("%v %+v %v %v", c, c, new(wrapper.Client), (*wrapper.Client)(nil))
	if want := "Client(gateway.example.org:8443) Client(gateway.example.org:8443) Client(none) Client(none)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// All Clients share one transport. It has limits, and is separate from http.DefaultTransport.
func TestSharedTransport(t *testing.T) {
	shared, ok := wrapper.SharedTransport().(*http.Transport)
	if !ok || wrapper.SharedTransport() != http.RoundTripper(shared) || shared == http.DefaultTransport {
		t.Fatalf("got %T", wrapper.SharedTransport())
	}
	if shared.MaxIdleConnsPerHost != 64 || shared.MaxConnsPerHost != 0 || shared.DisableKeepAlives || !shared.ForceAttemptHTTP2 || shared.Proxy == nil {
		t.Errorf("got %+v", shared)
	}
	if shared.IdleConnTimeout <= 0 || shared.TLSHandshakeTimeout <= 0 || shared.ExpectContinueTimeout <= 0 || shared.DialContext == nil {
		t.Errorf("got a transport without a time limit: %+v", shared)
	}
}
