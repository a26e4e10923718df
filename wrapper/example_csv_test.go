package wrapper_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

// This program cancels the scans of the hosts in a CSV file with one call per host, and prints the outcome next to each
// host. Only the third host needs a manual check: its abort may have been executed.
func Example_hostsFromCSV() {
	tenant := sandbox.New(sandbox.WithKey("17", "demo-key", sandbox.Advanced))
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "in_progress"})
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-18", ScanStatus: "success"})
	tenant.Fail(sandbox.Failure{Operation: "abortScan", Skip: 2, Reset: true})
	server := httptest.NewServer(tenant)
	defer server.Close()
	client, err := wrapper.New(server.URL, wrapper.AdvancedKey("17", "demo-key"))
	if err != nil {
		panic(err)
	}
	rows, err := csv.NewReader(strings.NewReader("laptop-17,Ana\nlaptop-18,Ben\nlaptop-19,Cleo\n")).ReadAll()
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
