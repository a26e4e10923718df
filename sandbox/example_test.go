package sandbox_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

// The example of the package's comment.
func Example() {
	ctx := context.Background()
	tenant := sandbox.New(sandbox.WithKey("1", "secret", sandbox.Advanced))
	tenant.AddScanRun(789, "Pending", "Running", "Completed")
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "in_progress"})
	server := httptest.NewServer(tenant)
	defer server.Close()

	client, err := wrapper.New(server.URL, wrapper.AdvancedKey("1", "secret"))
	if err != nil {
		fmt.Println(err)
		return
	}
	run, err := client.WaitScanRun(ctx, 789, wrapper.WaitOptions{Every: time.Millisecond})
	if err != nil {
		fmt.Println(err)
		return
	}
	reply, err := client.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17")))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(run.DATA)
	fmt.Println(reply.EndpointsCount, "scan canceled by action", reply.ActionID)
	// Output:
	// Scan is in Completed state
	// 1 scan canceled by action 1
}

func ExampleTenant_Fail() {
	tenant := sandbox.New()
	tenant.AddScanRun(789, "Running", "Completed")
	tenant.Fail(sandbox.Failure{Operation: "getScanRunStatus", Times: 2, Status: http.StatusServiceUnavailable})
	server := httptest.NewServer(tenant)
	defer server.Close()

	for range 4 {
		r, _ := http.NewRequest(http.MethodGet, server.URL+"/public_api/netscan/v1/scan/run?id=789&fields=status", nil)
		r.Header.Set("x-xdr-auth-id", "1")
		r.Header.Set("Authorization", "any key will do")
		answer, err := server.Client().Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		fmt.Println(strings.TrimSpace(fmt.Sprint(answer.StatusCode, " ", string(body))))
	}
	fmt.Println(len(tenant.Calls()), "calls arrived")
	// Output:
	// 503
	// 503
	// 200 {"DATA":"Scan is in Running state"}
	// 200 {"DATA":"Scan is in Completed state"}
	// 4 calls arrived
}
