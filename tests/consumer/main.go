// Command consumer represents a user's program. It is a separate module and uses the exported names of all packages with their
// types, so that a change that breaks callers also breaks this program.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run follows a scan run and cancels scans in a sandbox.
func run(ctx context.Context) error {
	tenant := sandbox.New(sandbox.WithKey("17", "a key of the test", sandbox.Advanced))
	tenant.AddScanRun(789, "Pending", "Running", "Completed")
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", Platform: "windows", ScanStatus: "in_progress", LastSeen: time.Now()})
	server := httptest.NewServer(tenant)
	defer server.Close()

	v, err := api.NewValidator()
	if err != nil {
		return err
	}
	c, err := wrapper.New(server.URL, wrapper.AdvancedKey("17", "a key of the test"), wrapper.WithRequestValidator(v), wrapper.WithResponseValidator(v))
	if err != nil {
		return err
	}
	status, err := c.WaitScanRun(ctx, 789, wrapper.WaitOptions{Every: -1})
	if err != nil {
		return err
	}
	if state := status.State(); state != "Completed" {
		return fmt.Errorf("got the last state %q, want Completed", state)
	}
	windows := wrapper.Matching(wrapper.Platforms("windows"), wrapper.LastSeenSince(time.Now().Add(-time.Hour)))
	reply, err := c.AbortScan(ctx, windows, wrapper.WithIncident("4711"))
	if err != nil {
		return err
	}
	if reply.EndpointsCount != "1" {
		return fmt.Errorf("got an abort of %s endpoints, want 1", reply.EndpointsCount)
	}
	if _, err := c.AbortScan(ctx, windows); !errors.Is(err, wrapper.ErrNoEndpoints) {
		return fmt.Errorf("got %w, want ErrNoEndpoints", err)
	}
	return nil
}
