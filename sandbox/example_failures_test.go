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

// A test of a program that cancels scans: what does it do when the service fails? Each case has a tenant of its own,
// whose Endpoints tell afterwards whether the scan was canceled, and whose Calls tell how often it was asked.
func Example_failures() {
	for name, failure := range map[string]sandbox.Failure{
		"busy once":        {Status: http.StatusTooManyRequests},
		"always busy":      {Status: http.StatusTooManyRequests, Times: -1},
		"no license":       {Status: http.StatusPaymentRequired},
		"gateway error":    {Status: http.StatusBadGateway},
		"connection lost":  {Reset: true},
		"half a response":  {Body: `{"reply": {"act`, CutOff: true},
		"no answer at all": {Delay: time.Minute},
	} {
		tenant := sandbox.New(sandbox.WithKey("1", "secret", sandbox.Advanced))
		tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "in_progress"})
		tenant.Fail(failure)
		server := httptest.NewServer(tenant)
		result := cancelScan(server.URL)
		fmt.Printf("%s: %s, %d calls\n", name, result, len(tenant.Calls()))
		server.Close()
	}
	// Unordered output:
	// busy once: canceled, 2 calls
	// always busy: not canceled, 3 calls
	// no license: not canceled, 1 calls
	// gateway error: unknown, 1 calls
	// connection lost: unknown, 1 calls
	// half a response: unknown, 1 calls
	// no answer at all: unknown, 1 calls
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
