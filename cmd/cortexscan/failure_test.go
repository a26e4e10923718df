package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"example.com/cortexscan/wrapper"
)

// A file's own kind of error comes out with its meaning, for both commands.
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

func TestErrorsAreCleanLines(t *testing.T) {
	for _, err := range []error{
		errors.New("bad\x1b[31m\u202e\nnews"), usagef("%s", "bad\x1b[31m\u202e\nnews"),
		fmt.Errorf("%w", errors.New("bad\x1b[31m\u202e\u2028news")),
	} {
		if f := describe(err); f.Message != "bad[31m news" {
			t.Errorf("got %q", f.Message)
		}
	}
}

func TestErrorIsBrokenBetweenWordsOnlyOnATerminal(t *testing.T) {
	c := newTrial(t, "status", "790", "--key-type", "standard")
	c.run(t, t.Context(), exitRefused)
	if n := strings.Count(c.stderr.String(), "\n"); n != 3 {
		t.Errorf("%d lines, want one each for the error, its cause and the hint", n)
	}
	c = newTrial(t, "status", "790", "--key-type", "standard")
	c.atTerminal()
	c.run(t, t.Context(), exitRefused)
	for line := range strings.Lines(c.stderr.String()) {
		if len(line) > 90 { // with the codes of a color
			t.Errorf("too wide: %q", line)
		}
	}
	wantText(t, c.stderr.String(), "\x1b[31merror:\x1b[0m the service rejected the API key", "\n       ")
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestOutputThatCannotBeWritten(t *testing.T) {
	c := newTrial(t, "spec")
	c.sys.io.Out = fullDisk{}
	c.run(t, t.Context(), exitRefused)
	wantText(t, c.stderr.String(), "standard output cannot be written", "no space left on device")
}
