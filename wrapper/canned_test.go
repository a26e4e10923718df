package wrapper_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

const (
	testTenant = "acme.xdr.us.paloaltonetworks.com"
	testKey    = "kkkk-test-key-kkkk"
	testKeyID  = "17"

	goodStatus = `{"DATA":"Scan is in Running state"}`
	goodReply  = `{"reply":{"action_id":"7","status":"1","endpoints_count":"2"}}`

	envelope401 = `{"reply": {"err_code": 401, "err_msg": "Public API request unauthorized", "err_extra": null}}`
	consolePage = "\ufeff\n<!DOCTYPE html><HTML><title>Sign in</title></HTML>"
)

var keysOfBothTypes = map[string]wrapper.Credential{"Standard": wrapper.StandardKey(testKeyID, testKey), "Advanced": wrapper.AdvancedKey(testKeyID, testKey)}

// transport is a RoundTripper without a network. It does not report to net/http/httptrace.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func canned(status int, body string, header ...string) transport {
	return func(r *http.Request) (*http.Response, error) { return response(r, status, body, header...), nil }
}

func failing(err error) transport {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func silent(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// good responds to every request with the documented success.
func good(r *http.Request) (*http.Response, error) {
	body := goodStatus
	if r.Method == http.MethodPost {
		body = goodReply
	}
	return response(r, http.StatusOK, body), nil
}

// response builds a response. header is a list of alternating names and values.
func response(r *http.Request, status int, body string, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return &http.Response{
		StatusCode: status, Header: h, Request: r, ContentLength: int64(len(body)),
		Body: io.NopCloser(strings.NewReader(body)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
}

// recorder keeps requests and their bodies, and passes the requests to next.
type recorder struct {
	next     http.RoundTripper
	requests []*http.Request
	bodies   []string
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	kept := req.Clone(req.Context()) // next may change the header
	res, err := r.next.RoundTrip(req)
	body := ""
	if err == nil && req.Body != nil { // after an error, the request may not have been sent
		raw, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		body = string(raw)
	}
	r.requests, r.bodies = append(r.requests, kept), append(r.bodies, body)
	return res, err
}

func newClient(t testing.TB, rt http.RoundTripper, opts ...wrapper.Option) *wrapper.Client {
	t.Helper()
	return clientWithKey(t, rt, wrapper.StandardKey(testKeyID, testKey), opts...)
}

func clientWithKey(t testing.TB, rt http.RoundTripper, cred wrapper.Credential, opts ...wrapper.Option) *wrapper.Client {
	t.Helper()
	return must(wrapper.New(testTenant, cred, append([]wrapper.Option{wrapper.WithHTTPClient(&http.Client{Transport: rt})}, opts...)...))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// once allows a single attempt.
func once() wrapper.Option { return wrapper.WithRetry(wrapper.Retry{Attempts: -1}) }

// noWait allows three attempts without delays.
func noWait() wrapper.Option { return wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}) }

type closing struct {
	io.Reader
	closed int
	err    error // of Close
}

func (c *closing) Close() error { c.closed++; return c.err }

// operation is one way to call the API. The function call returns the error of the call, and fails the test unless the
// call returned either a result or an error.
type operation struct {
	name   string
	what   string // APIError.Operation
	effect bool   // the operation may change something
	call   func(testing.TB, context.Context, *wrapper.Client) error
}

func (o operation) throughAPI() bool { return strings.HasSuffix(o.name, " through API") }

// kinds splits a list of kinds. It drops OutcomeUnknown if the operation has no effect.
func (o operation) kinds(list string) []string {
	return slices.DeleteFunc(strings.Fields(list), func(kind string) bool { return kind == "OutcomeUnknown" && !o.effect })
}

const (
	statusOperation = "GET /public_api/netscan/v1/scan/run"
	abortOperation  = "POST /public_api/v1/endpoints/abort_scan"
)

var operations = []operation{
	{"status", statusOperation, false, func(t testing.TB, ctx context.Context, c *wrapper.Client) error {
		res, err := c.GetScanRunStatus(ctx, 789)
		return either(t, res, err)
	}},
	{"abort", abortOperation, true, func(t testing.TB, ctx context.Context, c *wrapper.Client) error {
		res, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17")))
		return either(t, res, err)
	}},
	{"status through API", statusOperation, false, func(t testing.TB, ctx context.Context, c *wrapper.Client) error {
		res, err := c.API().GetScanRunStatusWithResponse(ctx, &gen.GetScanRunStatusParams{ID: 789, Fields: []string{"status"}})
		return either(t, res, err)
	}},
	{"abort through API", abortOperation, true, func(t testing.TB, ctx context.Context, c *wrapper.Client) error {
		res, err := c.API().AbortScanWithResponse(ctx, gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints}})
		return either(t, res, err)
	}},
}

func abort(t testing.TB, c *wrapper.Client, targets wrapper.Targets, opts ...wrapper.AbortOption) error {
	t.Helper()
	res, err := c.AbortScan(t.Context(), targets, opts...)
	return either(t, res, err)
}

func either[T any](t testing.TB, res *T, err error) error {
	t.Helper()
	if (res == nil) == (err == nil) {
		t.Errorf("got the result %v and the error %v, want one of the two", res, err)
	}
	return err
}

// kinds lists all kinds of errors, with the names that the tests use.
var kinds = []struct {
	name string
	err  error
}{
	{"BadRequest", wrapper.ErrBadRequest}, {"Unauthorized", wrapper.ErrUnauthorized}, {"NoLicense", wrapper.ErrNoLicense},
	{"Forbidden", wrapper.ErrForbidden}, {"NotFound", wrapper.ErrNotFound}, {"RateLimited", wrapper.ErrRateLimited},
	{"Server", wrapper.ErrServer}, {"NoEndpoints", wrapper.ErrNoEndpoints}, {"Unexpected", wrapper.ErrUnexpectedResponse},
	{"TooLarge", wrapper.ErrResponseTooLarge}, {"InvalidRequest", wrapper.ErrInvalidRequest},
	{"InvalidResponse", wrapper.ErrInvalidResponse}, {"OutcomeUnknown", wrapper.ErrOutcomeUnknown},
	{"UnexpectedState", wrapper.ErrUnexpectedState},
}

func kindsOf(err error) (names []string) {
	for _, k := range kinds {
		if errors.Is(err, k.err) {
			names = append(names, k.name)
		}
	}
	slices.Sort(names)
	return names
}

// wantKinds checks that err has these kinds and no others.
func wantKinds(t testing.TB, err error, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := kindsOf(err); !slices.Equal(got, want) {
		t.Errorf("got the kinds %v, want %v: %v", got, want, err)
	}
}

// apiError returns the *APIError in err. It ends the test if err contains no *APIError.
func apiError(t testing.TB, err error) *wrapper.APIError {
	t.Helper()
	e, ok := errors.AsType[*wrapper.APIError](err)
	if !ok {
		t.Fatalf("got %v (%T), want an *APIError", err, err)
	}
	return e
}
