package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

// This example tests how a program behaves when the service fails. Each case uses a new tenant, so that Calls
// contains only the requests of that case.
func ExampleTenant_Fail() {
	for name, failure := range map[string]sandbox.Failure{
		"busy once":       {Status: http.StatusTooManyRequests},
		"always busy":     {Status: http.StatusTooManyRequests, Times: -1},
		"no license":      {Status: http.StatusPaymentRequired},
		"gateway error":   {Status: http.StatusBadGateway},
		"connection lost": {Reset: true},
		"half a response": {Body: `{"reply": {"act`, CutOff: true},
		"no response":     {Delay: time.Minute},
	} {
		tenant := sandbox.New(sandbox.WithKey("1", "secret", sandbox.Advanced))
		tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "in_progress"})
		tenant.Fail(failure)
		server := httptest.NewServer(tenant)
		result := cancelScan(server.URL)
		fmt.Printf("%s: %s, calls: %d\n", name, result, len(tenant.Calls()))
		server.Close()
	}
	// Unordered output:
	// busy once: canceled, calls: 2
	// always busy: not canceled, calls: 3
	// no license: not canceled, calls: 1
	// gateway error: unknown, calls: 1
	// connection lost: unknown, calls: 1
	// half a response: unknown, calls: 1
	// no response: unknown, calls: 1
}

// cancelScan is the program under test.
func cancelScan(tenant string) string {
	client, err := wrapper.New(tenant, wrapper.AdvancedKey("1", "secret"),
		wrapper.WithTimeout(200*time.Millisecond), wrapper.WithRetry(wrapper.Retry{BaseDelay: -1}))
	if err != nil {
		return err.Error()
	}
	_, err = client.AbortScan(context.Background(), wrapper.Matching(wrapper.Hostnames("laptop-17")))
	switch {
	case err == nil:
		return "canceled"
	case errors.Is(err, wrapper.ErrOutcomeUnknown):
		return "unknown"
	}
	return "not canceled"
}
