package main

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/sandbox"
	"example.com/cortexscan/wrapper"
)

// Each kind of error gets its meaning, for both commands.
func TestMeaning(t *testing.T) {
	status, abort := call{run: 12345, host: "acme.example"}, call{abort: true, host: "acme.example"}
	for _, c := range []struct {
		name    string
		call    call
		err     error
		message string
	}{
		{"rate limit", status, &wrapper.APIError{StatusCode: 429, RetryAfter: 10 * time.Minute}, "the service is rate limiting; it asks to wait 10m"},
		{"no rate limit's time", abort, wrapper.ErrRateLimited, "the service is rate limiting; nothing was canceled"},
		{"wrong key", status, wrapper.ErrUnauthorized, "the service rejected the API key"},
		{"wrong key of an abort", abort, wrapper.ErrUnauthorized, "the service rejected the API key; nothing was canceled"},
		{"no license", abort, wrapper.ErrNoLicense, "the tenant has no license to cancel scans; nothing was canceled"},
		{"no permission", status, wrapper.ErrForbidden, "the API key has no permission to read scan runs"},
		{"no such path", status, wrapper.ErrNotFound, "the Cortex API was not found at acme.example"},
		{"bad request", abort, wrapper.ErrBadRequest, "the service rejected the request; nothing was canceled"},
		{"internal error", abort, wrapper.ErrServer, "the service reports an internal error"},
		{"no endpoints", abort, errors.Join(wrapper.ErrServer, wrapper.ErrNoEndpoints), "no endpoint matched; nothing was canceled"},
		{"not an answer", status, wrapper.ErrUnexpectedResponse, "the service gave an unexpected answer"},
		{"invalid request", abort, wrapper.ErrInvalidRequest, "the request is not valid; nothing was sent"},
		{"unknown outcome", abort, errors.Join(wrapper.ErrServer, wrapper.ErrOutcomeUnknown), "the abort was sent, but whether scans were canceled is unknown"},
		{"interrupted, unknown outcome", abort, errors.Join(context.Canceled, wrapper.ErrOutcomeUnknown),
			"interrupted after the abort was sent: whether scans were canceled is unknown"},
		{"interrupted", status, context.Canceled, "interrupted: the status was not read"},
		{"interrupted abort", abort, context.Canceled, "interrupted before anything was sent; nothing was canceled"},
		{"no connection", abort, errors.New("connection refused"), "acme.example cannot be reached; nothing was canceled"},
		{"timeout", status, context.DeadlineExceeded, "acme.example did not answer in time"},
		{"no such host", status, &net.DNSError{IsNotFound: true}, "the host acme.example does not exist"},
		{"certificate", status, &tls.CertificateVerificationError{Err: errors.New("expired")}, "the certificate of acme.example is not trusted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := kindOfStatus(c.err)
			if f := describe(&callError{call: c.call, err: err}); f.Message != c.message {
				t.Errorf("got %q", f.Message)
			}
		})
	}
}

// kindOfStatus gives an APIError made by hand the kind that the wrapper would give it.
func kindOfStatus(err error) error {
	if e := (*wrapper.APIError)(nil); errors.As(err, &e) && e.StatusCode == 429 {
		return errors.Join(err, wrapper.ErrRateLimited)
	}
	return err
}

// A person who interrupts while the service is slow learns whether the request was sent.
func TestInterruptedWhileWaitingForTheAnswer(t *testing.T) {
	for _, c := range []struct {
		args string
		exit int
		says []string
	}{
		{"abort --hostname laptop-17 --yes", exitUnknown, []string{"interrupted after the abort was sent: whether scans were canceled is unknown", "Action Center"}},
		{"status 790", exitInterrupted, []string{"interrupted: the status was not read"}},
		{"status 790 --wait", exitInterrupted, []string{"interrupted: the status was not read"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			trial := newTrial(t, strings.Fields(c.args)...)
			trial.tenant.Fail(sandbox.Failure{Times: 1, Delay: time.Hour})
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				for len(trial.tenant.Calls()) == 0 {
					<-time.After(time.Millisecond)
				}
				cancel()
			}()
			trial.run(t, ctx, c.exit)
			wantText(t, trial.stderr.String(), c.says...)
		})
	}
}

// After a 429 the service has refused, and the wait for the next attempt is the time to think better of it.
func TestInterruptedBetweenAttempts(t *testing.T) {
	c := newTrial(t, "abort", "--hostname", "laptop-17", "--yes")
	c.tenant.Fail(sandbox.Failure{Times: 1, Status: 429, Header: map[string][]string{"Retry-After": {"20"}}})
	ctx, cancel := context.WithCancel(t.Context())
	c.sys.args = append(c.sys.args, "--verbose")
	c.sys.io.ErrOut = writerFunc(func(p []byte) (int, error) { // the log says when the wait begins
		if strings.Contains(string(p), "retry") {
			cancel()
		}
		return c.stderr.Write(p)
	})
	c.run(t, ctx, exitInterrupted)
	wantText(t, c.stderr.String(), "interrupted after the service answered 429; nothing was canceled")
}

// The limit of an answer's size is described without the names of Go.
func TestTooLargeAnswer(t *testing.T) {
	c := newTrial(t, "status", "790")
	c.tenant.Fail(sandbox.Failure{Status: 200, Body: strings.Repeat(" ", 8<<20+1)})
	c.run(t, t.Context(), exitRefused)
	wantText(t, c.stderr.String(), "the answer is larger than the limit of 8 MiB (HTTP 200)")
}

// A certificate that is not trusted is no trouble with the network.
func TestUntrustedCertificate(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake
	server.StartTLS()
	t.Cleanup(server.Close)
	c := newTrial(t, "status", "790", "--retries", "0", "--url", server.URL)
	c.run(t, t.Context(), exitNetwork)
	wantText(t, c.stderr.String(), "error: the certificate of 127.0.0.1:", "is not trusted", "hint:  If a proxy inspects TLS")
}
