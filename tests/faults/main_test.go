// Package faults_test tests the client on a hostile network: connections that break at every point, responses of every
// shape, waits that end early, and load. It uses the public API alone, over real sockets or, where time matters, over
// connections in memory inside testing/synctest.
package faults_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

// TestMain fails if any test leaves a goroutine behind.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // net/http logs what these tests do to it
	goleak.VerifyTestMain(m)
}

const (
	keyID     = "17"
	secretKey = "a key for these tests"
	anyHost   = "https://gateway.example"
	goodRun   = `{"DATA":"Scan is in Running state"}`
	goodAbort = `{"reply":{"action_id":"7","status":"1","endpoints_count":"1"}}`
)

// operation is one way to make a request: an operation through its own method or through the generated client.
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
	apiGet = operation{"API GET", true, func(ctx context.Context, c *wrapper.Client) error {
		res, err := c.API().GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: 789, Fields: []string{"status"}})
		return exactlyOne(res != nil, err)
	}}
	abort = operation{"AbortScan", false, func(ctx context.Context, c *wrapper.Client) error {
		reply, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17")), wrapper.WithIncident("4711"))
		return exactlyOne(reply != nil, err)
	}}
	apiPost = apiPostEdited("API POST", func(*http.Request) {})

	operations = []operation{getStatus, apiGet, abort, apiPost}
)

func apiPostEdited(name string, edit func(*http.Request)) operation {
	return operation{name, false, func(ctx context.Context, c *wrapper.Client) error {
		res, err := c.API().AbortScanWithResponse(ctx, gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints}},
			func(_ context.Context, r *http.Request) error { edit(r); return nil })
		return exactlyOne(res != nil, err)
	}}
}

// exactlyOne checks that a call returned either a result or an error.
func exactlyOne(result bool, err error) error {
	if result == (err != nil) {
		return errors.New("BROKEN: a call returned both a result and an error, or neither")
	}
	return err
}

// newClient returns a Client with an Advanced key that does not pause between attempts.
func newClient(t testing.TB, base string, rt http.RoundTripper, opts ...wrapper.Option) *wrapper.Client {
	t.Helper()
	opts = append([]wrapper.Option{
		wrapper.WithHTTPClient(&http.Client{Transport: rt}),
		wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}),
	}, opts...)
	c, err := wrapper.New(base, wrapper.AdvancedKey(keyID, secretKey), opts...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func attempts(n int) wrapper.Option {
	return wrapper.WithRetry(wrapper.Retry{Attempts: n, BaseDelay: -1})
}

// newTransport returns a plain transport that is closed with the test.
func newTransport(t testing.TB) *http.Transport {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

// bounded returns a context that ends only if the test would hang.
func bounded(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

var kinds = map[string]error{
	"BadRequest": wrapper.ErrBadRequest, "Unauthorized": wrapper.ErrUnauthorized, "NoLicense": wrapper.ErrNoLicense,
	"Forbidden": wrapper.ErrForbidden, "NotFound": wrapper.ErrNotFound, "RateLimited": wrapper.ErrRateLimited,
	"Server": wrapper.ErrServer, "NoEndpoints": wrapper.ErrNoEndpoints, "Unexpected": wrapper.ErrUnexpectedResponse,
	"TooLarge": wrapper.ErrResponseTooLarge, "InvalidRequest": wrapper.ErrInvalidRequest,
	"InvalidResponse": wrapper.ErrInvalidResponse, "Unknown": wrapper.ErrOutcomeUnknown,
	"Canceled": context.Canceled, "Deadline": context.DeadlineExceeded,
}

// kindsOf names every kind that errors.Is finds in err, sorted: "Server Unknown".
func kindsOf(err error) string {
	var names []string
	for name, kind := range kinds {
		if errors.Is(err, kind) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// wantKinds fails unless err is of exactly these kinds, in any order.
func wantKinds(t testing.TB, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one of the kinds %q", want)
	}
	names := strings.Fields(want)
	slices.Sort(names)
	if got := kindsOf(err); got != strings.Join(names, " ") {
		t.Errorf("kinds are %q, want %q: %v", got, want, err)
	}
}

// response is a complete response in memory.
func response(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: make(http.Header),
		ContentLength: int64(len(body)), Body: reader(body),
	}
}

// apiError returns err as an *APIError, which it has to be.
func apiError(t testing.TB, err error) *wrapper.APIError {
	t.Helper()
	var e *wrapper.APIError
	if !errors.As(err, &e) {
		t.Fatalf("want an *APIError, got %T: %v", err, err)
	}
	return e
}
