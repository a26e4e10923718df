package wrapper

import (
	"errors"
	"net/http"
)

// The kinds of failure, for [errors.Is]. One error can be of several kinds at once: look for [ErrOutcomeUnknown] first.
var (
	// ErrBadRequest is HTTP 400 or 422: the service did not understand the request.
	ErrBadRequest = errors.New("bad request")
	// ErrUnauthorized is HTTP 401: the key was not accepted. [APIError.Hint] says what to check.
	ErrUnauthorized = errors.New("unauthorized")
	// ErrNoLicense is HTTP 402: the tenant lacks the license that the operation needs.
	ErrNoLicense = errors.New("no license")
	// ErrForbidden is HTTP 403: the key's role lacks the permission that the operation needs.
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound is HTTP 404: there is no such scan run, or no such path on this host.
	ErrNotFound = errors.New("not found")
	// ErrRateLimited is HTTP 429: refused before anything was done.
	ErrRateLimited = errors.New("rate limited")
	// ErrServer is HTTP 5xx. A 500 is often about the request: see [APIError.Message].
	ErrServer = errors.New("server error")

	// ErrNoEndpoints: the request selected no endpoint that it could act on. The service answers 500 to it, and the
	// error is an [ErrServer] too; it is recognized by its message.
	ErrNoEndpoints = errors.New("no endpoints matched")
	// ErrUnexpectedResponse is an answer that the contract does not document: a 2xx that is not the documented success
	// (HTML, empty, cut off, another shape, an error envelope whose code is not an HTTP status), a redirect, or a status
	// without a kind of its own.
	ErrUnexpectedResponse = errors.New("unexpected response")
	// ErrResponseTooLarge is an answer over the limit of [WithMaxResponseBytes]; it is of its status's kind too.
	ErrResponseTooLarge = errors.New("response too large")
	// ErrInvalidRequest: this package, or the validator of [WithRequestValidator], refused the request. Nothing was
	// sent.
	ErrInvalidRequest = errors.New("invalid request")
	// ErrInvalidResponse: the validator of [WithResponseValidator] refused the answer. The error is an [*APIError] that
	// wraps the validator's.
	ErrInvalidResponse = errors.New("invalid response")
	// ErrUnexpectedState: a wait with [WaitOptions].Until ended in another state.
	ErrUnexpectedState = errors.New("unexpected state")
	// ErrOutcomeUnknown is set in addition to another kind or cause: a request other than GET was sent, and no definite answer
	// came. It may have been executed; check before sending it again.
	ErrOutcomeUnknown = errors.New("outcome unknown")
)

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

func isSuccess(status int) bool { return status >= 200 && status <= 299 }
