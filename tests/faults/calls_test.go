package faults_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

const (
	keyID     = "17"
	secretKey = "a key of the tests"
	goodRun   = `{"DATA":"Scan is in Running state"}`
	goodAbort = `{"reply":{"action_id":"7","status":"1","endpoints_count":"1"}}`
)

// door is one way to send a request: an operation, through its own method or through the generated client.
type door struct {
	name string
	get  bool
	call func(context.Context, *wrapper.Client) error
}

var doors = []door{
	{"GetScanRunStatus", true, func(ctx context.Context, c *wrapper.Client) error {
		status, err := c.GetScanRunStatus(ctx, 789)
		return exactlyOne(status != nil, err)
	}},
	{"API GET", true, func(ctx context.Context, c *wrapper.Client) error {
		res, err := c.API().GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: 789, Fields: []string{"status"}})
		return exactlyOne(res != nil, err)
	}},
	{"AbortScan", false, func(ctx context.Context, c *wrapper.Client) error {
		reply, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17")), wrapper.WithIncident("4711"))
		return exactlyOne(reply != nil, err)
	}},
	{"API POST", false, func(ctx context.Context, c *wrapper.Client) error {
		res, err := c.API().AbortScanWithResponse(ctx, gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints}})
		return exactlyOne(res != nil, err)
	}},
}

// methodDoors are the two operations through their own methods.
var methodDoors = []door{doors[0], doors[2]}

// exactlyOne holds every call of this package to the promise that it returns either a result or an error.
func exactlyOne(result bool, err error) error {
	if result == (err != nil) {
		return errors.New("BROKEN: a call returned both a result and an error, or neither")
	}
	return err
}

// newClient returns a Client with an Advanced key. Without other options it does not wait between attempts.
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

// once switches retries off.
func once() wrapper.Option { return wrapper.WithRetry(wrapper.Retry{Attempts: 1}) }

// newTransport is a plain transport that is closed with the test.
func newTransport(t testing.TB) *http.Transport {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}

// safetyNet is a context that only ends where a promise is broken and the call would hang.
func safetyNet(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// kinds are all that errors.Is can find, by the names under which the tables have them.
var kinds = map[string]error{
	"BadRequest": wrapper.ErrBadRequest, "Unauthorized": wrapper.ErrUnauthorized, "NoLicense": wrapper.ErrNoLicense,
	"Forbidden": wrapper.ErrForbidden, "NotFound": wrapper.ErrNotFound, "RateLimited": wrapper.ErrRateLimited,
	"Server": wrapper.ErrServer, "NoEndpoints": wrapper.ErrNoEndpoints, "Unexpected": wrapper.ErrUnexpectedResponse,
	"TooLarge": wrapper.ErrResponseTooLarge, "InvalidRequest": wrapper.ErrInvalidRequest,
	"InvalidResponse": wrapper.ErrInvalidResponse, "Unknown": wrapper.ErrOutcomeUnknown,
	"Canceled": context.Canceled, "Deadline": context.DeadlineExceeded,
}

// kindsOf names every kind that err is of, sorted: "Server Unknown".
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

// wantKinds fails where err is not of exactly the kinds named, in any order.
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

// apiError is err as the answer of a server, which it has to be.
func apiError(t testing.TB, err error) *wrapper.APIError {
	t.Helper()
	var e *wrapper.APIError
	if !errors.As(err, &e) {
		t.Fatalf("want an *APIError, got %T: %v", err, err)
	}
	return e
}

// roundTrip is a function as an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
