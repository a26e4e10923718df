package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"example.com/cortexscan/wrapper"
)

// call describes a request for messages to the user.
type call struct {
	abort bool
	run   int64 // the ID of the scan run, for a status call
	host  string
	until []string // the states in --until
}

// callError wraps the error of a failed call and adds the data for its message and hint.
type callError struct {
	call
	err       error
	message   string // if set, replaces the usual message
	lastState string // from an earlier poll
	polled    bool   // whether an earlier poll succeeded
}

func (e *callError) Error() string { return e.err.Error() }
func (e *callError) Unwrap() error { return e.err }

// meaning returns the error message for the user.
func (e *callError) meaning(kind string) string {
	var response *wrapper.APIError
	errors.As(e.err, &response)
	switch kind {
	case "outcome_unknown":
		if errors.Is(e.err, context.Canceled) {
			return "interrupted after the abort was sent: it is unknown whether scans were canceled"
		}
		return "the abort was sent, but it is unknown whether scans were canceled"
	case "invalid_request":
		return "the request is not valid; nothing was sent"
	case "interrupted":
		return e.interruption(response)
	case "unexpected_state":
		return fmt.Sprintf("scan run %d ended in the state %s, not in %s", e.run, e.lastState, printable(strings.Join(e.until, " or ")))
	case "no_endpoints":
		return "no endpoint matched; nothing was canceled"
	case "timeout", "network":
		return e.unreachable(kind) + e.nothingCanceled()
	case "server_error":
		return e.serverError(response) + e.nothingCanceled()
	case "response_too_large", "unexpected_response", "invalid_response":
		return "the service sent an unexpected response" + e.nothingCanceled()
	}
	return e.refusal(kind, response) + e.nothingCanceled()
}

// refusal returns the message for a request that the service refused.
func (e *callError) refusal(kind string, response *wrapper.APIError) string {
	what := "read scan runs"
	if e.abort {
		what = "cancel scans"
	}
	switch kind {
	case "unauthorized":
		return "the service rejected the API key"
	case "no_license":
		return "the tenant has no license to " + what
	case "forbidden":
		return "the API key has no permission to " + what
	case "not_found":
		// The service sends errors as JSON. A proxy or gateway may also respond with JSON, so only a message about the
		// run ID shows that the response is from the service.
		switch {
		case e.abort || response == nil || !bytes.HasPrefix(bytes.TrimSpace(response.Body), []byte("{")):
			return "the Cortex API was not found at " + e.host
		case strings.Contains(strings.ToLower(response.Message), "run id"):
			return fmt.Sprintf("scan run %d does not exist", e.run)
		}
		return fmt.Sprintf("scan run %d or the Cortex API at %s was not found", e.run, e.host)
	case "rate_limited":
		if response != nil && response.RetryAfter > 0 {
			return "the service received too many requests and asks you to wait " + shortDuration(response.RetryAfter)
		}
		return "the service received too many requests"
	}
	return "the service rejected the request"
}

// nothingCanceled returns the end of the message for an abort that canceled nothing. It returns "" for a status call.
func (e *callError) nothingCanceled() string {
	if e.abort {
		return "; nothing was canceled"
	}
	return ""
}

func (e *callError) serverError(response *wrapper.APIError) string {
	if response != nil && temporary(response.StatusCode) {
		return "the service is unavailable"
	}
	return "the service reported an internal error"
}

func temporary(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

func (e *callError) interruption(response *wrapper.APIError) string {
	switch {
	case response != nil:
		return fmt.Sprintf("interrupted after a response with HTTP status %d%s", response.StatusCode, e.nothingCanceled())
	case e.abort:
		return "interrupted before anything was sent; nothing was canceled"
	case e.lastState == "":
		return "interrupted before the status was read"
	}
	return "interrupted"
}

// unreachable returns the message for a call that received no response.
func (e *callError) unreachable(kind string) string {
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	var lost *wrapper.TransportError
	switch {
	case errors.As(e.err, &certificate):
		return "the certificate of " + e.host + " is not trusted"
	case errors.As(e.err, &name) && name.IsNotFound:
		return "the host " + e.host + " does not exist"
	case kind == "timeout":
		return e.host + " did not respond in time"
	case errors.As(e.err, &lost) && lost.Sent:
		return "the connection to " + e.host + " was lost before a response arrived"
	}
	return e.host + " cannot be reached"
}

// advice returns a hint for the user. It returns "" if the wrapper's hint is sufficient.
func (e *callError) advice(kind string) string {
	var certificate *tls.CertificateVerificationError
	var response *wrapper.APIError
	noHint := !errors.As(e.err, &response) || response.Hint == ""
	switch {
	case kind == "outcome_unknown":
		return checkActionCenter
	case noHint && kind == "server_error" && response != nil && temporary(response.StatusCode):
		return "Try again in a minute."
	case noHint && kind == "not_found" && e.abort:
		return "Check the tenant's address (--url)."
	case noHint && kind == "not_found":
		return "Check the scan run's ID and the tenant's address (--url)."
	case kind == "rate_limited":
		return "The service allows ten requests per second for each tenant, across all programs. Wait, then try again."
	case errors.As(e.err, &certificate):
		return "If a proxy inspects TLS connections, add its CA certificate to this system's trusted certificates."
	case kind == "network", kind == "timeout":
		return "Check the tenant's address (--url), the network, and proxy variables such as HTTPS_PROXY."
	}
	return ""
}

// resultLost reports that an accepted abort's result cannot be written.
type resultLost struct {
	actionID string
	err      error
}

func (e *resultLost) Error() string {
	return "the service accepted the abort as action " + e.actionID + ", but the result cannot be written to standard output: " + e.err.Error()
}

func (e *resultLost) Unwrap() []error { return []error{errResultLost, e.err} }

func (e *resultLost) advice() string {
	return "Do not send the abort again. Follow the action in the console under Response → Action Center."
}

const checkActionCenter = "Before you send the abort again, check whether the console lists the action under Response → Action Center."

// shortDuration formats a duration without trailing zero units: 10m instead of 10m0s.
func shortDuration(d time.Duration) string {
	return strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace(d.Round(time.Second).String())
}
