//go:build live

// Package live_test runs the client against a real tenant. It reads the environment variables of wrapper.FromEnv:
//
//	CORTEXCLOUD_API_URL        the tenant
//	CORTEXCLOUD_API_KEY        the key, or CORTEXCLOUD_API_KEY_FILE
//	CORTEXCLOUD_API_KEY_ID     the ID of the key
//	CORTEXCLOUD_API_KEY_TYPE   advanced (the default) or standard
//
// Run the tests with make live. By default, they only read the status of a scan run that does not exist. Each of these
// variables enables one more test:
//
//	CORTEXSCAN_LIVE_RUN        the ID of a scan run, to read its status
//	CORTEXSCAN_LIVE_WRONG_KEY  any value, to make one call with a wrong key, which may appear in the tenant's audit log
//	CORTEXSCAN_LIVE_ENDPOINT   the ID of an endpoint, to CANCEL ITS SCAN if one is running
//
// The tests validate every response, so they fail if the service no longer matches the OpenAPI document.
package live_test

import (
	"errors"
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/wrapper"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func client(t *testing.T) *wrapper.Client {
	t.Helper()
	v := must(api.NewValidator())
	// Other programs share the tenant's rate limit.
	c, err := wrapper.FromEnv(wrapper.WithUserAgent("cortexscan-live-test"), wrapper.WithRateLimit(2, 1), wrapper.WithTimeout(time.Minute),
		wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func setting(t *testing.T, variable, purpose string) string {
	t.Helper()
	value := os.Getenv(variable)
	if value == "" {
		t.Skip("set " + variable + " to " + purpose)
	}
	return value
}

// TestUnknownRunIsNotFound checks the key, the signature, the path and the error envelope. It changes nothing.
func TestUnknownRunIsNotFound(t *testing.T) {
	status, err := client(t).GetScanRunStatus(t.Context(), math.MaxInt64)
	var e *wrapper.APIError
	if status != nil || !errors.Is(err, wrapper.ErrNotFound) || !errors.As(err, &e) {
		t.Fatalf("got %v, %v; want ErrNotFound", status, err)
	}
	t.Logf("%v\n%s", e, e.Body)
	if e.Message == "" {
		t.Error("the error has no message from the envelope")
	}
	r := must(gen.NewGetScanRunStatusRequest("/", &gen.GetScanRunStatusParams{ID: math.MaxInt64, Fields: []string{"status"}}))
	if err := must(api.NewValidator()).ValidateResponse(r, e.StatusCode, nil, e.Body); err != nil {
		t.Errorf("the response does not match the OpenAPI document: %v", err)
	}
}

func TestWrongKeyIsUnauthorized(t *testing.T) {
	setting(t, "CORTEXSCAN_LIVE_WRONG_KEY", "make one call with a wrong key")
	client(t) // fails if a variable is missing
	c := must(wrapper.New(os.Getenv(wrapper.EnvURL), wrapper.AdvancedKey(os.Getenv(wrapper.EnvKeyID), "not a key")))
	_, err := c.GetScanRunStatus(t.Context(), math.MaxInt64)
	var e *wrapper.APIError
	if !errors.Is(err, wrapper.ErrUnauthorized) || !errors.As(err, &e) {
		t.Fatalf("got %v, want ErrUnauthorized", err)
	}
	t.Logf("%v\n%s", e, e.Body)
	if e.Hint == "" {
		t.Error("the error has no hint")
	}
}

func TestStatusOfAKnownRun(t *testing.T) {
	id, err := strconv.ParseInt(setting(t, "CORTEXSCAN_LIVE_RUN", "read the status of a scan run"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	status, err := client(t).GetScanRunStatus(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%q, in state %q", status.DATA, status.State())
	if status.State() == "" {
		t.Error("no state was found in the message")
	}
}

// endpointID is strict, so that a typo can't select other endpoints.
var endpointID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestAbortOfOneEndpoint(t *testing.T) {
	id := setting(t, "CORTEXSCAN_LIVE_ENDPOINT", "cancel the scan of one endpoint")
	if !endpointID.MatchString(id) {
		t.Fatalf("%q is not an endpoint ID, which has 32 hexadecimal digits", id)
	}
	reply, err := client(t).AbortScan(t.Context(), wrapper.Matching(wrapper.EndpointIDs(id)))
	if errors.Is(err, wrapper.ErrNoEndpoints) {
		t.Logf("no scan to cancel: %v", err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("action %s, status %q, endpoints %s", reply.ActionID, reply.Status, reply.EndpointsCount)
	if reply.EndpointsCount != "" && reply.EndpointsCount != "1" {
		t.Errorf("%s endpoints were selected, want 1", reply.EndpointsCount)
	}
}
