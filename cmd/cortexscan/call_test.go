package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

func TestErrorsHaveAKindAnExitStatusAndAMessage(t *testing.T) {
	status, abort := call{run: 12345, host: "acme.example"}, call{abort: true, host: "acme.example"}
	gateway := &wrapper.APIError{StatusCode: 404, Body: []byte(` {"message":"no Route"}`), Message: "no Route"}
	for _, c := range []struct {
		name    string
		call    call
		err     error
		kind    string
		exit    int
		message string
	}{
		{"no license", abort, wrapper.ErrNoLicense, "no_license", 1, "the tenant has no license to cancel scans; nothing was canceled"},
		{"no permission", status, wrapper.ErrForbidden, "forbidden", 1, "the API key has no permission to read scan runs"},
		{"an unknown run or path", status, errors.Join(gateway, wrapper.ErrNotFound), "not_found", 1,
			"scan run 12345 or the Cortex API at acme.example was not found"},
		{"bad request", abort, wrapper.ErrBadRequest, "bad_request", 1, "the service rejected the request; nothing was canceled"},
		{"invalid request", abort, wrapper.ErrInvalidRequest, "invalid_request", 2, "the request is not valid; nothing was sent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := describe(&callError{call: c.call, err: fmt.Errorf("some call: %w", c.err)})
			if f.Kind != c.kind || f.Exit != c.exit || f.Message != c.message {
				t.Errorf("got %s, exit status %d, %q; want %s, exit status %d, %q", f.Kind, f.Exit, f.Message, c.kind, c.exit, c.message)
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
						t.Errorf("%d, %s: %s: got %v, want %v: %+v", status, name, what, got, unknown, f)
					}
				}
			}
		}
	}
	if len(seen) != 3 || seen[exitUnknown] == 0 || seen[exitRefused] == 0 || seen[exitNothingMatched] == 0 {
		t.Errorf("got the exit statuses %v, want %d, %d and %d", seen, exitRefused, exitUnknown, exitNothingMatched)
	}
}

func TestLargeResponseErrorNamesTheLimit(t *testing.T) {
	c := newTrial(t, "status", "790")
	c.tenant.Fail(sandbox.Failure{Status: 200, Body: strings.Repeat(" ", 8<<20+1)})
	c.run(t, t.Context(), exitRefused)
	wantText(t, c.stderr.String(), "the response is larger than the limit of 8 MiB (HTTP 200)")
}

func TestUntrustedCertificateIsReported(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // hides the handshake error
	server.StartTLS()
	t.Cleanup(server.Close)
	c := newTrial(t, "status", "790", "--retries", "0", "--url", server.URL)
	c.run(t, t.Context(), exitNetwork)
	wantText(t, c.stderr.String(), "error: the certificate of 127.0.0.1:", "is not trusted", "hint:  If a proxy inspects TLS connections")
}
