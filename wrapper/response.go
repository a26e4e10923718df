package wrapper

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/cortexscan/wrapper/internal/envelope"
	"example.com/cortexscan/wrapper/internal/exchange"
)

// CheckResponse returns an error if a response of the generated client is not a success. A 2xx is a success if its body is empty,
// is JSON that does not describe an error, or has a media type other than JSON and HTML. JSON describes an error if it contains an
// error envelope, or if all of its fields are error fields (err_*, error, errors, detail). The error is an [*APIError], the same as
// from a [Client].
//
//	result, err := client.AbortScanWithResponse(ctx, body)
//	if err == nil {
//		err = wrapper.CheckResponse(result.HTTPResponse, result.Body)
//	}
//
// The error describes res.Request, or the original request if an [http.Client] followed redirects. If res.Request is nil,
// CheckResponse assumes that the request was not a GET. CheckResponse redacts nothing, because it does not have the key: if the
// server echoes the key, the error contains it.
func CheckResponse(res *http.Response, body []byte) error {
	if res == nil {
		res = &http.Response{}
	}
	r := res.Request
	for r != nil && r.Response != nil && r.Response.Request != nil {
		r = r.Response.Request
	}
	return check(r, &exchange.Result{Response: res, Body: body, Attempts: 1}, signedWith(r), acceptAny)
}

// check returns nil if the response is a success that accept approves. Otherwise, it returns the error of the call.
func check(r *http.Request, res *exchange.Result, key keyType, accept func(*http.Response, []byte) error) error {
	if !res.Whole() || !isSuccess(res.Response.StatusCode) || envelope.IsError(res.Body) {
		return failure(r, res, key, nil, nil)
	}
	if err := accept(res.Response, envelope.TrimMark(res.Body)); err != nil {
		return failure(r, res, key, ErrUnexpectedResponse, err)
	}
	return nil
}

// failure builds the error of a failed call. The kind and the cause come from a check that refused a complete response; otherwise,
// they are nil.
func failure(r *http.Request, res *exchange.Result, key keyType, kind, cause error) error {
	if res.Response == nil {
		return transportError(r, res)
	}
	said := envelope.Parse(res.Body, res.Redactor.Redact)
	e := &APIError{
		Operation:  exchange.Operation(r),
		StatusCode: res.Response.StatusCode,
		Header:     res.Redactor.Header(res.Response.Header),
		Code:       said.Code,
		Message:    said.Message,
		Extra:      said.Extra,
		Line:       said.Line,
		Column:     said.Column,
		RetryAfter: exchange.RetryAfter(res.Response.Header, time.Now()),
		Attempts:   res.Attempts,
		Body:       res.Body,
		actionID:   said.ActionID,
		kinds:      []error{kind},
		cause:      cause,
	}
	for _, d := range said.Details {
		e.Details = append(e.Details, Detail(d))
	}
	if len(e.Body) > exchange.MaxShown {
		e.Body = bytes.Clone(e.Body[:exchange.MaxShown]) // so that the rest can be collected
	}
	if res.Err != nil {
		e.cause = fmt.Errorf("the response is incomplete: %w", res.Err)
	}
	e.cause = withEnded(e.cause, res.Ended)
	if kind == nil {
		e.kinds = kindsOf(e.StatusCode, said, res.TooLarge)
	}
	mayHaveEffect := exchange.MayHaveEffect(r)
	if mayHaveEffect && !isDefinite(e.StatusCode, res.Whole(), said) {
		e.kinds = append(e.kinds, ErrOutcomeUnknown)
	}
	e.Hint = hint(e, said, key, mayHaveEffect)
	return e
}

// transportError builds the error of a call without a response.
func transportError(r *http.Request, res *exchange.Result) error {
	e := &TransportError{
		Operation: exchange.Operation(r), Attempts: res.Attempts, Sent: res.Sent,
		cause: withEnded(res.Err, res.Ended), permanent: res.Permanent,
	}
	if kind := kindOfStatus(res.LastStatus); kind != nil && res.Ended != nil {
		e.kinds = append(e.kinds, kind) // the kind of the response to an earlier attempt
	}
	if res.Sent && exchange.MayHaveEffect(r) {
		e.kinds = append(e.kinds, ErrOutcomeUnknown)
	}
	return e
}

// withEnded joins the error of a call and the error of the caller's context. Either may be nil.
func withEnded(cause, ended error) error {
	switch {
	case ended == nil:
		return cause
	case cause == nil || cause.Error() == ended.Error():
		return ended
	}
	return fmt.Errorf("%w, and before that: %w", ended, cause)
}

// kindsOf derives the kinds from the HTTP status. For a 2xx with an error envelope, it uses the envelope's code instead.
func kindsOf(status int, said envelope.Error, tooLarge bool) (kinds []error) {
	decisive := status
	if isSuccess(status) && said.IsError {
		decisive, _ = strconv.Atoi(said.Code)
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

// isDefinite reports whether a response proves that the request was not executed. Any other response leaves the outcome unknown:
// a gateway may have sent it after it forwarded the request.
func isDefinite(status int, whole bool, said envelope.Error) bool {
	if said.ActionID != "" {
		return false
	}
	// If the body has a numeric code of 400 or more, the code must prove this, too. The exception is 500, which only
	// the service itself sends in an envelope.
	code, _ := strconv.ParseFloat(strings.TrimSuffix(said.Code, "…"), 64) // a truncated number ends with "…"
	if code >= 400 && code != http.StatusInternalServerError && !isRefusal(int(min(code, 1000))) {
		return false
	}
	switch {
	case isSuccess(status):
		return whole && (said.IsError || said.IsAlone && said.Message+said.Extra != "")
	case status == http.StatusInternalServerError:
		return whole && said.IsError
	}
	return isRefusal(status)
}

// isRefusal reports whether a status proves by itself that the request was not executed.
func isRefusal(status int) bool {
	switch {
	case status >= 300 && status <= 399:
		return status != http.StatusSeeOther // a 303 follows a request that was executed
	case status >= 400 && status <= 417:
		return status != http.StatusRequestTimeout
	case status >= 421 && status <= 426:
		return true
	}
	return slices.Contains([]int{428, 429, 431, 451, 501, 505}, status)
}

// kindOfStatus returns the kind of an HTTP status, or nil if the status has none.
func kindOfStatus(status int) error {
	if status >= 500 && status <= 599 {
		return ErrServer
	}
	return map[int]error{
		400: ErrBadRequest, 401: ErrUnauthorized, 402: ErrNoLicense, 403: ErrForbidden, 404: ErrNotFound, 422: ErrBadRequest, 429: ErrRateLimited,
	}[status]
}

func isSuccess(status int) bool { return status >= 200 && status <= 299 }
