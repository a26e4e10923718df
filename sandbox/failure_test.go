package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"example.com/cortexscan/sandbox"
)

const goodBody = `{"DATA":"Scan is in Running state"}`

func TestFailureIsTheResponse(t *testing.T) {
	for _, c := range []struct {
		name        string
		failure     sandbox.Failure
		status      int
		contentType string
		body        string
	}{
		{"status alone", sandbox.Failure{Status: 503}, 503, "", ""},
		{"HTML", sandbox.Failure{Status: 502, Body: `<html>`}, 502, "text/html; charset=utf-8", `<html>`},
		{"header in any case", sandbox.Failure{Status: 429, Header: http.Header{"content-type": {"x/y"}}, Body: `{}`}, 429, "x/y", `{}`},
		{"header without values", sandbox.Failure{Status: 429, Header: http.Header{"Content-Type": nil}, Body: `{}`}, 429, "", `{}`},
		{"error body with status 200", sandbox.Failure{Status: 200, Body: `{"reply":{"err_code":500}}`}, 200, "application/json", `{"reply":{"err_code":500}}`},
		{"highest status", sandbox.Failure{Status: 999}, 999, "", ""},
		{"status too low", sandbox.Failure{Status: 199}, 500, "", ""},
		{"status too high", sandbox.Failure{Status: 1000}, 500, "", ""},
		{"cut off", sandbox.Failure{CutOff: true, Body: "{"}, 200, "text/plain; charset=utf-8", "{"},
		{"cut off without a body", sandbox.Failure{CutOff: true}, 200, "", ""},
		{"empty failure", sandbox.Failure{}, 200, "application/json", goodBody},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := sandbox.New()
			tenant.AddScanRun(1, "Running", "Completed")
			tenant.Fail(c.failure)
			w := send(tenant, statusRequest(1))
			wantResponse(t, w, c.status, c.body)
			if got := w.Header().Get("Content-Type"); got != c.contentType {
				t.Errorf("got content type %q, want %q", got, c.contentType)
			}
			// net/http closes the connection of a response that is shorter than announced: see [ExampleTenant_Fail].
			if announced, _ := strconv.Atoi(w.Header().Get("Content-Length")); (announced > len(c.body)) != c.failure.CutOff {
				t.Errorf("got Content-Length %d for a body of %d bytes", announced, len(c.body))
			}
			if call := lastCall(t, tenant); call.Status != c.status || len(call.Problems) > 0 {
				t.Errorf("got recorded status %d with problems %v, want %d without problems", call.Status, call.Problems, c.status)
			}
			if c.body != goodBody { // a failed call does not advance the run
				wantResponse(t, send(tenant, statusRequest(1)), http.StatusOK, goodBody)
			}
		})
	}
}

func TestFailureSelectsCalls(t *testing.T) {
	requests := map[string]func() *http.Request{
		"status":    func() *http.Request { return statusRequest(1) },
		"status/":   func() *http.Request { r := statusRequest(1); r.URL.Path += "/"; return r },
		"abort":     func() *http.Request { return abortRequest(`"all"`) },
		"elsewhere": func() *http.Request { return withCredentials(httptest.NewRequest("GET", "/elsewhere", nil)) },
	}
	for _, c := range []struct {
		name     string
		failures []sandbox.Failure
		calls    string
		want     []int
	}{
		{"forever", []sandbox.Failure{{Status: 503, Times: -1}, {Status: 502}}, "status abort status", []int{503, 503, 503}},
		{"in order", []sandbox.Failure{{Status: 502}, {Status: 503}}, "status status status", []int{502, 503, 200}},
		{"by method and path", []sandbox.Failure{{Operation: "GET " + runPath, Status: 503}}, "abort status", []int{200, 503}},
		{"with a slash in the request", []sandbox.Failure{{Operation: "GET " + runPath, Status: 503}}, "status/", []int{503}},
		{"with a slash in the failure", []sandbox.Failure{{Operation: "GET " + runPath + "/", Status: 503}}, "status", []int{503}},
		{"the first for the operation", []sandbox.Failure{{Operation: "abortScan", Status: 502}, {Status: 503}}, "status abort", []int{503, 502}},
		{"for an unknown path", []sandbox.Failure{{Operation: "GET /elsewhere", Status: 503}}, "status elsewhere", []int{200, 503}},
		{"after two, twice", []sandbox.Failure{{Skip: 2, Times: 2, Status: 503}}, "status status status status status", []int{200, 200, 503, 503, 200}},
		{"after a negative skip", []sandbox.Failure{{Skip: -1, Status: 503}}, "status status", []int{503, 200}},
		{"skipped calls are not for the next failure", []sandbox.Failure{{Skip: 1, Status: 503}, {Skip: 1, Status: 502}, {Status: 504}},
			"status status status status status status", []int{200, 503, 200, 502, 504, 200}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := fleet()
			tenant.AddScanRun(1)
			for _, f := range c.failures {
				tenant.Fail(f)
			}
			for i, call := range strings.Fields(c.calls) {
				if got := send(tenant, requests[call]()).Code; got != c.want[i] {
					t.Errorf("call %d: got %d, want %d", i+1, got, c.want[i])
				}
			}
		})
	}
}

