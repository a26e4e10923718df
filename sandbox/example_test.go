package sandbox_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

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
