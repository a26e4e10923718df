package wrapper

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The kinds of failure, for [errors.Is]. One error can be of several kinds at once.
var (
	// ErrBadRequest is HTTP 400 or 422: the service did not understand the request.
	ErrBadRequest = errors.New("bad request")
	// ErrUnauthorized is HTTP 401: the key was not accepted. [APIError.Hint] says what to look at.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrNoLicense is HTTP 402: the tenant lacks the licence that the operation needs.
	ErrNoLicense = errors.New("no license")
	// ErrForbidden is HTTP 403: the key's role lacks the permission that the operation needs.
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound is HTTP 404: there is no such scan run, or no such path on this host.
	ErrNotFound = errors.New("not found")
	// ErrRateLimited is HTTP 429: refused before anything was done.
	ErrRateLimited = errors.New("rate limited")
	// ErrServer is HTTP 5xx. A 500 often speaks of the request: see [APIError.Message].
	ErrServer = errors.New("server error")

	// ErrNoEndpoints: the request selected no endpoint that it could act on. It is known by its message, since
	// the service answers 500 to it; the error is an [ErrServer] too.
	ErrNoEndpoints = errors.New("no endpoints matched")
	// ErrUnexpectedResponse is an answer that the contract does not have: a 2xx that is not the documented
	// success (HTML, empty, cut off, another shape, an error envelope whose code is no HTTP status), a
	// redirect, or a status without a kind of its own.
	ErrUnexpectedResponse = errors.New("unexpected response")
	// ErrResponseTooLarge is an answer over the limit of [WithMaxResponseBytes]; it is of its status's kind too.
	ErrResponseTooLarge = errors.New("response too large")
	// ErrInvalidRequest: this package, or the validator of [WithRequestValidator], refused the request. Nothing
	// was sent.
	ErrInvalidRequest = errors.New("invalid request")
	// ErrInvalidResponse: the validator of [WithResponseValidator] refused the answer. The error is an
	// [*APIError] that wraps the validator's.
	ErrInvalidResponse = errors.New("invalid response")
	// ErrOutcomeUnknown comes beside another kind or cause: a request other than GET left, and no definite
	// answer came. It may have been carried out; look before sending it again.
	ErrOutcomeUnknown = errors.New("outcome unknown")
)

// noEndpointsText is how the service words ErrNoEndpoints, at the end of a longer message (seen on sibling
// operations of abort_scan).
const noEndpointsText = "no endpoint was found for creating the requested action"

// APIError is an answer of the service, or of something in front of it, that is not the documented success.
// Every text in it but Body is one clean line: valid UTF-8 without control or format characters.
type APIError struct {
	// Operation is the method and the path of the contract, such as "POST /public_api/v1/endpoints/abort_scan".
	Operation string
	// StatusCode is the HTTP status, always, whatever the body says.
	StatusCode int
	// Code is err_code, errorCode or metadata.code as text, "" when there is none. It need not be a status.
	Code string
	// Message is what the service says went wrong, at most 1 KiB. Of plain text it is the first line, of HTML
	// the title.
	Message string
	// Details are what is wrong with which field, at most 100. Where the service sent a map they come sorted by
	// field.
	Details []Detail
	// Extra is err_extra in any form but a list of details: its text, or compact JSON; at most 1 KiB.
	Extra string
	// Line and Column are where in the request the service met the problem, 0 when it did not say: some
	// messages are themselves {"line","column","message"}.
	Line, Column int
	// RetryAfter is how long the service asked to wait, 0 when it did not.
	RetryAfter time.Duration
	// Attempts is how many times the request was sent, at least 1.
	Attempts int
	// Hint says what to try, for the mistakes that people make, "" for all others.
	Hint string
	// Body is the body as received, at most its first 64 KiB. Credentials of this request that came back in it
	// are blanked out.
	Body []byte

	kinds []error
	cause error
}

// Detail is what is wrong with one field of the request. Either may be empty.
type Detail struct{ Field, Message string }

// String returns "field: message".
func (d Detail) String() string {
	if d.Field == "" || d.Message == "" {
		return d.Field + d.Message
	}
	return d.Field + ": " + d.Message
}

