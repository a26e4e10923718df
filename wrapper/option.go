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

// Option changes how a [Client] works. For counts, durations and limits, zero means the default. A negative value turns the
// feature off, unless the option's comment says otherwise. [New] rejects invalid values.
type Option func(*settings) error

// settings contains the values of the options before defaults are applied.
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

// RequestValidator validates a request before it is signed. api.Validator implements it. The path of the request is
// the one in the spec, without the path prefix of a gateway. A validator may read the body, but must not change the
// URL or the headers. If it returns an error, the call fails with an [ErrInvalidRequest], whose message includes that
// error.
type RequestValidator interface {
	ValidateRequest(*http.Request) error
}

// ResponseValidator validates a response before the call returns it as a result. api.Validator implements it. The request is
// not signed. If the validator returns an error, the call fails with an [ErrInvalidResponse].
type ResponseValidator interface {
	ValidateResponse(r *http.Request, status int, h http.Header, body []byte) error
}

// WithHTTPClient sends requests through c's Transport, and also applies c's Timeout to each attempt. It does not
// change c, and it ignores c's CheckRedirect and Jar: redirects are never followed and cookies are never kept. Without
// this option, or if c.Transport is nil, all Clients in a program share one transport. It uses the proxy environment
// variables and the system's root certificates, and keeps up to 64 idle connections per host.
//
// With net/http's own [http.Transport], a request counts as sent if it may have been written to a connection. With
// any other RoundTripper, or with a protocol registered with RegisterProtocol, a request counts as sent once the
// RoundTripper has read its body or has used a connection for it. After that, the RoundTripper cannot send the
// request again. A request without a body counts as sent unless the error proves that there was no connection. An
// abort that was not sent may therefore end with [ErrOutcomeUnknown].
//
// Two kinds of RoundTripper can still cause a request to be executed twice or a nonce to be used twice: one that copies
// the body and sends it again, and one that does not call the hooks of net/http/httptrace and sends a request without a
// body again.
func WithHTTPClient(c *http.Client) Option {
	return func(s *settings) error { s.httpClient = c; return nil }
}

// WithUserAgent adds the name of the calling program, such as "acme-soc/1.2", to the User-Agent header, before this package's name.
func WithUserAgent(product string) Option {
	return func(s *settings) error {
		s.product = strings.TrimSpace(product)
		if !fitsHeader(s.product) {
			return errors.New("WithUserAgent: the product contains a character that a header cannot contain")
		}
		return nil
	}
}

// WithTimeout limits each attempt to d, including the time to read the response body. Default 30 s; negative: only the context
// limits an attempt. A call can take several attempts with delays between them: use the context to limit the whole call.
func WithTimeout(d time.Duration) Option {
	return func(s *settings) error { s.timeout = d; return nil }
}

// Retry limits the number of times a request is sent, and the delays between attempts. The package documentation
// lists the failures that are retried.
type Retry struct {
	// Attempts is the maximum number of times a request is sent. Default 3; 1 or negative: no retry.
	Attempts int
	// BaseDelay is the upper bound of the random delay before the second attempt. The bound doubles with each further attempt.
	// Default 500 ms; negative: no delay.
	BaseDelay time.Duration
	// MaxDelay is the upper bound of every delay. A longer Retry-After ends the call at once. Default 30 s; negative: no bound.
	MaxDelay time.Duration
}

// WithRetry changes the number of attempts and the delays between them. The fields of [Retry] describe the defaults.
func WithRetry(r Retry) Option {
	return func(s *settings) error {
		if r.BaseDelay > 0 && r.MaxDelay > 0 && r.BaseDelay > r.MaxDelay {
			return errors.New("WithRetry: BaseDelay is longer than MaxDelay")
		}
		s.retry = r
		return nil
	}
}

// WithRateLimit delays attempts so that at most perSecond of them are sent per second, after an initial burst. The
// default burst is perSecond, rounded up. The service allows ten requests per second for each tenant. By default, and
// if perSecond is negative, there is no limit.
func WithRateLimit(perSecond float64, burst int) Option {
	return func(s *settings) error {
		if math.IsNaN(perSecond) || math.IsInf(perSecond, 0) {
			return errors.New("WithRateLimit: perSecond must be a finite number")
		}
		if perSecond > 0 && burst < 0 {
			return errors.New("WithRateLimit: burst must not be negative: to disable the limit, use a negative perSecond")
		}
		s.perSecond, s.burst = perSecond, burst
		return nil
	}
}

// WithMaxResponseBytes refuses response bodies of more than n bytes, after decompression. Default 8 MiB; negative: no limit.
func WithMaxResponseBytes(n int64) Option {
	return func(s *settings) error { s.maxResponseBytes = n; return nil }
}

// WithLogger logs every attempt at level debug and every retry at level info. The records contain only the operation,
// the number of the attempt, the status, the duration, the delay and the number of bytes. Default nil: nothing is
// logged.
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
