package bench_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/cortexscan/api"
	"example.com/cortexscan/wrapper"
)

const (
	tenant = "https://api-acme.xdr.us.paloaltonetworks.com"
	keyID  = "17"
	key    = "a key of the benchmark"

	runID    = 789
	state    = "Scan is in Running state"
	actionID = "22519813685366"
	refusal  = "The request contains invalid or missing parameters"

	statusBody = `{"DATA":"` + state + `"}`
	abortBody  = `{"reply":{"action_id":"` + actionID + `","status":"1","endpoints_count":"100"}}`
)

type caller interface {
	status(ctx context.Context, runID int64) (string, error)
	abort(ctx context.Context, ids []string) (actionID string, err error) // nil ids select all endpoints
}

type contestant struct {
	name  string
	new   func(base string, transport http.RoundTripper) caller
	signs bool // signs with an Advanced key and has hand's other features
}

var validator = func() *api.Validator {
	v, err := api.NewValidator()
	if err != nil {
		panic(err)
	}
	return v
}()

// All ratios are relative to the first contestant.
var contestants = []contestant{
	{"hand", newHand, true},
	{"bare", newBare, false},
	{"stock", newStock, false},
	{"resty", newResty, true},
	{"standard", newOurs(wrapper.StandardKey(keyID, key)), false},
	{"ours", newOurs(wrapper.AdvancedKey(keyID, key)), true},
	{"validated", newOurs(wrapper.AdvancedKey(keyID, key), wrapper.WithRequestValidator(validator)), true},
}

// benchCase is a call and its response. As a handler, it sends the response.
type benchCase struct {
	name    string
	code    int // 400 for an error, which bare does not parse
	body    string
	call    func(context.Context, caller) (string, error)
	want    string // the result of the call, or the message of its error
	details int    // the error has at least this many details
}

var cases = []benchCase{
	{"status", 200, statusBody, status, state, 0},
	{"abort-all", 200, abortBody, abort(nil), actionID, 0},
	{"abort-100-ids", 200, abortBody, abort(endpointIDs(100)), actionID, 0},
	{"abort-10000-ids", 200, abortBody, abort(endpointIDs(10_000)), actionID, 0},
	{"error-1KB", 400, errorWith(8), status, refusal, 8},
	{"response-1MB", 200, padded(1 << 20), status, state, 0},
	{"error-1MB", 400, errorWith(9708), status, refusal, 100}, // a client may drop details after the first hundred
}

func status(ctx context.Context, c caller) (string, error) { return c.status(ctx, runID) }

func abort(ids []string) func(context.Context, caller) (string, error) {
	return func(ctx context.Context, c caller) (string, error) { return c.abort(ctx, ids) }
}

func endpointIDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%032x", i+1)
	}
	return ids
}

// run makes the call and checks its result.
func (k benchCase) run(ctx context.Context, c caller) error {
	got, err := k.call(ctx, c)
	code, details := 200, 0
	if e, ok := errors.AsType[*failure](err); ok {
		code, got, details = e.status, e.message, e.details
	} else if e, ok := errors.AsType[*wrapper.APIError](err); ok {
		code, got, details = e.StatusCode, e.Message, len(e.Details)
	} else if err != nil {
		return err
	}
	if code != k.code || got != k.want || details < k.details {
		return fmt.Errorf("got status %d, %q and %d details, want %d, %q and %d", code, got, details, k.code, k.want, k.details)
	}
	return nil
}

// errorWith returns a documented error response to the status call, with this many details of about 100 bytes.
func errorWith(details int) string {
	const detail = `,{"field":"parameter_0000001","message":"The value given for this field is not one of those allowed"}`
	return `{"err_msg":"` + refusal + `","metadata":{"err_extra":[` + strings.Repeat(detail, details)[1:] + `]}}`
}

// padded returns a status with unknown fields of about size bytes.
func padded(size int) string {
	const host = `,{"address":"192.0.2.100","name":"host-000001","ports":[22,443,8443],"score":7.5,"up":true}`
	return strings.TrimSuffix(statusBody, "}") + `,"hosts":[` + strings.Repeat(host, size/100)[1:] + `]}`
}

func (k benchCase) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(k.code)
	_, _ = io.WriteString(w, k.body)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

var jsonHeader = http.Header{"Content-Type": {"application/json"}}

func (k benchCase) roundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	return &http.Response{
		Status: http.StatusText(k.code), StatusCode: k.code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: jsonHeader, Body: io.NopCloser(strings.NewReader(k.body)), ContentLength: int64(len(k.body)), Request: r,
	}, nil
}

// setUp returns a function that makes one call, in memory or through net/http's transport and server.
func setUp(tb testing.TB, c contestant, k benchCase, loopback bool) func() error {
	tb.Helper()
	base, transport := tenant, http.RoundTripper(roundTripper(k.roundTrip))
	if loopback {
		server := httptest.NewServer(k)
		separate := &http.Transport{MaxIdleConnsPerHost: 64}
		tb.Cleanup(server.Close)
		tb.Cleanup(separate.CloseIdleConnections)
		base, transport = server.URL, separate
	}
	caller := c.new(base, transport)
	return func() error { return k.run(tb.Context(), caller) }
}