// Error returns one clean line of at most 4 KiB, which names the operation, the status, what the service said
// and, last, the hint.
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: HTTP %d", e.Operation, e.StatusCode)
	if text := http.StatusText(e.StatusCode); text != "" && text != e.Message {
		b.WriteString(" " + text)
	}
	if e.is(ErrUnexpectedResponse) {
		b.WriteString(", not a documented answer")
	}
	if e.is(ErrResponseTooLarge) {
		b.WriteString(", larger than the limit of WithMaxResponseBytes")
	}
	for _, text := range []string{e.Message, e.Extra} {
		if text != "" && text != "{}" {
			b.WriteString(": " + text)
		}
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, " (line %d, column %d)", e.Line, e.Column)
	}
	if e.Code != "" && e.Code != strconv.Itoa(e.StatusCode) {
		fmt.Fprintf(&b, " (code %s)", e.Code)
	}
	for i, d := range e.Details {
		b.WriteString([]string{": ", "; "}[min(i, 1)] + d.String())
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return withTail(b.String(), attemptsText(e.Attempts)+outcomeText(e)+e.Hint)
}

// Unwrap returns the error's kinds and, where there is one, its cause.
func (e *APIError) Unwrap() []error {
	if e.cause == nil {
		return e.kinds
	}
	return append(e.kinds[:len(e.kinds):len(e.kinds)], e.cause)
}

func (e *APIError) is(kind error) bool { return slices.Contains(e.kinds, kind) }

// add gives the error another kind, once.
func (e *APIError) add(kind error) {
	if !e.is(kind) {
		e.kinds = append(e.kinds, kind)
	}
}

// noAnswerError is a call that got no answer at all, for want of a network or of time.
type noAnswerError struct {
	operation string
	attempts  int
	left      bool // the last attempt's request had left when it failed
	unknown   bool // and may have been carried out
	cause     error
}

func (e *noAnswerError) Error() string {
	what := "not sent"
	if e.left {
		what = "no answer"
	}
	return withTail(e.operation+": "+what+": "+e.cause.Error(), e.attemptsText()+outcomeText(e))
}

// attemptsText names the attempts even where there was only one: nothing else tells.
func (e *noAnswerError) attemptsText() string {
	if e.attempts == 1 {
		return "(1 attempt). "
	}
	return attemptsText(e.attempts)
}

func (e *noAnswerError) Unwrap() []error {
	if e.unknown {
		return []error{ErrOutcomeUnknown, e.cause}
	}
	return []error{e.cause}
}

// refusedError is a request that was never sent because it is not valid.
type refusedError struct {
	operation string
	cause     error
}

func refused(operation, format string, args ...any) error {
	return &refusedError{operation, fmt.Errorf(format, args...)}
}

func (e *refusedError) Error() string {
	return withTail(e.operation+": refused, nothing was sent: "+e.cause.Error(), "")
}

func (e *refusedError) Unwrap() []error { return []error{ErrInvalidRequest, e.cause} }

// kindOfStatus returns the kind that an HTTP status stands for, nil where it has none.
func kindOfStatus(status int) error {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return ErrBadRequest
	case http.StatusUnauthorized:
		return ErrUnauthorized
	case http.StatusPaymentRequired:
		return ErrNoLicense
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusNotFound:
		return ErrNotFound
	case http.StatusTooManyRequests:
		return ErrRateLimited
	}
	if status >= 500 && status <= 599 {
		return ErrServer
	}
	return nil
}

// withTail joins the two into one clean line that keeps the tail whole, however long the head is.
func withTail(head, tail string) string {
	tail = clean(tail, maxErrorText/2)
	if tail == "" {
		return clean(head, maxErrorText)
	}
	// Room for the full stop, the space, and what clean leaves free for an ellipsis.
	room := maxErrorText - len(tail) - len(". ") - len(" "+ellipsis)
	head = strings.TrimRight(clean(head, room), " .")
	if tail[0] != '(' {
		head += "."
	}
	return clean(head+" "+tail, maxErrorText)
}

func attemptsText(n int) string {
	if n < 2 {
		return ""
	}
	return fmt.Sprintf("(%d attempts). ", n)
}

func outcomeText(e interface{ Unwrap() []error }) string {
	if slices.Contains(e.Unwrap(), ErrOutcomeUnknown) {
		return "It may have been carried out: look before sending it again. "
	}
	return ""
}
