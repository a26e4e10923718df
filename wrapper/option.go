package wrapper

import (
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"time"
)

// Defaults of the options.
const (
	defaultTimeout          = 30 * time.Second
	defaultAttempts         = 3
	defaultBaseDelay        = 500 * time.Millisecond
	defaultMaxDelay         = 30 * time.Second
	defaultMaxResponseBytes = 8 << 20
)

// Option changes how a [Client] works. In every option zero means the default and negative means off; [New]
// rejects invalid values.
type Option func(*settings) error

// settings holds what the options set, before the defaults are filled in.
type settings struct {
	httpClient        *http.Client
	product           string
	timeout           time.Duration
	retry             Retry
	perSecond         float64
	burst             int
	maxResponseBytes  int64
	logger            *slog.Logger
	requestValidator  RequestValidator
	responseValidator ResponseValidator
}

// RequestValidator checks a request before it is signed; api.Validator is one. The request has the path as it is in the spec. A
// validator may read the body, but must not change the URL or the headers. Its error becomes part of an [ErrInvalidRequest], whose
// message includes it.
type RequestValidator interface {
	ValidateRequest(*http.Request) error
}

// ResponseValidator checks the response that a call is about to return as its result; api.Validator is one. It gets the unsigned
// request. Its error turns the response into an [ErrInvalidResponse].
type ResponseValidator interface {
	ValidateResponse(r *http.Request, status int, h http.Header, body []byte) error
}

// WithHTTPClient sends requests through c's Transport, and ends an attempt after c's Timeout, too. It changes nothing in c. It does
// not use c's CheckRedirect and Jar: redirects are never followed and cookies are never kept. Without a Transport, and by default,
// all Clients of a program share one, which uses the proxy variables and the system's certificates, and keeps 64 idle connections
// per host.
//
// The rules of net/http's own [http.Transport] are known, so its requests count as sent only if they may have been. Through any
// other RoundTripper, or a protocol registered with RegisterProtocol, a request counts as sent once its body was read or there was
// a connection (without a body: unless the error proves that there was none), and cannot be sent again after that. So an abort that
// was not sent sometimes ends with [ErrOutcomeUnknown]. Two kinds of RoundTripper cannot be stopped from executing a request twice
// and using a nonce twice: one that keeps the body and sends it again by itself, and one that does not report to net/http/httptrace
// and sends a request without a body again.
func WithHTTPClient(c *http.Client) Option {
	return func(s *settings) error { s.httpClient = c; return nil }
}

// WithUserAgent puts the name of the calling program, such as "acme-soc/1.2", before this package's own in the User-Agent header.
func WithUserAgent(product string) Option {
	return func(s *settings) error {
		s.product = strings.TrimSpace(product)
		if !fitsHeader(s.product) {
			return errors.New("WithUserAgent: the product contains a character that a header cannot have")
		}
		return nil
	}
}

// WithTimeout ends an attempt after d, including the reading of its body. Default 30 s; negative: no limit but the context's. A call
// can take several attempts and the delays between them: bound it with its context.
func WithTimeout(d time.Duration) Option {
	return func(s *settings) error { s.timeout = d; return nil }
}

// Retry limits how many times a request is sent, and how long to wait in between. The package documentation lists the failures that
// are retried.
type Retry struct {
	// Attempts is the maximum number of times a request is sent. Default 3; 1 or negative: no retry.
	Attempts int
	// BaseDelay bounds the random delay before the second attempt; the bound doubles with each further attempt. Default 500 ms;
	// negative: no delay.
	BaseDelay time.Duration
	// MaxDelay bounds every delay. A longer Retry-After ends the call at once. Default 30 s; negative: no bound.
	MaxDelay time.Duration
}

// WithRetry changes how many times a request is sent. Default: 3 attempts, 500 ms to 30 s.
func WithRetry(r Retry) Option {
	return func(s *settings) error {
		if r.BaseDelay > 0 && r.MaxDelay > 0 && r.BaseDelay > r.MaxDelay {
			return errors.New("WithRetry: BaseDelay is longer than MaxDelay")
		}
		s.retry = r
		return nil
	}
}

// WithRateLimit delays attempts so that at most perSecond of them are sent per second, after a first burst (default: perSecond,
// rounded up). The service allows a tenant ten per second. Default and negative: no limit.
func WithRateLimit(perSecond float64, burst int) Option {
	return func(s *settings) error {
		if math.IsNaN(perSecond) || math.IsInf(perSecond, 0) {
			return errors.New("WithRateLimit: perSecond must be a finite number")
		}
		if perSecond > 0 && burst < 0 {
			return errors.New("WithRateLimit: with a negative burst nothing would be sent: to disable the limit, use a negative perSecond")
		}
		s.perSecond, s.burst = perSecond, burst
		return nil
	}
}

// WithMaxResponseBytes refuses response bodies of more than n bytes, after decompression. Default 8 MiB; negative: no limit.
func WithMaxResponseBytes(n int64) Option {
	return func(s *settings) error { s.maxResponseBytes = n; return nil }
}

// WithLogger logs every attempt (debug) and every retry (info): operation, attempt, status, duration, delay and bytes, nothing else.
// Default nil: nothing is logged.
func WithLogger(l *slog.Logger) Option {
	return func(s *settings) error { s.logger = l; return nil }
}

// WithRequestValidator validates every request before it is signed. Default nil: no validation.
func WithRequestValidator(v RequestValidator) Option {
	return func(s *settings) error { s.requestValidator = v; return nil }
}

// WithResponseValidator validates every response before it is returned as a result. Default nil: no validation.
func WithResponseValidator(v ResponseValidator) Option {
	return func(s *settings) error { s.responseValidator = v; return nil }
}

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

// orDefault implements the convention of Option: zero is the default, negative is off.
func orDefault[T int | int64 | time.Duration](v, byDefault, off T) T {
	switch {
	case v == 0:
		return byDefault
	case v < 0:
		return off
	}
	return v
}