func TestDelayEndsEarlyOnlyIfTheClientLeaves(t *testing.T) {
	for _, c := range []struct {
		failure  sandbox.Failure
		patience time.Duration
		want     int // the recorded status
	}{
		{sandbox.Failure{Delay: time.Hour}, time.Second, 0},
		{sandbox.Failure{Delay: time.Hour}, 2 * time.Hour, 200},
		{sandbox.Failure{Delay: time.Hour, Status: 503}, time.Second, 0},
		{sandbox.Failure{Delay: time.Hour, Status: 503}, 2 * time.Hour, 503},
		{sandbox.Failure{Delay: time.Hour, Reset: true}, time.Second, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			tenant := fleet()
			tenant.Fail(c.failure)
			ctx, cancel := context.WithTimeout(t.Context(), c.patience)
			defer cancel()
			start := time.Now()
			send(tenant, abortRequest(`"all"`).WithContext(ctx))
			if d, want := time.Since(start), min(c.patience, time.Hour); d != want {
				t.Errorf("%+v: got a delay of %v, want %v", c, d, want)
			}
			if got := lastCall(t, tenant).Status; got != c.want || (aborted(tenant) != "") != (c.want == 200) {
				t.Errorf("%+v: got recorded status %d and aborted scans %q", c, got, aborted(tenant))
			}
		})
	}
}

func TestResetLosesTheRequest(t *testing.T) {
	for _, c := range []struct {
		name  string
		start func(*httptest.Server)
		err   error // nil allows any error
	}{
		{"http", (*httptest.Server).Start, syscall.ECONNRESET},
		{"https", (*httptest.Server).StartTLS, syscall.ECONNRESET},
		{"http/2", func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			tenant := sandbox.New(sandbox.WithKey("1", "secretKey", sandbox.Advanced))
			tenant.AddScanRun(1)
			tenant.Fail(sandbox.Failure{Reset: true})
			server := httptest.NewUnstartedServer(tenant)
			c.start(server)
			defer server.Close()
			r, err := http.NewRequest(http.MethodGet, server.URL+statusRequest(1).RequestURI, nil)
			if err != nil {
				t.Fatal(err)
			}
			sign(r, "1", "secretKey", newNonce(), time.Now())
			resp, err := server.Client().Do(r)
			if err == nil {
				resp.Body.Close()
				t.Fatalf("got a response, %s", resp.Status)
			}
			if c.err != nil && !errors.Is(err, c.err) {
				t.Errorf("got %v, want %v", err, c.err)
			}
			if got := lastCall(t, tenant).Status; got != 0 {
				t.Errorf("got recorded status %d, want 0", got)
			}
			// A lost request does not use up the nonce.
			resp, err = server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if body, _ := io.ReadAll(resp.Body); resp.StatusCode != 200 || strings.TrimSpace(string(body)) != goodBody {
				t.Errorf("after the lost request: got %d %s", resp.StatusCode, body)
			}
		})
	}
}
