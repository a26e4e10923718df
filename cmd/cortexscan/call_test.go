package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

func TestErrorsHaveAKindAnExitStatusAndAMessage(t *testing.T) {
	status, abort := call{run: 12345, host: "acme.example"}, call{abort: true, host: "acme.example"}
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	limited := errors.Join(&wrapper.APIError{StatusCode: 429, RetryAfter: 10 * time.Minute}, wrapper.ErrRateLimited)
	gateway := &wrapper.APIError{StatusCode: 404, Body: []byte(` {"message":"no Route"}`), Message: "no Route"}
	unknown := &wrapper.APIError{StatusCode: 404, Body: []byte(` {}`), Message: "Run ID not found"}
	for _, c := range []struct {
		name    string
		call    call
		err     error
		kind    string
		exit    int
		message string // "": any
	}{
		{"rate limit", status, limited, "rate_limited", 1, "the service received too many requests and asks to wait 10m"},
		{"wrong key", status, wrapper.ErrUnauthorized, "unauthorized", 1, "the service rejected the API key"},
		{"no license", abort, wrapper.ErrNoLicense, "no_license", 1, "the tenant has no license to cancel scans; nothing was canceled"},
		{"no permission", status, wrapper.ErrForbidden, "forbidden", 1, "the API key has no permission to read scan runs"},
		{"no such path", status, wrapper.ErrNotFound, "not_found", 1, "the Cortex API was not found at acme.example"},
		{"no such run", status, errors.Join(unknown, wrapper.ErrNotFound), "not_found", 1, "scan run 12345 does not exist"},
		{"no such run or path", status, errors.Join(gateway, wrapper.ErrNotFound), "not_found", 1,
			"not found: scan run 12345, or the Cortex API at acme.example"},
		{"bad request", abort, wrapper.ErrBadRequest, "bad_request", 1, "the service rejected the request; nothing was canceled"},
		{"internal error", abort, wrapper.ErrServer, "server_error", 1, "the service reports an internal error; nothing was canceled"},
		{"no endpoints", abort, errors.Join(wrapper.ErrServer, wrapper.ErrNoEndpoints), "no_endpoints", 6, "no endpoint matched; nothing was canceled"},
		{"unexpected response", status, wrapper.ErrUnexpectedResponse, "unexpected_response", 1, "the service sent an unexpected response"},
		{"invalid request", abort, wrapper.ErrInvalidRequest, "invalid_request", 2, "the request is not valid; nothing was sent"},
		{"unknown outcome", abort, errors.Join(wrapper.ErrServer, wrapper.ErrOutcomeUnknown), "outcome_unknown", 5,
			"the abort was sent, but it is unknown whether scans were canceled"},
		{"interrupted with unknown outcome", abort, errors.Join(context.Canceled, wrapper.ErrOutcomeUnknown), "outcome_unknown", 5,
			"interrupted after the abort was sent: it is unknown whether scans were canceled"},
		{"result not written", abort, &resultLost{"22", errors.New("disk full")}, "result_not_written", 5, ""},
		{"interrupted", status, context.Canceled, "interrupted", 4, "interrupted before the status was read"},
		{"interrupted abort", abort, context.Canceled, "interrupted", 4, "interrupted before anything was sent; nothing was canceled"},
		{"another state", status, wrapper.ErrUnexpectedState, "unexpected_state", 7, ""},
		{"no connection", abort, refused, "network", 3, "acme.example cannot be reached; nothing was canceled"},
		{"timeout", status, context.DeadlineExceeded, "timeout", 3, "acme.example did not respond in time"},
		{"no such host", status, &net.DNSError{IsNotFound: true}, "network", 3, "the host acme.example does not exist"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := describe(&callError{call: c.call, err: fmt.Errorf("some call: %w", c.err)})
			if f.Kind != c.kind || f.Exit != c.exit || c.message != "" && f.Message != c.message {
				t.Errorf("got %s, exit status %d, %q", f.Kind, f.Exit, f.Message)
			}
		})
	}
}

