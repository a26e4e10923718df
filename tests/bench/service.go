package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
)

// Medium is how the bytes get from the caller to the answer and back.
type Medium string

// In memory the answer is ready before it is asked for; over loopback it takes net/http's own transport and server.
const (
	Memory   Medium = "memory"
	Loopback Medium = "loopback"
)

// tenant is where the calls seem to go in memory.
const tenant = "https://api-acme.xdr.us.paloaltonetworks.com"

// Setup makes the contestant's client for the case. The function that it returns makes one call; close ends
// what it needs.
func Setup(c Contestant, k Case, m Medium) (call func() error, close func(), err error) {
	base, transport, close := serve(k, m)
	caller, err := c.New(base, transport)
	if err != nil {
		close()
		return nil, nil, err
	}
	ctx := context.Background()
	call = func() error { return k.Call(ctx, caller) }
	if err := call(); err != nil {
		close()
		return nil, nil, fmt.Errorf("%s, %s, %s: %w", k.Name, m, c.Name, err)
	}
	return call, close, nil
}

func serve(k Case, m Medium) (base string, transport http.RoundTripper, close func()) {
	if m == Memory {
		return tenant, k, func() {}
	}
	server := httptest.NewServer(k)
	own := &http.Transport{MaxIdleConnsPerHost: 64}
	return server.URL, own, func() {
		own.CloseIdleConnections()
		server.Close()
	}
}

// ServeHTTP answers every request with the case's answer.
func (k Case) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(k.Status)
	w.Write(k.Body)
}

// RoundTrip answers every request with the case's answer, which is ready.
func (k Case) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	return k.response(r), nil
}

var jsonHeader = http.Header{"Content-Type": {"application/json"}}

func (k Case) response(r *http.Request) *http.Response {
	return &http.Response{
		Status: http.StatusText(k.Status), StatusCode: k.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: jsonHeader, Body: io.NopCloser(bytes.NewReader(k.Body)), ContentLength: int64(len(k.Body)), Request: r,
	}
}
