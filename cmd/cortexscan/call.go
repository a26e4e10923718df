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

// call is what a request to the service is for.
type call struct {
	abort bool
	run   int64 // of a status
	host  string
	until []string // the states that a wait is for
}

// callError is the error of a call. What it means depends on what the call is for.
type callError struct {
	call
	err       error
	message   string // in place of the usual one
	lastState string // of the scan run, if it was read before
	answered  bool   // an earlier request of the same wait was
}

func (e *callError) Error() string { return e.err.Error() }
func (e *callError) Unwrap() error { return e.err }

// meaning says what the error means for the user.
func (e *callError) meaning(kind string) string {
	var answer *wrapper.APIError
	errors.As(e.err, &answer)
	switch kind {
	case "outcome_unknown":
		if errors.Is(e.err, context.Canceled) {
			return "interrupted after the abort was sent: whether scans were canceled is unknown"
		}
		return "the abort was sent, but whether scans were canceled is unknown"
	case "invalid_request":
		return "the request is not valid; nothing was sent"
	case "interrupted":
		return e.interruption(answer)
	case "unexpected_state":
		return fmt.Sprintf("scan run %d ended in state %s, not in %s", e.run, e.lastState, printable(strings.Join(e.until, " or ")))
	case "no_endpoints":
		return "no endpoint matched; nothing was canceled"
	case "timeout", "network":
		return e.unreachable(kind) + e.harmless()
	case "server_error":
		return e.serverError(answer) + e.harmless()
	case "response_too_large", "unexpected_response", "invalid_response":
		return "the service gave an unexpected answer" + e.harmless()
	}
	return e.refusal(kind, answer) + e.harmless()
}

// refusal is a definite answer: nothing was done.
func (e *callError) refusal(kind string, answer *wrapper.APIError) string {
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
		// A proxy or gateway answers in HTML or plain text, and some in JSON.
		switch {
		case e.abort || answer == nil || !bytes.HasPrefix(bytes.TrimSpace(answer.Body), []byte("{")):
			return "the Cortex API was not found at " + e.host
		case strings.Contains(strings.ToLower(answer.Message), "run id"):
			return fmt.Sprintf("scan run %d does not exist", e.run)
		}
		return fmt.Sprintf("not found: scan run %d, or the Cortex API at %s", e.run, e.host)
	case "rate_limited":
		if answer != nil && answer.RetryAfter > 0 {
			return "the service is rate limiting; it asks to wait " + shortDuration(answer.RetryAfter)
		}
		return "the service is rate limiting"
	}
	return "the service rejected the request"
}

// harmless says that an abort had no effect.
func (e *callError) harmless() string {
	if e.abort {
		return "; nothing was canceled"
	}
	return ""
}

func (e *callError) serverError(answer *wrapper.APIError) string {
	if answer != nil && temporary(answer.StatusCode) {
		return "the service is unavailable"
	}
	return "the service reports an internal error"
}

func temporary(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

func (e *callError) interruption(answer *wrapper.APIError) string {
	switch {
	case answer != nil:
		return fmt.Sprintf("interrupted after the service answered %d%s", answer.StatusCode, e.harmless())
	case e.abort:
		return "interrupted before anything was sent; nothing was canceled"
	case e.lastState == "":
		return "interrupted: the status was not read"
	}
	return "interrupted"
}

// unreachable is a call without an answer.
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
		return e.host + " did not answer in time"
	case errors.As(e.err, &lost) && lost.Sent:
		return e.host + " did not answer: the connection was lost"
	}
	return e.host + " cannot be reached"
}

// advice says what to do where the wrapper does not know, because it does not know the program around it.
func (e *callError) advice(kind string) string {
	var certificate *tls.CertificateVerificationError
	var answer *wrapper.APIError
	noHint := !errors.As(e.err, &answer) || answer.Hint == ""
	switch {
	case kind == "outcome_unknown":
		return checkActionCenter
	case noHint && kind == "server_error" && answer != nil && temporary(answer.StatusCode):
		return "Try again in a minute."
	case noHint && kind == "not_found" && e.abort:
		return "Check the tenant's address (--url)."
	case noHint && kind == "not_found":
		return "Check the ID of the scan run, and the tenant's address (--url)."
	case kind == "rate_limited":
		return "The service allows a tenant ten requests a second, by all programs together. Wait, then try again."
	case errors.As(e.err, &certificate):
		return "If a proxy inspects TLS here, add its certificate to those that this system trusts."
	case kind == "network", kind == "timeout":
		return "Check the tenant's address (--url), the network, and the proxy variables such as HTTPS_PROXY."
	}
	return ""
}

// resultLost is an accepted abort whose result cannot be written. Its message has the action's ID.
type resultLost struct {
	actionID string
	err      error
}

func (e *resultLost) Error() string {
	return "the abort was accepted as action " + e.actionID + ", but standard output cannot be written: " + e.err.Error()
}

func (e *resultLost) Unwrap() []error { return []error{errResultLost, e.err} }

func (e *resultLost) advice() string {
	return "Do not send it again. Follow the action in the console under Response → Action Center."
}

const checkActionCenter = "Before you send it again, check in the console under Response → Action Center whether the action is there."

// shortDuration is d without the zeros at its end: 10m, not 10m0s.
func shortDuration(d time.Duration) string {
	s := d.Round(time.Second)
	switch {
	case s > 0 && s%time.Hour == 0:
		return fmt.Sprintf("%dh", s/time.Hour)
	case s > 0 && s%time.Minute == 0:
		return fmt.Sprintf("%dm", s/time.Minute)
	}
	return s.String()
}
