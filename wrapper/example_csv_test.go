package wrapper_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

// This program cancels the scans of the hosts in a CSV file with one call each, and writes the outcome next to each host. Only
// the third outcome needs a person, because that abort may have been executed.
func Example_hostsFromCSV() {
	url, closeTenant := tenantOfTheCSV()
	defer closeTenant()
	client, err := wrapper.New(url, wrapper.AdvancedKey("17", "demo-key"))
	if err != nil {
		fmt.Println(err)
		return
	}
	in := csv.NewReader(strings.NewReader("laptop-17,Ana\nlaptop-18,Ben\nlaptop-19,Cleo\nlaptop-20,Dan\n"))
	out := csv.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := out.Write(append(row, cancel(context.Background(), client, row[0]))); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// laptop-17,Ana,canceled by action 1
	// laptop-18,Ben,nothing to cancel
	// laptop-19,Cleo,unknown: look in the Action Center before you try again
	// laptop-20,Dan,not canceled: HTTP 403
}

func cancel(ctx context.Context, client *wrapper.Client, host string) string {
	reply, err := client.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames(host)))
	if err == nil {
		return fmt.Sprint("canceled by action ", reply.ActionID)
	}
	if errors.Is(err, wrapper.ErrOutcomeUnknown) {
		return "unknown: look in the Action Center before you try again"
	}
	if errors.Is(err, wrapper.ErrNoEndpoints) {
		return "nothing to cancel"
	}
	if e, ok := errors.AsType[*wrapper.APIError](err); ok {
		return fmt.Sprint("not canceled: HTTP ", e.StatusCode)
	}
	return "not canceled: " + err.Error()
}

// tenantOfTheCSV is a tenant in which the third abort loses its response and the fourth is refused.
func tenantOfTheCSV() (url string, close func()) {
	tenant := sandbox.New(sandbox.WithKey("17", "demo-key", sandbox.Advanced))
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "in_progress"})
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-18", ScanStatus: "success"})
	tenant.Fail(sandbox.Failure{Operation: "abortScan", Skip: 2, Reset: true})
	tenant.Fail(sandbox.Failure{Operation: "abortScan", Status: http.StatusForbidden})
	server := httptest.NewServer(tenant)
	return server.URL, server.Close
}
