// Package faults_test tests the client on a hostile network: connections break at every point, responses are malformed
// or endless, and contexts end at any moment. The tests use only the public API. They run over TCP or, where time
// matters, over connections in memory inside testing/synctest.
package faults_test

import (
	"context"
	"io"
	"log"
	"net/http"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/cortexscan/wrapper"
)

// TestMain fails if any test leaves a goroutine behind.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // net/http logs the faults
	goleak.VerifyTestMain(m)
}

const (
	keyID     = "17"
	secretKey = "a key for these tests"
	anyHost   = "https://gateway.example"
	goodRun   = `{"DATA":"Scan is in Running state"}`
	goodAbort = `{"reply":{"action_id":"7","status":"1","endpoints_count":"1"}}`
)

type operation struct {
	name string
	get  bool
	call func(context.Context, *wrapper.Client) error
}

var (
	getStatus = operation{"GetScanRunStatus", true, func(ctx context.Context, c *wrapper.Client) error {
		status, err := c.GetScanRunStatus(ctx, 789)
		return exactlyOne(status != nil, err)
	}}
	abort = operation{"AbortScan", false, func(ctx context.Context, c *wrapper.Client) error {
		reply, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17")))
		return exactlyOne(reply != nil, err)
	}}
	operations = []operation{getStatus, abort}
)

// exactlyOne panics unless a call returned either a result or an error. It returns the error.
func exactlyOne(result bool, err error) error {
	if result == (err != nil) {
		panic("a call returned both a result and an error, or neither")
	}
	return err
}

// newClient returns a Client that has an Advanced key and does not pause between attempts.
func newClient(t testing.TB, base string, rt http.RoundTripper, opts ...wrapper.Option) *wrapper.Client {
	t.Helper()
	c, err := wrapper.New(base, wrapper.AdvancedKey(keyID, secretKey), append([]wrapper.Option{
		wrapper.WithHTTPClient(&http.Client{Transport: rt}), attempts(3),
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func attempts(n int) wrapper.Option {
	return wrapper.WithRetry(wrapper.Retry{Attempts: n, BaseDelay: -1})
}

func newTransport(t testing.TB) *http.Transport {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

func bounded(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