func TestExitStatusMessageAndHintOfAnAbortAgree(t *testing.T) {
	const envelope = `{"reply":{"err_code":%d,"err_msg":"no"}}`
	bodies := map[string]string{
		"nothing": "", "plain text": "Internal Server Error", "HTML": "<html><title>Sign in</title></html>", "JSON": `{"a":1}`,
		"an envelope": envelope, "an envelope with 502": strings.ReplaceAll(envelope, "%d", "502"),
		"an envelope with an action": `{"reply":{"err_code":400,"err_msg":"no","action_id":7}}`,
		"no endpoints":               `{"reply":{"err_code":500,"err_msg":"No endpoint was found for creating the requested action"}}`,
	}
	request := httptest.NewRequest("POST", "https://acme.example/x", nil)
	seen := map[int]int{}
	for status := 100; status <= 999; status++ {
		for name, body := range bodies {
			body = strings.ReplaceAll(body, "%d", strconv.Itoa(status))
			for _, location := range []string{"", "https://console.example/login"} {
				res := &http.Response{StatusCode: status, Request: request, Header: http.Header{"Location": {location}}}
				err := wrapper.CheckResponse(res, []byte(body))
				if err == nil {
					continue
				}
				f := describe(&callError{call: call{abort: true, host: "acme.example"}, err: err})
				seen[f.Exit]++
				unknown := errors.Is(err, wrapper.ErrOutcomeUnknown)
				for what, got := range map[string]bool{
					"exit status 5":                     f.Exit == exitUnknown,
					"the kind outcome_unknown":          f.Kind == "outcome_unknown",
					"a message that it is unknown":      strings.Contains(f.Message, "unknown"),
					"no message that nothing happened":  !strings.Contains(f.Message, "nothing was canceled"),
					"a hint to check the Action Center": strings.Contains(f.Hint, "Action Center"),
				} {
					if got != unknown {
						t.Errorf("%d, %s: %s: %v, want %v: %+v", status, name, what, got, unknown, f)
					}
				}
			}
		}
	}
	if len(seen) != 3 || seen[exitUnknown] == 0 || seen[exitRefused] == 0 || seen[exitNothingMatched] == 0 {
		t.Errorf("exit statuses: %v", seen)
	}
}

func TestInterruptBeforeTheFirstResponse(t *testing.T) {
	c := newTrial(t, "status", "790", "--wait")
	c.tenant.Fail(sandbox.Failure{Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for len(c.tenant.Calls()) == 0 {
			<-time.After(time.Millisecond)
		}
		cancel()
	}()
	c.run(t, ctx, exitInterrupted)
	wantText(t, c.stderr.String(), "interrupted before the status was read")
}

// A 429 means that the request was refused, so nothing was canceled if Ctrl-C comes before the next attempt.
func TestInterruptBetweenAttempts(t *testing.T) {
	c := newTrial(t, "abort", "--hostname", "laptop-17", "--yes")
	c.tenant.Fail(sandbox.Failure{Times: 1, Status: 429, Header: map[string][]string{"Retry-After": {"20"}}})
	ctx, cancel := context.WithCancel(t.Context())
	c.sys.args = append(c.sys.args, "--verbose")
	c.sys.io.ErrOut = writerFunc(func(p []byte) (int, error) { // the log shows when the wait begins
		if strings.Contains(string(p), "retry") {
			cancel()
		}
		return c.stderr.Write(p)
	})
	c.run(t, ctx, exitInterrupted)
	wantText(t, c.stderr.String(), "interrupted after a response with status 429; nothing was canceled")
}

func TestErrorOfATooLargeResponseNamesTheLimit(t *testing.T) {
	c := newTrial(t, "status", "790")
	c.tenant.Fail(sandbox.Failure{Status: 200, Body: strings.Repeat(" ", 8<<20+1)})
	c.run(t, t.Context(), exitRefused)
	wantText(t, c.stderr.String(), "the response is larger than the limit of 8 MiB (HTTP 200)")
}

func TestUntrustedCertificateIsNotCalledANetworkProblem(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake
	server.StartTLS()
	t.Cleanup(server.Close)
	c := newTrial(t, "status", "790", "--retries", "0", "--url", server.URL)
	c.run(t, t.Context(), exitNetwork)
	wantText(t, c.stderr.String(), "error: the certificate of 127.0.0.1:", "is not trusted", "hint:  If a proxy inspects TLS connections")
}
