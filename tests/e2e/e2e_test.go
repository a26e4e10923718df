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

// start returns a tenant and a Client that validates requests and responses.
func start(t *testing.T) (*sandbox.Tenant, *wrapper.Client) {
	t.Helper()
	tenant := sandbox.New(sandbox.WithKey("17", "a key for these tests", sandbox.Advanced))
	server := httptest.NewServer(tenant)
	t.Cleanup(server.Close)
	v, err := api.NewValidator()
	if err != nil {
		t.Fatal(err)
	}
	c, err := wrapper.New(server.URL, wrapper.AdvancedKey("17", "a key for these tests"), wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v))
	if err != nil {
		t.Fatal(err)
	}
	return tenant, c
}

func TestStatusFollowsTheRun(t *testing.T) {
	tenant, c := start(t)
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
	tenant, c := start(t)
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

func TestInvalidRequestIsNeverSent(t *testing.T) {
	tenant, c := start(t)
	_, err := c.API().AbortScanWithResponse(t.Context(), gen.AbortScanRequest{})
	var violation *api.Violation
	if !errors.Is(err, wrapper.ErrInvalidRequest) || !errors.As(err, &violation) || len(violation.Problems) == 0 {
		t.Errorf("got %v; want ErrInvalidRequest and the violation", err)
	}
	if n := len(tenant.Calls()); n != 0 {
		t.Errorf("%d calls arrived, want none", n)
	}
}
