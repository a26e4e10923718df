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

// settings are what the options set, before the defaults are filled in.
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

// RequestValidator checks a request before it is signed; api.Validator is one. The path is the contract's. It may read the body,
// and must not change URL and header. An error, whose text becomes part of this package's, is an [ErrInvalidRequest].
type RequestValidator interface {
	ValidateRequest(*http.Request) error
}

// ResponseValidator checks the answer that a call is about to return as its result; api.Validator is one. It
// gets the unsigned request. An error turns the answer into an [ErrInvalidResponse].
type ResponseValidator interface {
	ValidateResponse(r *http.Request, status int, h http.Header, body []byte) error
}

// WithHTTPClient sends requests through c's Transport, and ends an attempt after c's Timeout too, if it has one. Nothing of c
// is changed. Its CheckRedirect and Jar are not used: redirects are never followed and cookies never kept. Without a Transport,
// and by default, all Clients of a program share one: it honors the proxy variables and the system's certificates, and keeps
// 64 idle connections to a host.
//
// The rules of net/http's own [http.Transport] are known, so only what may have been sent counts as sent. Any other RoundTripper,
// and a protocol registered with RegisterProtocol, is trusted less: a request counts as sent once its body was read or there was a
// connection (without a body: unless the error says that there was none), and it is stopped when it is sent again after that. The
// price is an occasional [ErrOutcomeUnknown] for an abort that was not sent. What cannot be stopped is a RoundTripper that keeps
// the body and sends it again by itself, and one without reports to net/http/httptrace that sends a request without a body again:
// with those, an abort may be executed twice and a nonce be used twice.
func WithHTTPClient(c *http.Client) Option {
	return func(s *settings) error { s.httpClient = c; return nil }
}

// WithUserAgent puts the name of the program that calls, such as "acme-soc/1.2", before this package's own
// product token in the User-Agent header. Default: the token alone.
func WithUserAgent(product string) Option {
	return func(s *settings) error {
		s.product = strings.TrimSpace(product)
		if !fitsHeader(s.product) {
			return errors.New("WithUserAgent: the product contains a character that cannot stand in a header")
		}
		return nil
	}
}

// WithTimeout ends an attempt after d, the reading of its body included. Default 30 s; negative is no limit but
// the context's. A call can take several attempts and the waits between them: bound it with its context.
func WithTimeout(d time.Duration) Option {
	return func(s *settings) error { s.timeout = d; return nil }
}

// Retry says how often a request is sent, and how long to wait in between. Which failures are worth another
// attempt is fixed: see the package's documentation.
type Retry struct {
	// Attempts is how many times a request is sent at most. Default 3; 1 or negative is no retry.
	Attempts int
	// BaseDelay bounds the random wait before the second attempt; the bound doubles with each further one.
	// Default 500 ms; negative is no wait.
	BaseDelay time.Duration
	// MaxDelay bounds every wait. A Retry-After that asks for more ends the call at once. Default 30 s; negative
	// is no bound.
	MaxDelay time.Duration
}

// WithRetry changes how often a request is sent. Default: 3 attempts, 500 ms to 30 s.
func WithRetry(r Retry) Option {
	return func(s *settings) error {
		if r.BaseDelay > 0 && r.MaxDelay > 0 && r.BaseDelay > r.MaxDelay {
			return errors.New("WithRetry: BaseDelay is longer than MaxDelay")
		}
		s.retry = r
		return nil
	}
}

// WithRateLimit holds attempts back so that no more than perSecond a second leave, after a first burst (default:
// perSecond, rounded up). The service allows a tenant ten a second. Default and negative: no limit.
func WithRateLimit(perSecond float64, burst int) Option {
	return func(s *settings) error {
		if math.IsNaN(perSecond) || math.IsInf(perSecond, 0) {
			return errors.New("WithRateLimit: perSecond is not a number of requests")
		}
		if perSecond > 0 && burst < 0 {
			return errors.New("WithRateLimit: a negative burst would let nothing through; to switch the limit off, make perSecond negative")
		}
		s.perSecond, s.burst = perSecond, burst
		return nil
	}
}

// WithMaxResponseBytes refuses answers of more than n bytes, after decompression. Default 8 MiB; negative is no
// limit.
func WithMaxResponseBytes(n int64) Option {
	return func(s *settings) error { s.maxResponseBytes = n; return nil }
}

// WithLogger logs every attempt (debug) and every retry (info): operation, attempt, status, duration, delay and
// bytes, nothing else. Default nil: nothing is logged.
func WithLogger(l *slog.Logger) Option {
	return func(s *settings) error { s.logger = l; return nil }
}

// WithRequestValidator checks every request before it is signed. Default nil: not checked.
func WithRequestValidator(v RequestValidator) Option {
	return func(s *settings) error { s.requestValidator = v; return nil }
}

// WithResponseValidator checks every answer before it is returned as a result. Default nil: not checked.
func WithResponseValidator(v ResponseValidator) Option {
	return func(s *settings) error { s.responseValidator = v; return nil }
}

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

// orDefault is the rule of the options for one that can be switched off.
func orDefault[T int | int64 | time.Duration](v, byDefault, off T) T {
	switch {
	case v == 0:
		return byDefault
	case v < 0:
		return off
	}
	return v
}
