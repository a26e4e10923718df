package wrapper

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/cortexscan/internal/text"
	"example.com/cortexscan/wrapper/internal/exchange"
)

// The kinds of failure, for [errors.Is]. One error can have several kinds: check for [ErrOutcomeUnknown] first.
var (
	// ErrBadRequest is HTTP 400 or 422: the service rejected the request as invalid.
	ErrBadRequest = errors.New("bad request")
	// ErrUnauthorized is HTTP 401: the service refused the key. [APIError.Hint] suggests what to check.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrNoLicense is HTTP 402: the tenant lacks the license for the operation.
	ErrNoLicense = errors.New("no license")
	// ErrForbidden is HTTP 403: the key's role lacks the permission for the operation, or a gateway refused the request.
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound is HTTP 404: there is no such scan run, or no such path on this host.
	ErrNotFound = errors.New("not found")
	// ErrRateLimited is HTTP 429: the request was refused before it was executed.
	ErrRateLimited = errors.New("rate limited")
	// ErrServer is HTTP 5xx. An invalid request often causes a 500, too: see [APIError.Message].
	ErrServer = errors.New("server error")

	// ErrNoEndpoints means that the service found no matching endpoint. The service sends a 500, so the error is an [ErrServer],
	// too. This package recognizes the response by its message.
	ErrNoEndpoints = errors.New("no endpoints matched")
	// ErrUnexpectedResponse is a response that the spec does not document: a redirect, a status for which this list has no kind, or
	// a 2xx that is not the documented success. Examples of such a 2xx are HTML, an empty or incomplete body, JSON with another
	// structure, and an error envelope whose code is not an HTTP status.
	ErrUnexpectedResponse = errors.New("unexpected response")
	// ErrResponseTooLarge is a response over the limit of [WithMaxResponseBytes]. The error also has the kind of its
	// HTTP status, if the status has one.
	ErrResponseTooLarge = errors.New("response too large")
	// ErrInvalidRequest means that this package or the validator of [WithRequestValidator] refused the request. Nothing was sent.
	ErrInvalidRequest = errors.New("invalid request")
	// ErrInvalidResponse means that the validator of [WithResponseValidator] refused the response. The error is an [*APIError] that
	// wraps the validator's error.
	ErrInvalidResponse = errors.New("invalid response")
	// ErrUnexpectedState means that the wait for a scan run ended in a state that is not in [WaitOptions].Until.
	ErrUnexpectedState = errors.New("unexpected state")
	// ErrOutcomeUnknown means that a request other than GET may have been executed: it was sent, and no definite response arrived.
	// Check before you send it again. The error also has another kind or a cause.
	ErrOutcomeUnknown = errors.New("outcome unknown")
)

// APIError reports a response that is not the documented success. The response may come from the service, or from a gateway or a
// proxy in front of it. Every string field is one printable line: valid UTF-8 without control or format characters. A [Client]
// removes the credentials of the request from all fields; [CheckResponse] cannot remove them.
type APIError struct {
	// Operation is the method and the path in the spec, such as "POST /public_api/v1/endpoints/abort_scan".
	Operation string
	// StatusCode is the HTTP status, even if the body contains another code.
	StatusCode int
	// Header contains the response's headers. Credentials of the request are replaced with "[redacted]".
	Header http.Header
	// Code is the body's err_code, errorCode, metadata.code or code, as a string of at most 128 bytes. It is not
	// always an HTTP status.
	Code string
	// Message describes what went wrong, in at most 1 KiB. If the body is plain text, Message is its first line that
	// is not blank; if it is HTML, its title.
	Message string
	// Details lists at most 100 problems with individual fields. If the service sent a map instead of a list, Details
	// is sorted by field.
	Details []Detail
	// Extra is err_extra, unless that is a list of details. It is a string or compact JSON, at most 1 KiB.
	Extra string
	// Line and Column locate the problem in the request. They are 0 if the service did not send them.
	Line, Column int
	// RetryAfter is the delay that the service asked for, or 0.
	RetryAfter time.Duration
	// Attempts is the number of times the request was sent, at least 1.
	Attempts int
	// Hint suggests how to correct a common mistake. It is empty if there is no suggestion.
	Hint string
	// Body is the response body, at most its first 64 KiB. Credentials of the request are replaced with "[redacted]". If the
	// response is too large or incomplete, Body is only the beginning.
	Body []byte

	actionID string
	kinds    []error
	cause    error
}

// Detail describes a problem with one field of the request. Either string may be empty.
type Detail struct{ Field, Message string }

// String returns "field: message".
func (d Detail) String() string {
	if d.Field == "" || d.Message == "" {
		return d.Field + d.Message
	}
	return d.Field + ": " + d.Message
}

