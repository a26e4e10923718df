//go:build live

// Package live_test runs against a real tenant, named by the variables that wrapper.FromEnv reads:
//
//	CORTEXCLOUD_API_URL        the tenant
//	CORTEXCLOUD_API_KEY        the key, or CORTEXCLOUD_API_KEY_FILE
//	CORTEXCLOUD_API_KEY_ID     its number
//	CORTEXCLOUD_API_KEY_TYPE   advanced, the default, or standard
//
//	make live
//
// Out of the box it only reads, and only what needs no knowledge of the tenant. Each of these asks for more:
//
//	CORTEXSCAN_LIVE_RUN        the ID of a scan run that exists: its status is read
//	CORTEXSCAN_LIVE_WRONG_KEY  not empty: one call is made with a wrong key, which the tenant's audit log may show
//	CORTEXSCAN_LIVE_ENDPOINT   the ID of one endpoint: ITS SCAN IS CANCELED, if it has one
//
// Every answer is also held against the contract, so that a run of these tests tells where the service has moved.
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
	// Slower than the tenant's limit, since others use it too.
	c, err := wrapper.FromEnv(wrapper.WithUserAgent("cortexscan-live-test"), wrapper.WithRateLimit(2, 1), wrapper.WithTimeout(time.Minute),
		wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRunThatDoesNotExist shows, without touching anything, that the key, the signature, the path and the error
// envelope are what this client takes them for.
func TestRunThatDoesNotExist(t *testing.T) {
	status, err := client(t).GetScanRunStatus(t.Context(), math.MaxInt64)
	var e *wrapper.APIError
	if status != nil || !errors.Is(err, wrapper.ErrNotFound) || !errors.As(err, &e) {
		t.Fatalf("got %v, %v; want a clean ErrNotFound", status, err)
	}
	t.Logf("%v\n%s", e, e.Body)
	if e.Message == "" {
		t.Error("its envelope is one that is not known: the message was not found in it")
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
		t.Errorf("the contract describes another answer: %v", err)
	}
}

// TestWrongKey: a key that is none is answered 401, with the hint that goes with it.
func TestWrongKey(t *testing.T) {
	if os.Getenv(wrongKeyVariable) == "" {
		t.Skip("makes one call with a wrong key where " + wrongKeyVariable + " is set")
	}
	client(t) // for its complaint where the variables are missing
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
		t.Error("it has no hint")
	}
}

func TestRunThatExists(t *testing.T) {
	text := os.Getenv(runVariable)
	if text == "" {
		t.Skip("reads the status of the scan run that " + runVariable + " names")
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", runVariable, err)
	}
	status, err := client(t).GetScanRunStatus(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%q, in state %q", status.DATA, status.State())
	if status.State() == "" {
		t.Error("its message names no state in the form that is known")
	}
}

// endpointID is 32 hexadecimal digits. Nothing else is taken for one, so that nothing else can be meant.
var endpointID = regexp.MustCompile(`^[0-9a-f]{32}$`)

func TestAbortOfOneEndpoint(t *testing.T) {
	id := os.Getenv(endpointVariable)
	if id == "" {
		t.Skip("cancels the scan of the endpoint that " + endpointVariable + " names")
	}
	if !endpointID.MatchString(id) {
		t.Fatalf("%s is no endpoint ID of 32 hexadecimal digits", endpointVariable)
	}
	reply, err := client(t).AbortScan(t.Context(), wrapper.Matching(wrapper.EndpointIDs(id)))
	if errors.Is(err, wrapper.ErrNoEndpoints) {
		t.Logf("it has no scan to cancel: %v", err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("action %s, status %q, endpoints %s", reply.ActionID, reply.Status, reply.EndpointsCount)
	if reply.EndpointsCount != "" && reply.EndpointsCount != "1" {
		t.Errorf("one endpoint was named, and %s were reached", reply.EndpointsCount)
	}
}
