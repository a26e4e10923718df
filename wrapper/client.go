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

// Client calls one tenant with one key. It is safe for concurrent use. Make one and keep it, because it keeps connections alive.
type Client struct {
	pipeline *pipeline
	api      *gen.ClientWithResponses
}

// New returns a Client for a tenant. The tenant is a host (acme.xdr.us.paloaltonetworks.com, with or without the prefix api- that
// API hosts have) or an https URL, which may have a gateway's path prefix. Plain http is for loopback addresses only. New sends
// nothing. Its errors say what is wrong with which argument, and repeat neither a key nor a password.
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
		if c.Timeout > 0 && (s.timeout <= 0 || c.Timeout < s.timeout) { // the shorter of the two that the caller asked for
			p.exchange.Timeout = c.Timeout
		}
	}
	if s.logger == nil {
		p.exchange.Log = slog.New(slog.DiscardHandler)
	}
	// The generated client builds the spec's paths, and exchange puts the tenant's address before them. So validators and errors see
	// the spec's path, whatever gateway is in between.
	api, err := gen.NewClientWithResponses("/", gen.WithHTTPClient(p))
	if err != nil {
		return nil, fmt.Errorf("cortexscan: %w", err)
	}
	return &Client{pipeline: p, api: api}, nil
}

// API returns the whole generated client, for operations and responses that this package has no method for. Its calls go through
// the same pipeline: they are validated, signed, limited and retried. A 2xx is a success if it is JSON that does not consist of
// error fields alone (err_*, error, errors, detail), has no body, or has a media type other than JSON and HTML. Any other response
// is an error of this package. JSON that does not fit the documented type fails with the generated client's own decoding error; a
// response validator catches it first. The User-Agent is filled in.
func (c *Client) API() gen.ClientWithResponsesInterface { return c.api }

// String returns the Client's host.
func (c *Client) String() string {
	if c == nil || c.pipeline == nil {
		return "Client(none)"
	}
	return "Client(" + c.pipeline.exchange.Base.Host + ")"
}

// newLimiter returns nil for no limit.
func newLimiter(perSecond float64, burst int) *rate.Limiter {
	if perSecond <= 0 {
		return nil
	}
	if burst == 0 {
		burst = int(math.Ceil(min(perSecond, math.MaxInt32)))
	}
	return rate.NewLimiter(rate.Limit(perSecond), burst)
}

// sharedTransport returns one transport for all Clients of a program. It is not http.DefaultTransport, which belongs to the program
// and keeps only two idle connections to a host.
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
