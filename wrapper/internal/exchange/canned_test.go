package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

const key = "kkkk-test-key-kkkk"

// transport is a RoundTripper without a network. It may call hooks of net/http/httptrace.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// newResponse returns a response of unknown length. header is a list of alternating names and values.
func newResponse(status int, body io.Reader, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(body), ContentLength: -1}
}

func canned(status int, body string, header ...string) transport {
	return func(*http.Request) (*http.Response, error) {
		return newResponse(status, strings.NewReader(body), header...), nil
	}
}

// cutOff sends a response whose body ends in an error.
func cutOff(status int, body string, err error) transport {
	return func(*http.Request) (*http.Response, error) {
		return newResponse(status, io.MultiReader(strings.NewReader(body), iotest.ErrReader(err))), nil
	}
}

// failing sends no response and calls no hook of net/http/httptrace.
func failing(err error) transport {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// notSent fails as net/http does when it can't connect.
func notSent(r *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(r.Context()).GetConn("example.org:443")
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
}

// lost fails as net/http does when the connection of a request breaks.
func lost(r *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(r.Context())
	trace.GetConn("example.org:443")
	trace.GotConn(httptrace.GotConnInfo{})
	return nil, errors.New("connection reset by peer")
}

func silent(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// recorder keeps the requests. It sends the responses in turn, and then repeats the last one.
type recorder struct {
	responses []transport
	requests  []*http.Request
	bodies    []string
	at        []time.Time
}

func inTurn(responses ...transport) *recorder { return &recorder{responses: responses} }

func (rec *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	kept := r.Clone(r.Context()) // a transport may change the header
	rec.requests, rec.at = append(rec.requests, kept), append(rec.at, time.Now())
	res, err := rec.responses[min(len(rec.requests), len(rec.responses))-1](r)
	body := []byte{}
	if err == nil && r.Body != nil { // after an error, the request may not have been sent
		body, _ = io.ReadAll(r.Body)
	}
	rec.bodies = append(rec.bodies, string(body))
	return res, err
}

// newClient returns a client that makes at most three attempts
// without delays. The client signs with the key and a numbered nonce.
func newClient(rt http.RoundTripper, adjust ...func(*Client)) *Client {
	signatures := 0
	c := &Client{
		Base: &url.URL{Scheme: "https", Host: "example.org"},
		Sign: func(h http.Header, _ time.Time) Redactor {
			signatures++
			nonce := fmt.Sprintf("nonce-%04d", signatures)
			h.Set("Authorization", key)
			h.Set("X-Nonce", nonce)
			return append(NewRedactor(key), nonce)
		},
		Transport: rt, MaxBytes: 1 << 20, Attempts: 3, MaxDelay: 30 * time.Second, Log: slog.New(slog.DiscardHandler),
	}
	for _, f := range adjust {
		f(c)
	}
	return c
}

func once(c *Client) { c.Attempts = 1 }

func do(ctx context.Context, t testing.TB, c *Client, method string) *Result {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, "/v1/thing?id=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		return c.Do(ctx, r, []byte("body"))
	}
	return c.Do(ctx, r, nil)
}
