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

// roundTrip is a function as an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// transportKind is a RoundTripper between a client and the network.
type transportKind struct {
	name   string
	silent bool // httptrace does not see all of its requests
	// keepsSignature: net/http replays its GET as it is, because it has copied the header and can't be told from net/http.
	keepsSignature bool
	repeats        int // how many times it may send a request by itself, or let net/http do so in a way that no client can stop
	// round sends a request through net/http's transport. Without it that transport is used directly.
	round func(inner http.RoundTripper, r *http.Request) (*http.Response, error)
	// registered makes round an alternate protocol of net/http's transport.
	registered bool
}

var transportKinds = []transportKind{
	{name: "net/http"},
	{name: "net/http"},
	{name: "net/http"},
	{name: "net/http"},
	{name: "net/http"},
	{name: "net/http"},
	{name: "a protocol of net/http that passes requests on", registered: true, round: http.RoundTripper.RoundTrip},
	{name: "a protocol of net/http that clones", registered: true, keepsSignature: true, round: clone},
	{name: "a protocol of net/http that is silent", registered: true, silent: true, round: silently},
	{name: "a protocol of net/http that falls back", registered: true, silent: true, round: fallBack(unreachable.RoundTrip, silently)},
	{name: "a protocol of net/http that tries again", registered: true, silent: true, repeats: 3, round: trySilentlyAgain},
	{name: "a wrapper", round: http.RoundTripper.RoundTrip},
	{name: "a wrapper that clones", round: clone},
	{name: "a wrapper that instruments", round: instrument},
	{name: "a wrapper that instruments", round: instrument},
	{name: "a wrapper that rebuilds headers", round: rebuildHeaders},
	{name: "a wrapper that rebuilds headers", round: rebuildHeaders},
	{name: "a wrapper that reads the body first", round: readBodyFirst},
	{name: "a wrapper that drops GetBody", round: dropGetBody},
	{name: "a wrapper that goes on after its context", round: goOn},
	{name: "a silent wrapper", silent: true, round: silently},
	{name: "a silent wrapper", silent: true, round: silently},
	{name: "a wrapper that falls back to a silent stack", silent: true, round: fallBack(unreachable.RoundTrip, silently)},
	{name: "a wrapper that falls back to a silent stack", silent: true, round: fallBack(unreachable.RoundTrip, silently)},
	{name: "a wrapper that falls back from a silent stack", silent: true, round: func(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		first := func(r *http.Request) (*http.Response, error) { return silently(inner, r) }
		return fallBack(first, http.RoundTripper.RoundTrip)(inner, r)
	}},
	{name: "a wrapper that tries again", repeats: 3, round: tryAgain},
	{name: "a silent wrapper that tries again", silent: true, repeats: 3, round: trySilentlyAgain},
	{name: "a wrapper that keeps the body and tries again", repeats: 3, round: func(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		return tryAgain(inner, keepBody(r))
	}},
	{name: "a wrapper with its own GetBody", repeats: 1, round: func(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		return inner.RoundTrip(keepBody(r))
	}},
	{name: "a silent wrapper with its own GetBody", silent: true, repeats: 1, round: func(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		return silently(inner, keepBody(r))
	}},
}

// pickTransport puts a RoundTripper of some kind in front of net/http's.
func (s *simulation) pickTransport(d dice, inner *http.Transport) http.RoundTripper {
	s.kind = transportKinds[d.IntN(len(transportKinds))]
	s.log("the transport is %s", s.kind.name)
	return s.kind.over(inner)
}

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

// untraced is a context that hides its values, httptrace's among them.
type untraced struct{ context.Context }

func (untraced) Value(any) any { return nil }

func silently(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	return inner.RoundTrip(r.WithContext(untraced{r.Context()}))
}

func clone(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Traced", "4711")
	return inner.RoundTrip(r)
}

// instrument does what otelhttp does: a new context, its own trace, a wrapped body and another header.
func instrument(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	type span struct{}
	ctx := context.WithValue(r.Context(), span{}, 17)
	r = r.Clone(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {}}))
	if getBody := r.GetBody; hasBody(r) && getBody != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
		r.GetBody = func() (io.ReadCloser, error) {
			body, err := getBody()
			if err != nil {
				return nil, err
			}
			return struct{ io.ReadCloser }{body}, nil
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

func readBodyFirst(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if hasBody(r) {
		body, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil {
			return nil, err
		}
		r.Body = reader(string(body))
	}
	return inner.RoundTrip(r)
}

func dropGetBody(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.GetBody = nil
	return inner.RoundTrip(r)
}

// goOn returns as soon as the context ends, while the request goes on for up to a minute.
func goOn(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	type result struct {
		res *http.Response
		err error
	}
	done := make(chan result, 1)
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	go func() {
		time.Sleep(time.Millisecond) // as if it waited for a connection
		res, err := inner.RoundTrip(r.WithContext(ctx))
		done <- result{res, err}
	}()
	select {
	case got := <-done:
		context.AfterFunc(r.Context(), cancel)
		return got.res, got.err
	case <-r.Context().Done():
		go func() {
			defer cancel()
			select {
			case got := <-done:
				if got.err == nil {
					got.res.Body.Close()
				}
			case <-time.After(time.Minute):
			}
		}()
		return nil, r.Context().Err()
	}
}

// unreachable reports to httptrace and never connects.
var unreachable = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, errRefused }}

// fallBack tries first, and if that can't connect, second: as a client of HTTP/3 falls back to TCP.
func fallBack(first roundTrip, second func(http.RoundTripper, *http.Request) (*http.Response, error)) func(http.RoundTripper, *http.Request) (*http.Response, error) {
	return func(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
		res, err := first(r)
		var dial *net.OpError
		if !errors.As(err, &dial) || dial.Op != "dial" {
			return res, err
		}
		again, ok := withFreshBody(r)
		if !ok {
			return nil, err
		}
		return second(inner, again)
	}
}

// tryAgain sends a request up to three times, until there is a response.
func tryAgain(inner http.RoundTripper, r *http.Request) (res *http.Response, err error) {
	for n, again, ok := 0, r, true; n < 3 && ok && r.Context().Err() == nil; n++ {
		if res, err = inner.RoundTrip(again); err == nil {
			return res, nil
		}
		again, ok = withFreshBody(r)
	}
	return res, err
}

func trySilentlyAgain(inner http.RoundTripper, r *http.Request) (*http.Response, error) {
	return tryAgain(inner, r.WithContext(untraced{r.Context()}))
}

func hasBody(r *http.Request) bool { return r.Body != nil && r.Body != http.NoBody }

// withFreshBody returns a copy of the request with a new body, if GetBody allows it.
func withFreshBody(r *http.Request) (again *http.Request, ok bool) {
	again = r.Clone(r.Context())
	if !hasBody(r) {
		return again, true
	}
	if r.GetBody == nil {
		return nil, false
	}
	body, err := r.GetBody()
	again.Body = body
	return again, err == nil
}

// keepBody reads the body into memory and replaces GetBody.
func keepBody(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	if !hasBody(r) {
		return r
	}
	body, _ := io.ReadAll(r.Body)
	r.Body.Close()
	r.GetBody = func() (io.ReadCloser, error) { return reader(string(body)), nil }
	r.Body, _ = r.GetBody()
	return r
}
