package wrapper_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

// This program cancels the scans of the hosts in a CSV file with one call per host, and prints the outcome next to each
// host. Only the third host needs a manual check: its abort may have been executed.
func Example_hostsFromCSV() {
	url, closeTenant := tenantOfTheCSV()
	defer closeTenant()
	client, err := wrapper.New(url, wrapper.AdvancedKey("17", "demo-key"))
	if err != nil {
		panic(err)
	}
	rows, err := csv.NewReader(strings.NewReader("laptop-17,Ana\nlaptop-18,Ben\nlaptop-19,Cleo\nlaptop-20,Dan\n")).ReadAll()
	if err != nil {
		panic(err)
	}
	for _, row := range rows {
		fmt.Println(strings.Join(append(row, cancel(context.Background(), client, row[0])), ","))
	}
	// Output:
	// laptop-17,Ana,canceled by action 1
	// laptop-18,Ben,nothing to cancel
	// laptop-19,Cleo,unknown: look in the Action Center before you try again
	// laptop-20,Dan,not canceled: POST /public_api/v1/endpoints/abort_scan: Forbidden (HTTP 403). Either the key's role lacks the permission for this operation, or a gateway, a proxy or a firewall refused the request: check the role first.
}

func cancel(ctx context.Context, client *wrapper.Client, host string) string {
	reply, err := client.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames(host)))
	switch {
	case err == nil:
		return "canceled by action " + string(reply.ActionID)
	case errors.Is(err, wrapper.ErrOutcomeUnknown):
		return "unknown: look in the Action Center before you try again"
	case errors.Is(err, wrapper.ErrNoEndpoints):
		return "nothing to cancel"
	}
	return "not canceled: " + err.Error()
}

// tenantOfTheCSV simulates a tenant that sends no response to the third abort and refuses the fourth.
func tenantOfTheCSV() (url string, close func()) {
	tenant := sandbox.New(sandbox.WithKey("17", "demo-key", sandbox.Advanced))
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "in_progress"})
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-18", ScanStatus: "success"})
	tenant.Fail(sandbox.Failure{Operation: "abortScan", Skip: 2, Reset: true})
	tenant.Fail(sandbox.Failure{Operation: "abortScan", Status: http.StatusForbidden})
	server := httptest.NewServer(tenant)
	return server.URL, server.Close
}
