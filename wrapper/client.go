package wrapper

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper/internal/address"
	"example.com/cortexscan/wrapper/internal/envelope"
	"example.com/cortexscan/wrapper/internal/exchange"
	"golang.org/x/time/rate"
)

// Version is the version of this module. It is part of the User-Agent of every request.
const Version = "0.3.0"

const productToken = "cortexscan/" + Version

// Client calls the API of one tenant with one key. It is safe for concurrent use. A program needs only one Client per tenant.
type Client struct {
	pipeline *pipeline
	api      *gen.ClientWithResponses
}

// New returns a Client for a tenant. The tenant is a host, such as acme.xdr.us.paloaltonetworks.com (the prefix api- is
// optional), or an https URL, which may include the path prefix of a gateway. Plain http is allowed for loopback addresses only.
// New sends no request. Its errors describe the invalid argument without repeating a key or a password.
func New(tenant string, cred Credential, opts ...Option) (*Client, error) {
	base, err := address.Parse(tenant)
	if err != nil {
		return nil, fmt.Errorf("cortexscan: %w", err)
	}
	if err := cred.check(); err != nil {
		return nil, err
	}
	var s settings
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("cortexscan: an Option is nil")
		}
		if err := opt(&s); err != nil {
			return nil, fmt.Errorf("cortexscan: %w", err)
		}
	}
	retry := s.retry.withDefaults()
	p := &pipeline{
		exchange: exchange.Client{
			Base:      base,
			Sign:      cred.sign,
			Transport: sharedTransport(),
			Timeout:   orDefault(s.timeout, defaultTimeout, 0),
			MaxBytes:  orDefault(s.maxResponseBytes, defaultMaxResponseBytes, math.MaxInt64),
			Attempts:  retry.Attempts,
			BaseDelay: retry.BaseDelay,
			MaxDelay:  retry.MaxDelay,
			Refused: func(res *exchange.Result) bool {
				return isDefinite(res.Response.StatusCode, res.Whole(), envelope.Parse(res.Body, res.Redactor.Redact))
			},
			Limiter: newLimiter(s.perSecond, s.burst),
			Log:     s.logger,
		},
		keyType:           cred.kind,
		userAgent:         productToken,
		requestValidator:  s.requestValidator,
		responseValidator: s.responseValidator,
	}
	if s.product != "" {
		p.userAgent = s.product + " " + productToken
	}
	if c := s.httpClient; c != nil {
		if c.Transport != nil {
			p.exchange.Transport = c.Transport
		}
		if c.Timeout > 0 && (s.timeout <= 0 || c.Timeout < s.timeout) { // the shorter timeout applies
			p.exchange.Timeout = c.Timeout
		}
	}
	if s.logger == nil {
		p.exchange.Log = slog.New(slog.DiscardHandler)
	}
	// The generated client builds the path in the spec, which validators and errors need. Package exchange adds the tenant's
	// address later.
	api, err := gen.NewClientWithResponses("/", gen.WithHTTPClient(p))
	if err != nil {
		return nil, fmt.Errorf("cortexscan: %w", err)
	}
	return &Client{pipeline: p, api: api}, nil
}

// API returns the generated client, for operations and responses that the methods of Client do not cover. Its requests are
// validated, signed, rate limited and retried like those of Client's methods, and have the same User-Agent.
//
// The generated client returns an [*APIError] for every response that [CheckResponse] does not accept. If the JSON of an accepted
// response does not match the documented type, the generated client returns its own decoding error. A response validator runs
// before the response is decoded.
func (c *Client) API() gen.ClientWithResponsesInterface { return c.api }

// String returns "Client(HOST)", where HOST is the tenant's host.
func (c *Client) String() string {
	if c == nil || c.pipeline == nil {
		return "Client(none)"
	}
	return "Client(" + c.pipeline.exchange.Base.Host + ")"
}

// newLimiter returns nil if there is no limit.
func newLimiter(perSecond float64, burst int) *rate.Limiter {
	if perSecond <= 0 {
		return nil
	}
	if burst == 0 {
		burst = int(math.Ceil(min(perSecond, math.MaxInt32)))
	}
	return rate.NewLimiter(rate.Limit(perSecond), burst)
}

// sharedTransport returns the transport that all Clients of a program share. It is not http.DefaultTransport, which belongs to
// the program and keeps only two idle connections per host.
var sharedTransport = sync.OnceValue(func() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
})
