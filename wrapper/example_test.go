package wrapper_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"time"

	"example.com/cortexscan/api"
	"example.com/cortexscan/gen"
	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

// demoTenant simulates a tenant. A program would use https://api-{your tenant} instead.
func demoTenant() (url string, close func()) {
	tenant := sandbox.New(sandbox.WithKey("17", "demo-key", sandbox.Advanced))
	tenant.AddScanRun(789, "Pending", "Running", "Completed")
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "in_progress"})
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-18", ScanStatus: "pending"})
	server := httptest.NewServer(tenant)
	return server.URL, server.Close
}

func demoClient(opts ...wrapper.Option) (c *wrapper.Client, close func()) {
	url, closeTenant := demoTenant()
	return must(wrapper.New(url, wrapper.AdvancedKey("17", "demo-key"), opts...)), closeTenant
}

// The generated client alone does not sign requests, and returns an error envelope like any other response.
// [wrapper.Credential.Sign] signs requests, and CheckResponse recognizes errors.
func ExampleCheckResponse() {
	url, closeTenant := demoTenant()
	defer closeTenant()
	client, err := gen.NewClientWithResponses(url, gen.WithRequestEditorFn(wrapper.AdvancedKey("17", "demo-key").Sign))
	if err != nil {
		panic(err)
	}
	for _, id := range []int64{789, 790} {
		result, err := client.GetScanRunStatusWithResponse(context.Background(), &gen.GetScanRunStatusParams{ID: id, Fields: []string{"status"}, UserAgent: "acme-soc/1.2"})
		if err == nil {
			err = wrapper.CheckResponse(result.HTTPResponse, result.Body)
		}
		fmt.Println(result.StatusCode(), err)
	}
	// Output:
	// 200 <nil>
	// 404 GET /public_api/netscan/v1/scan/run: Run ID not found: id: no scan run has this ID (HTTP 404)
}

func ExampleNew() {
	c, err := wrapper.New("acme.xdr.us.paloaltonetworks.com", wrapper.AdvancedKey("17", "the key"))
	if err != nil {
		panic(err)
	}
	fmt.Println(c)
	fmt.Printf("%+v\n", wrapper.AdvancedKey("17", "the key"))

	_, err = wrapper.New("http://acme.xdr.us.paloaltonetworks.com", wrapper.AdvancedKey("17", "the key"))
	fmt.Println(err)
	// Output:
	// Client(api-acme.xdr.us.paloaltonetworks.com)
	// Credential(advanced, hidden)
	// cortexscan: the tenant's URL is plain http, which would send the key unprotected: use https (http is for loopback addresses only)
}

func ExampleClient_GetScanRunStatus() {
	c, closeTenant := demoClient()
	defer closeTenant()
	status, err := c.GetScanRunStatus(context.Background(), 789)
	if err != nil {
		panic(err)
	}
	fmt.Println(status.State())

	_, err = c.GetScanRunStatus(context.Background(), 790)
	fmt.Println(errors.Is(err, wrapper.ErrNotFound))
	// Output:
	// Pending
	// true
}

func ExampleClient_WaitScanRun() {
	c, closeTenant := demoClient()
	defer closeTenant()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	status, err := c.WaitScanRun(ctx, 789, wrapper.WaitOptions{Every: time.Millisecond})
	fmt.Println(status.State(), err)
	// Output:
	// Completed <nil>
}

func ExampleClient_AbortScan() {
	c, closeTenant := demoClient()
	defer closeTenant()
	laptop := wrapper.Matching(wrapper.Hostnames("laptop-17"), wrapper.ScanStatuses("pending", "in_progress"))
	reply, err := c.AbortScan(context.Background(), laptop, wrapper.WithIncident("4711"))
	if err != nil {
		panic(err)
	}
	fmt.Println("action", reply.ActionID, "for", reply.EndpointsCount, "endpoint")

	_, err = c.AbortScan(context.Background(), laptop)
	fmt.Println(errors.Is(err, wrapper.ErrNoEndpoints))

	var unset string // an unset variable never means all endpoints
	_, err = c.AbortScan(context.Background(), wrapper.Matching(wrapper.Hostnames(unset)))
	fmt.Println(err)

	reply, err = c.AbortScan(context.Background(), wrapper.AllEndpoints())
	fmt.Println("all that is left:", reply.EndpointsCount, err)
	// Output:
	// action 1 for 1 endpoint
	// true
	// abort scan: invalid request, nothing was sent: filter 1 (hostname) has a blank value (number 1 of 1): is a variable unset?
	// all that is left: 1 <nil>
}

