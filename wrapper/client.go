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
const Version = "0.2.0"

const productToken = "cortexscan/" + Version

// Client calls one tenant with one key. It is safe for concurrent use; make one and keep it, since its
// connections are kept alive.
type Client struct {
	pipeline *pipeline
	api      *gen.ClientWithResponses
}

// New returns a Client for a tenant, which is given as its host (acme.xdr.us.paloaltonetworks.com, with or
// without the prefix api-, which API hosts have) or as an https URL, a gateway's path prefix included. Plain
// http is for loopback addresses only. New sends nothing. Its errors say what is wrong with which argument, and
// repeat neither a key nor a password.
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
		p.exchange.Timeout = shorter(s.timeout, c.Timeout, p.exchange.Timeout)
	}
	if s.logger == nil {
		p.exchange.Log = slog.New(slog.DiscardHandler)
	}
	// The generated client builds the contract's paths; exchange puts the tenant's address before them. Validators and
	// errors thus see the contract's path, whatever gateway is in between.
	api, err := gen.NewClientWithResponses("/", gen.WithHTTPClient(p))
	if err != nil {
		return nil, fmt.Errorf("cortexscan: %w", err)
	}
	return &Client{pipeline: p, api: api}, nil
}

// API returns the whole generated client, for operations and answers that this package has no method of its own
// for. Its calls go through the same pipeline: they are validated, signed, limited and retried. A 2xx is good if it is
// JSON without an error envelope, has no body, or has a media type other than JSON and HTML; every other answer is an
// error of this package. JSON of another type than is documented is the generated client's own decoding error; a response
// validator catches it first. The User-Agent is filled in.
func (c *Client) API() gen.ClientWithResponsesInterface { return c.api }

// String names the Client's host, and no more.
func (c *Client) String() string {
	if c == nil || c.pipeline == nil {
		return "Client(none)"
	}
	return "Client(" + c.pipeline.exchange.Base.Host + ")"
}

// shorter is the time limit of an attempt where the http.Client has one too: the shorter of the two that were
// asked for.
func shorter(asked, clients, byDefault time.Duration) time.Duration {
	switch {
	case clients <= 0:
		return byDefault
	case asked > 0:
		return min(asked, clients)
	}
	return clients
}

// newLimiter returns nil where there is no limit.
func newLimiter(perSecond float64, burst int) *rate.Limiter {
	if perSecond <= 0 {
		return nil
	}
	if burst == 0 {
		burst = int(math.Ceil(min(perSecond, math.MaxInt32)))
	}
	return rate.NewLimiter(rate.Limit(perSecond), burst)
}

// sharedTransport is one transport for all Clients of a program, made when the first one needs it. It is not
// http.DefaultTransport, which belongs to the program and keeps only two idle connections to a host.
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
