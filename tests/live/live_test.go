//go:build live

// Package live_test runs against a real tenant, which the variables of wrapper.FromEnv name:
//
//	CORTEXCLOUD_API_URL        the tenant
//	CORTEXCLOUD_API_KEY        the key, or CORTEXCLOUD_API_KEY_FILE
//	CORTEXCLOUD_API_KEY_ID     its number
//	CORTEXCLOUD_API_KEY_TYPE   advanced (the default) or standard
//
//	make live
//
// By default it makes one read that needs no knowledge of the tenant. Each of these variables enables more:
//
//	CORTEXSCAN_LIVE_RUN        the ID of a scan run: its status is read
//	CORTEXSCAN_LIVE_WRONG_KEY  not empty: one call is made with a wrong key, which the tenant's audit log may show
//	CORTEXSCAN_LIVE_ENDPOINT   the ID of one endpoint: ITS SCAN IS CANCELED, if it has one
//
// Every response is also validated against the OpenAPI document, so that these tests show where the service has changed.
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

const (
	runVariable      = "CORTEXSCAN_LIVE_RUN"
	wrongKeyVariable = "CORTEXSCAN_LIVE_WRONG_KEY"
	endpointVariable = "CORTEXSCAN_LIVE_ENDPOINT"
)

func client(t *testing.T) *wrapper.Client {
	t.Helper()
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	// Below the tenant's rate limit, which others share.
	c, err := wrapper.FromEnv(wrapper.WithUserAgent("cortexscan-live-test"), wrapper.WithRateLimit(2, 1), wrapper.WithTimeout(time.Minute),
		wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestUnknownRunIsNotFound checks the key, the signature, the path and the error envelope without changing anything.
func TestUnknownRunIsNotFound(t *testing.T) {
	status, err := client(t).GetScanRunStatus(t.Context(), math.MaxInt64)
	var e *wrapper.APIError
	if status != nil || !errors.Is(err, wrapper.ErrNotFound) || !errors.As(err, &e) {
		t.Fatalf("got %v, %v; want a clean ErrNotFound", status, err)
	}
	t.Logf("%v\n%s", e, e.Body)
	if e.Message == "" {
		t.Error("no message was found: this error envelope is not known")
	}
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	r, err := gen.NewGetScanRunStatusRequest("/", &gen.GetScanRunStatusParams{ID: math.MaxInt64, Fields: []string{"status"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.ValidateResponse(r, e.StatusCode, nil, e.Body); err != nil {
		t.Errorf("the OpenAPI document describes another response: %v", err)
	}
}

// TestWrongKeyIsUnauthorized also checks that the error has a hint.
func TestWrongKeyIsUnauthorized(t *testing.T) {
	if os.Getenv(wrongKeyVariable) == "" {
		t.Skip("set " + wrongKeyVariable + " to make one call with a wrong key")
	}
	client(t) // fails if a variable is missing
	c, err := wrapper.New(os.Getenv(wrapper.EnvURL), wrapper.AdvancedKey(os.Getenv(wrapper.EnvKeyID), "not a key"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.GetScanRunStatus(t.Context(), math.MaxInt64)
	var e *wrapper.APIError
	if !errors.Is(err, wrapper.ErrUnauthorized) || !errors.As(err, &e) {
		t.Fatalf("got %v, want ErrUnauthorized", err)
	}
	t.Logf("%v\n%s", e, e.Body)
	if e.Hint == "" {
		t.Error("no hint")
	}
}

func TestStatusOfAKnownRun(t *testing.T) {
	value := os.Getenv(runVariable)
	if value == "" {
		t.Skip("set " + runVariable + " to read the status of a scan run")
	}
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", runVariable, err)
	}
	status, err := client(t).GetScanRunStatus(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%q, in state %q", status.DATA, status.State())
	if status.State() == "" {
		t.Error("no state was found in its message")
	}
}

// endpointID is strict, so that a mistake cannot select other endpoints.
var endpointID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestAbortOfOneEndpoint(t *testing.T) {
	id := os.Getenv(endpointVariable)
	if id == "" {
		t.Skip("set " + endpointVariable + " to cancel the scan of one endpoint")
	}
	if !endpointID.MatchString(id) {
		t.Fatalf("%s is not an endpoint ID (32 hexadecimal digits)", endpointVariable)
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
		t.Errorf("%s endpoints were included, want 1", reply.EndpointsCount)
	}
}