func ExampleAPIError() {
	url, closeTenant := demoTenant()
	defer closeTenant()
	c, err := wrapper.New(url, wrapper.StandardKey("17", "demo-key")) // the tenant's key is an Advanced key
	if err != nil {
		panic(err)
	}
	_, err = c.AbortScan(context.Background(), wrapper.AllEndpoints())

	var e *wrapper.APIError
	switch {
	case errors.Is(err, wrapper.ErrOutcomeUnknown):
		fmt.Println("check before sending it again:", err)
	case errors.Is(err, context.DeadlineExceeded):
		fmt.Println("out of time:", err)
	case errors.As(err, &e):
		fmt.Println(e.StatusCode, e.Code, e.Message)
		fmt.Println(e.Hint)
	}
	fmt.Println(errors.Is(err, wrapper.ErrUnauthorized))
	// Output:
	// 401 401 Public API request unauthorized
	// The key was sent as a Standard key: check that its type and ID match those in the console, and that the key has not expired.
	// true
}

func ExampleWithRequestValidator() {
	validator, err := api.NewValidator()
	if err != nil {
		panic(err)
	}
	c, closeTenant := demoClient(wrapper.WithRequestValidator(validator))
	defer closeTenant()
	// The generated client sends any body, but the spec requires at least one filter.
	_, err = c.API().AbortScanWithResponse(context.Background(), gen.AbortScanRequest{
		RequestData: gen.AbortScanRequestData{Filters: []gen.EndpointFilter{}},
	})
	var violation *api.Violation
	fmt.Println(errors.Is(err, wrapper.ErrInvalidRequest), errors.As(err, &violation))
	fmt.Println(violation.Problems[0].In, violation.Problems[0].Pointer)
	// Output:
	// true true
	// body /request_data/filters
}

// This program watches five scan runs at once and logs every change. The watches share a client and its rate limit. A
// temporary failure causes a warning and does not end a watch. The last run does not exist, so its watch ends.
func Example_watchScanRuns() {
	tenant := sandbox.New()
	for run := range int64(4) {
		tenant.AddScanRun(781+run, "Running", "Completed")
	}
	server := httptest.NewServer(tenant)
	defer server.Close()
	c, err := wrapper.New(server.URL, wrapper.AdvancedKey("17", "demo-key"), wrapper.WithRateLimit(1000, 5))
	if err != nil {
		panic(err)
	}
	withoutTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime}))
	var all sync.WaitGroup
	for run := int64(781); run <= 785; run++ {
		all.Go(func() {
			last := ""
			for status, err := range c.WatchScanRun(context.Background(), run, wrapper.WaitOptions{Every: time.Millisecond}) {
				switch {
				case err != nil:
					log.Warn("poll failed", "run", run, "error", err)
				case status.State() != last:
					last = status.State()
					log.Info("state changed", "run", run, "state", last)
				}
			}
		})
	}
	all.Wait()
	// Unordered output:
	// level=INFO msg="state changed" run=781 state=Running
	// level=INFO msg="state changed" run=781 state=Completed
	// level=INFO msg="state changed" run=782 state=Running
	// level=INFO msg="state changed" run=782 state=Completed
	// level=INFO msg="state changed" run=783 state=Running
	// level=INFO msg="state changed" run=783 state=Completed
	// level=INFO msg="state changed" run=784 state=Running
	// level=INFO msg="state changed" run=784 state=Completed
	// level=WARN msg="poll failed" run=785 error="wait for scan run 785: GET /public_api/netscan/v1/scan/run: Run ID not found: id: no scan run has this ID (HTTP 404)"
}

// This program cancels the scans of the hosts in a CSV file with one call per host, and prints the outcome next to each
// host. Only the last host needs a manual check: its abort may have been executed.
func Example_hostsFromCSV() {
	tenant := sandbox.New(sandbox.WithKey("17", "demo-key", sandbox.Advanced))
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-17", ScanStatus: "in_progress"})
	tenant.AddEndpoint(sandbox.Endpoint{Hostname: "laptop-18", ScanStatus: "success"})
	tenant.Fail(sandbox.Failure{Operation: "abortScan", Skip: 2, Reset: true})
	server := httptest.NewServer(tenant)
	defer server.Close()
	c, err := wrapper.New(server.URL, wrapper.AdvancedKey("17", "demo-key"))
	if err != nil {
		panic(err)
	}
	rows, err := csv.NewReader(strings.NewReader("laptop-17,Ana\nlaptop-18,Ben\nlaptop-19,Cleo\n")).ReadAll()
	if err != nil {
		panic(err)
	}
	for _, row := range rows {
		reply, err := c.AbortScan(context.Background(), wrapper.Matching(wrapper.Hostnames(row[0])))
		switch {
		case err == nil:
			fmt.Println(row, "canceled by action", reply.ActionID)
		case errors.Is(err, wrapper.ErrOutcomeUnknown):
			fmt.Println(row, "unknown: look in the Action Center before you try again")
		case errors.Is(err, wrapper.ErrNoEndpoints):
			fmt.Println(row, "nothing to cancel")
		default:
			fmt.Println(row, "not canceled:", err)
		}
	}
	// Output:
	// [laptop-17 Ana] canceled by action 1
	// [laptop-18 Ben] nothing to cancel
	// [laptop-19 Cleo] unknown: look in the Action Center before you try again
}
