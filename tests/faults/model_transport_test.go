package faults_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// transportKind describes a RoundTripper between a client and the network.
type transportKind struct {
	name string
	// round sends a request through net/http's transport. If round is nil, the client uses that transport directly.
	round func(inner http.RoundTripper, r *http.Request) (*http.Response, error)
	// registered: round is registered as a protocol of another http.Transport.
	registered bool
	// silent: round hides requests from httptrace, so the Client can't stop replays of requests without a body.
	silent bool
	// keepsSignature: net/http may replay a GET with the old signature, because round has copied the header and the
	// Client can't distinguish round from net/http.
	keepsSignature bool
}

var (
	netHTTP        = transportKind{name: "net/http"}
	transportKinds = []transportKind{
		netHTTP,
		{name: "a wrapper that instruments", round: instrument},
		{name: "a wrapper that rebuilds headers", round: rebuildHeaders},
		{name: "a wrapper that sends after its context has ended", round: sendLate},
		{name: "a silent wrapper", silent: true, round: silently},
		{name: "a wrapper that falls back to a silent stack", silent: true, round: fallBackToSilence},
		{name: "a wrapper that falls back from a silent stack", silent: true, round: fallBackFromSilence},
		{name: "a protocol of net/http", registered: true, round: http.RoundTripper.RoundTrip},
		{name: "a protocol of net/http that instruments", registered: true, keepsSignature: true, round: instrument},
	}
)

func (k transportKind) over(inner *http.Transport) http.RoundTripper {
	if k.round == nil {
		return inner
	}
	outer := roundTrip(func(r *http.Request) (*http.Response, error) { return k.round(inner, r) })
	if !k.registered {
		return outer
	}
	tr := &http.Transport{}
	tr.RegisterProtocol("http", outer)
	tr.RegisterProtocol("https", outer)
	return tr
}

// untraced hides the values of a context, including the hooks of httptrace.
type untraced struct{ context.Context }

func (untraced) Value(any) any { return nil }

func silently(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	return inner.RoundTrip(r.WithContext(untraced{r.Context()}))
}

// instrument changes a request as otelhttp does: a new context, more hooks, a wrapped body and an added header.
func instrument(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	r = r.Clone(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {}}))
	if getBody := r.GetBody; hasBody(r) && getBody != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
		r.GetBody = func() (io.ReadCloser, error) {
			body, err := getBody()
			return struct{ io.ReadCloser }{body}, err
		}
	}
	r.Header.Set("Traceparent", "00-4711-17-01")
	return inner.RoundTrip(r)
}

// rebuildHeaders gives every header its canonical name.
func rebuildHeaders(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	header := r.Header
	r = r.Clone(r.Context())
	r.Header = http.Header{}
	for name, values := range header {
		for _, value := range values {
			r.Header.Add(name, value)
		}
	}
	return inner.RoundTrip(r)
}

// sendLate waits for a connection and returns as soon as the context ends, but sends the request anyway.
func sendLate(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	type result struct {
		res *http.Response
		err error
	}
	done := make(chan result, 1)
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	httptrace.ContextClientTrace(ctx).GetConn(r.URL.Host)
	go func() {
		time.Sleep(1500 * time.Millisecond)
		res, err := inner.RoundTrip(r.WithContext(ctx))
		done <- result{res, err}
	}()
	select {
	case got := <-done:
		context.AfterFunc(r.Context(), cancel)
		return got.res, got.err
	case <-r.Context().Done():
		time.AfterFunc(time.Minute, cancel)
		go func() {
			if got := <-done; got.err == nil {
				got.res.Body.Close()
			}
		}()
		return nil, r.Context().Err()
	}
}

func fallBackToSilence(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	return fallBack(r, unreachable, roundTrip(func(r *http.Request) (*http.Response, error) { return silently(inner, r) }))
}

func fallBackFromSilence(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	return fallBack(r, roundTrip(func(r *http.Request) (*http.Response, error) { return silently(inner, r) }), inner)
}

// unreachable calls the hooks of httptrace, but never connects.
var unreachable = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errRefused }}

// fallBack uses second if first can't connect, as an HTTP/3 client falls back to TCP.
func fallBack(r *http.Request, first, second http.RoundTripper) (*http.Response, error) {
	res, err := first.RoundTrip(r)
	var dial *net.OpError
	if !errors.As(err, &dial) || dial.Op != "dial" {
		return res, err
	}
	if r = r.Clone(r.Context()); hasBody(r) {
		body, bodyErr := r.GetBody()
		if bodyErr != nil {
			return nil, err
		}
		r.Body = body
	}
	return second.RoundTrip(r)
}

func hasBody(r *http.Request) bool { return r.Body != nil && r.Body != http.NoBody }