// Error returns one printable line of at most 4 KiB, such as "GET /public_api/netscan/v1/scan/run: Run ID not found (HTTP 404)".
// The line ends with the hint, if there is one.
func (e *APIError) Error() string {
	head := e.Operation + ": " + e.summary()
	details := make([]string, 0, len(e.Details))
	for _, d := range e.Details {
		if s := d.String(); s != e.Message {
			details = append(details, s)
		}
	}
	if len(details) > 0 {
		head += ": " + strings.Join(details, "; ")
	}
	if e.cause != nil {
		head += ": " + e.cause.Error()
	}
	facts := []string{"HTTP " + strconv.Itoa(e.StatusCode)}
	if e.Code != "" && e.Code != strconv.Itoa(e.StatusCode) {
		facts = append(facts, "code "+e.Code)
	}
	if e.actionID != "" {
		facts = append(facts, "action_id "+e.actionID)
	}
	if e.Line > 0 {
		facts = append(facts, fmt.Sprintf("line %d, column %d", e.Line, e.Column))
	}
	if e.Attempts > 1 {
		facts = append(facts, fmt.Sprintf("%d attempts", e.Attempts))
	}
	return sentence(head, facts, e.is(ErrOutcomeUnknown), e.Hint)
}

// summary returns the service's message, or a description of the status.
func (e *APIError) summary() string {
	s := e.Message
	switch {
	case s != "":
	case isSuccess(e.StatusCode):
		s = "unexpected response"
	case http.StatusText(e.StatusCode) != "":
		s = http.StatusText(e.StatusCode)
	default:
		s = "unexpected status"
	}
	if e.Extra != "" && e.Extra != "{}" {
		s += ": " + e.Extra
	}
	if e.is(ErrResponseTooLarge) {
		s += ": the response is larger than the limit of WithMaxResponseBytes"
	}
	return s
}

// Unwrap returns the error's kinds, and its cause if there is one.
func (e *APIError) Unwrap() []error { return wrapped(e.kinds, e.cause) }

func (e *APIError) is(kind error) bool { return slices.Contains(e.kinds, kind) }

// TransportError reports that no response arrived: the network failed or time ran out. It wraps its cause, so that errors.Is finds
// [context.Canceled] and [context.DeadlineExceeded].
type TransportError struct {
	// Operation is the method and the path in the spec.
	Operation string
	// Attempts is the number of times the client sent or tried to send the request. It is 0 if the context ended before the
	// first attempt.
	Attempts int
	// Sent reports whether any attempt without a response may have reached the service. If so, and if the request is not a GET,
	// the error is an [ErrOutcomeUnknown].
	Sent bool

	kinds     []error
	cause     error
	permanent bool // the TLS handshake was refused, so WaitScanRun stops polling
}

// Error returns one printable line of at most 4 KiB.
func (e *TransportError) Error() string {
	happened := e.Operation + ": " + map[bool]string{false: "not sent", true: "no response"}[e.Sent]
	if e.cause != nil {
		happened += ": " + e.cause.Error()
	}
	var facts []string
	switch {
	case e.Attempts == 1:
		facts = []string{"1 attempt"}
	case e.Attempts > 1:
		facts = []string{fmt.Sprintf("%d attempts", e.Attempts)}
	}
	return sentence(happened, facts, slices.Contains(e.kinds, ErrOutcomeUnknown), "")
}

// Unwrap returns the error's kinds and its cause.
func (e *TransportError) Unwrap() []error { return wrapped(e.kinds, e.cause) }

const maxFieldText = 256 // maximum length of a string in an error, in bytes

// invalidRequestError reports an invalid request, which was not sent.
type invalidRequestError struct {
	operation string
	cause     error
}

func (e *invalidRequestError) Error() string {
	return text.Printable(e.operation+": invalid request, nothing was sent: "+e.cause.Error(), exchange.MaxErrorText)
}

func (e *invalidRequestError) Unwrap() []error { return []error{ErrInvalidRequest, e.cause} }

func wrapped(kinds []error, cause error) []error {
	if cause == nil {
		return kinds
	}
	return append(slices.Clip(kinds), cause)
}

// sentence returns one printable line: what happened, the facts in parentheses and what to do. If the line is too
// long, sentence shortens the description of what happened.
func sentence(happened string, facts []string, outcomeUnknown bool, hint string) string {
	tail := ""
	if len(facts) > 0 {
		tail = " (" + strings.Join(facts, ", ") + ")"
	}
	if outcomeUnknown {
		tail += ". The request may have been executed: check before sending it again."
	} else if hint != "" {
		tail += "."
	}
	if hint != "" {
		tail += " " + hint
	}
	tail = strings.TrimRight(text.Printable("x"+tail, exchange.MaxErrorText/2), " ")[1:]
	head := text.Printable(happened, exchange.MaxErrorText-len(tail))
	return strings.TrimRight(head, " .") + tail
}
