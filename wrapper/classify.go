package wrapper

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"example.com/cortexscan/wrapper/internal/envelope"
	"example.com/cortexscan/wrapper/internal/exchange"
)

// failure is the error of a call that did not end in its documented success. The kind and the cause are
// those of an answer that arrived whole and was refused, nil otherwise.
func failure(r *http.Request, res *exchange.Result, key keyType, kind, cause error) error {
	if res.Response == nil {
		return transportError(r, res)
	}
	said := envelope.Parse(res.Body, res.Redactor.Redact)
	e := &APIError{
		Operation:  exchange.Operation(r),
		StatusCode: res.Response.StatusCode,
		Code:       said.Code,
		Message:    said.Message,
		Extra:      said.Extra,
		Line:       said.Line,
		Column:     said.Column,
		RetryAfter: exchange.RetryAfter(res.Response.Header, time.Now()),
		Attempts:   res.Attempts,
		Body:       beginning(res.Body),
		kinds:      []error{kind},
		cause:      cause,
	}
	for _, d := range said.Details {
		e.Details = append(e.Details, Detail(d))
	}
	if res.Err != nil {
		e.cause = fmt.Errorf("the answer broke off: %w", res.Err)
	}
	e.cause = withEnded(e.cause, res.Ended)
	if kind == nil {
		e.kinds = kindsOf(e.StatusCode, said, res.TooLarge)
	}
	if r.Method != http.MethodGet && !isDefinite(e.StatusCode, res.Whole(), said) {
		e.kinds = append(e.kinds, ErrOutcomeUnknown)
	}
	e.Hint = hint(e, res.Response.Header, key)
	return e
}

// transportError is the error of a call without an answer.
func transportError(r *http.Request, res *exchange.Result) error {
	e := &TransportError{
		Operation: exchange.Operation(r), Attempts: res.Attempts, Sent: res.Sent,
		cause: withEnded(res.Err, res.Ended), permanent: res.Permanent,
	}
	if kind := kindOfStatus(res.LastStatus); kind != nil && res.Ended != nil {
		e.kinds = append(e.kinds, kind) // of the attempt before, which was answered
	}
	if res.Sent && r.Method != http.MethodGet {
		e.kinds = append(e.kinds, ErrOutcomeUnknown)
	}
	return e
}

// withEnded joins what went wrong with the end of the caller's context, each of which may be nil.
func withEnded(cause, ended error) error {
	switch {
	case ended == nil:
		return cause
	case cause == nil || cause.Error() == ended.Error():
		return ended
	}
	return fmt.Errorf("%w, and before that: %w", ended, cause)
}

// kindsOf goes by the HTTP status, whatever the body says; for a success that carries an error envelope, by its code
// where that is the status of an error.
func kindsOf(status int, said envelope.Error, tooLarge bool) (kinds []error) {
	decisive := status
	if isSuccess(status) && said.IsError {
		decisive = statusOf(said.Code)
	}
	if kind := kindOfStatus(decisive); kind != nil {
		kinds = append(kinds, kind)
	} else if !tooLarge || !isSuccess(status) {
		kinds = append(kinds, ErrUnexpectedResponse)
	}
	if tooLarge {
		kinds = append(kinds, ErrResponseTooLarge)
	}
	if said.NoEndpoints {
		if !slices.Contains(kinds, ErrServer) {
			kinds = append(kinds, ErrServer)
		}
		kinds = append(kinds, ErrNoEndpoints)
	}
	return kinds
}

// isDefinite reports whether an answer, which may not be whole, says that the request was, or was not, executed.
func isDefinite(status int, whole bool, said envelope.Error) bool {
	switch {
	case status < http.StatusOK, status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return false
	case !isSuccess(status):
		return true
	}
	return whole && said.IsError && (!said.HasActionID || statusOf(said.Code) != 0)
}

// statusOf returns the HTTP status of an error that a code stands for, 0 where it is none.
func statusOf(code string) int {
	if n, err := strconv.Atoi(code); err == nil && n >= 400 && n <= 599 {
		return n
	}
	return 0
}

// beginning returns what is kept of a body, in memory of its own where that frees the rest.
func beginning(body []byte) []byte {
	const limit = 64 << 10 // bytes
	if len(body) > limit {
		return bytes.Clone(body[:limit])
	}
	return body
}
