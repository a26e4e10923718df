package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
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
	name   string
	code   int
	body   []byte
	call   func(context.Context, caller) error // fails if the result does not match the response
	errors bool                                // the response is an error, which bare does not parse
}

var cases = func() []benchCase {
	status := `{"DATA":"` + state + `"}`
	reply := `{"reply":{"action_id":"` + actionID + `","status":"1","endpoints_count":"100"}}`
	return []benchCase{
		{name: "status", code: 200, body: []byte(status), call: callStatus},
		{name: "abort-all", code: 200, body: []byte(reply), call: callAbort(nil)},
		{name: "abort-100-ids", code: 200, body: []byte(reply), call: callAbort(endpointIDs(100))},
		{name: "abort-10000-ids", code: 200, body: []byte(reply), call: callAbort(endpointIDs(10_000))},
		{name: "error-1KB", code: 400, errors: true, body: manyDetails(1 << 10), call: callRefused(1 << 10)},
		{name: "response-1MB", code: 200, body: padded(status, 1<<20), call: callStatus},
		{name: "error-1MB", code: 400, errors: true, body: manyDetails(1 << 20), call: callRefused(1 << 20)},
	}
}()

func endpointIDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%032x", i+1)
	}
	return ids
}

func callStatus(ctx context.Context, c caller) error {
	got, err := c.status(ctx, runID)
	if err == nil && got != state {
		err = fmt.Errorf("status %q, want %q", got, state)
	}
	return err
}

func callAbort(ids []string) func(context.Context, caller) error {
	return func(ctx context.Context, c caller) error {
		got, err := c.abort(ctx, ids)
		if err == nil && got != actionID {
			err = fmt.Errorf("action %q, want %q", got, actionID)
		}
		return err
	}
}

// callRefused returns a call that must fail with the error in manyDetails. A client may drop details after the first hundred.
func callRefused(size int) func(context.Context, caller) error {
	want := min(detailsIn(size), 100)
	return func(ctx context.Context, c caller) error {
		_, err := c.status(ctx, runID)
		if code, message, details := parts(err); code != 400 || message != refusal || details < want {
			return fmt.Errorf("got status %d, %q and %d details, want at least %d details: %w", code, message, details, want, err)
		}
		return nil
	}
}

func parts(err error) (code int, message string, details int) {
	if e, ok := errors.AsType[*failure](err); ok {
		return e.status, e.message, e.details
	}
	if e, ok := errors.AsType[*wrapper.APIError](err); ok {
		return e.StatusCode, e.Message, len(e.Details)
	}
	return 0, "", 0
}

// manyDetails returns a documented error response to the status call, of about size bytes.
func manyDetails(size int) []byte {
	var e errorBody
	e.ErrMsg = refusal
	for i := range detailsIn(size) {
		e.Metadata.ErrExtra = append(e.Metadata.ErrExtra,
			detail{fmt.Sprintf("parameter_%07d", i), "The value given for this field is not one of those allowed"})
	}
	body, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return body
}

func detailsIn(size int) int { return (size - 100) / 108 }

// padded adds unknown fields of about size bytes to a status.
func padded(status string, size int) []byte {
	var hosts []string
	for i := range size / 100 {
		hosts = append(hosts, fmt.Sprintf(`{"address":"192.0.%03d.%03d","name":"host-%06d","ports":[22,443,8443],"score":7.5,"up":true}`, i/250%250, i%250, i))
	}
	return []byte(strings.TrimSuffix(status, "}") + `,"hosts":[` + strings.Join(hosts, ",") + `]}`)
}

func (k benchCase) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(k.code)
	_, _ = w.Write(k.body)
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
		Header: jsonHeader, Body: io.NopCloser(bytes.NewReader(k.body)), ContentLength: int64(len(k.body)), Request: r,
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
	return func() error { return k.call(tb.Context(), caller) }
}
