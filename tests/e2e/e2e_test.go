// Package e2e_test runs the client against the sandbox over TCP. Both use the validator.
package e2e_test

import (
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

const keyID, key = "17", "a key for these tests"

// start returns a tenant that has an Advanced key, and a Client that validates requests and responses.
func start(t *testing.T, cred wrapper.Credential) (*sandbox.Tenant, *wrapper.Client) {
	t.Helper()
	tenant := sandbox.New(sandbox.WithKey(keyID, key, sandbox.Advanced))
	server := httptest.NewServer(tenant)
	t.Cleanup(server.Close)
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	c, err := wrapper.New(server.URL, cred, wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v))
	if err != nil {
		t.Fatal(err)
	}
	return tenant, c
}

func TestStatusFollowsTheRun(t *testing.T) {
	tenant, c := start(t, wrapper.AdvancedKey(keyID, key))
	tenant.AddScanRun(789, "Pending", "Running", "Running", "Failed")
	if status, err := c.GetScanRunStatus(t.Context(), 789); err != nil || status.State() != "Pending" {
		t.Errorf("got %v, %v; want the state Pending", status, err)
	}
	status, err := c.WaitScanRun(t.Context(), 789, wrapper.WaitOptions{Every: -1})
	if err != nil || status.State() != "Failed" {
		t.Errorf("got %v, %v; want the state Failed", status, err)
	}
	if n := len(tenant.Calls()); n != 4 {
		t.Errorf("%d calls, want one call and 3 polls", n)
	}
	if status, err := c.GetScanRunStatus(t.Context(), 1); status != nil || !errors.Is(err, wrapper.ErrNotFound) {
		t.Errorf("unknown run: got %v, %v; want ErrNotFound", status, err)
	}
}

func TestAbortSelectsEndpointsOnce(t *testing.T) {
	tenant, c := start(t, wrapper.AdvancedKey(keyID, key))
	for _, e := range []sandbox.Endpoint{
		{ID: "a", Hostname: "laptop-17", Platform: "windows", ScanStatus: "in_progress", LastSeen: time.Now()},
		{ID: "b", Hostname: "laptop-18", Platform: "windows", ScanStatus: "pending", LastSeen: time.Now()},
		{ID: "c", Hostname: "laptop-19", Platform: "windows", ScanStatus: "success", LastSeen: time.Now()},
		{ID: "d", Hostname: "server-1", Platform: "linux", ScanStatus: "in_progress", LastSeen: time.Now()},
	} {
		tenant.AddEndpoint(e)
	}
	windows := wrapper.Matching(wrapper.Platforms("windows"), wrapper.LastSeenSince(time.Now().Add(-time.Hour)))
	reply, err := c.AbortScan(t.Context(), windows, wrapper.WithIncident("4711"))
	if err != nil {
		t.Fatal(err)
	}
	if reply.ActionID == "" || reply.EndpointsCount != "2" {
		t.Errorf("got %+v, want an action for 2 endpoints", reply)
	}
	want := map[string]string{"a": "aborted", "b": "aborted", "c": "success", "d": "in_progress"}
	for _, e := range tenant.Endpoints() {
		if e.ScanStatus != want[e.ID] {
			t.Errorf("endpoint %s is %s, want %s", e.ID, e.ScanStatus, want[e.ID])
		}
	}
	reply, err = c.AbortScan(t.Context(), windows)
	if reply != nil || !errors.Is(err, wrapper.ErrNoEndpoints) || !errors.Is(err, wrapper.ErrServer) {
		t.Errorf("second abort: got %v, %v; want ErrNoEndpoints", reply, err)
	}
	if reply, err = c.AbortScan(t.Context(), wrapper.AllEndpoints()); err != nil || reply.EndpointsCount != "1" {
		t.Errorf("all endpoints: got %v, %v; want the remaining one", reply, err)
	}
}

func TestWrongKeyTypeGetsAHint(t *testing.T) {
	_, c := start(t, wrapper.StandardKey(keyID, key))
	_, err := c.GetScanRunStatus(t.Context(), 789)
	var apiErr *wrapper.APIError
	if !errors.As(err, &apiErr) || !errors.Is(err, wrapper.ErrUnauthorized) || apiErr.Hint == "" || apiErr.Attempts != 1 {
		t.Errorf("got %v; want ErrUnauthorized at the first attempt, with a hint", err)
	}
}

func TestInvalidRequestIsNeverSent(t *testing.T) {
	tenant, c := start(t, wrapper.AdvancedKey(keyID, key))
	_, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{})
	var violation *api.Violation
	if !errors.Is(err, wrapper.ErrInvalidRequest) || !errors.As(err, &violation) || len(violation.Problems) == 0 {
		t.Errorf("got %v; want ErrInvalidRequest and the violation", err)
	}
	if n := len(tenant.Calls()); n != 0 {
		t.Errorf("%d calls arrived, want none", n)
	}
}

func TestLostAbortIsNotSentAgain(t *testing.T) {
	tenant, c := start(t, wrapper.AdvancedKey(keyID, key))
	tenant.AddEndpoint(sandbox.Endpoint{ID: "a", ScanStatus: "pending"})
	tenant.Fail(sandbox.Failure{Times: 1, Reset: true})
	reply, err := c.AbortScan(t.Context(), wrapper.AllEndpoints())
	if reply != nil || !errors.Is(err, wrapper.ErrOutcomeUnknown) {
		t.Errorf("got %v, %v; want ErrOutcomeUnknown", reply, err)
	}
	if n := len(tenant.Calls()); n != 1 {
		t.Errorf("sent %d times, want once", n)
	}
}

func TestGeneratedClientWithSignAndCheckResponse(t *testing.T) {
	tenant := sandbox.New(sandbox.WithKey(keyID, key, sandbox.Advanced))
	server := httptest.NewServer(tenant)
	defer server.Close()
	client, err := gen.NewClientWithResponses(server.URL, gen.WithRequestEditorFn(wrapper.AdvancedKey(keyID, key).Sign))
	if err != nil {
		t.Fatal(err)
	}
	abort := func() (*gen.AbortScanResult, error) {
		res, err := client.AbortScanWithResponse(t.Context(), gen.AbortScanRequest{RequestData: gen.AbortScanRequestData{Filters: gen.AllEndpoints}})
		if err == nil {
			err = wrapper.CheckResponse(res.HTTPResponse, res.Body)
		}
		return res, err
	}
	if _, err := abort(); !errors.Is(err, wrapper.ErrNoEndpoints) || errors.Is(err, wrapper.ErrOutcomeUnknown) {
		t.Errorf("without endpoints: got %v, want ErrNoEndpoints", err)
	}
	tenant.AddEndpoint(sandbox.Endpoint{ID: "a", ScanStatus: "pending"})
	if res, err := abort(); err != nil || res.JSON200 == nil || res.JSON200.Reply.EndpointsCount != "1" {
		t.Errorf("got %+v, %v; want one endpoint", res, err)
	}
}
