package wrapper

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

var byteOrderMark = []byte("\ufeff")

// classify returns nil for an answer that may be the documented success, and the error for everything else.
func (p *pipeline) classify(c *call, res *result) error {
	text := bytes.TrimPrefix(res.body, byteOrderMark)
	whole := res.response != nil && res.err == nil && !res.tooLarge
	if whole && c.isGood(res.response.StatusCode, text) {
		res.received, res.body = res.body, text
		return nil
	}
	secrets := secretsOf(res.signed)
	if res.err != nil {
		res.err = secrets.presentable(res.err)
	}
	if res.response == nil {
		return &noAnswerError{
			operation: c.operation(), attempts: c.attempts, left: res.left,
			unknown: res.left && c.mayHaveEffect(), cause: res.err,
		}
	}
	status := res.response.StatusCode
	kept := secrets.hide(res.body)
	if !whole {
		kept, text = secrets.hideEnd(kept), secrets.hideEnd(secrets.hide(text))
	}
	e := &APIError{
		Operation:  c.operation(),
		StatusCode: status,
		Attempts:   c.attempts,
		RetryAfter: retryAfter(res.response.Header, time.Now()),
		Body:       bounded(kept, maxKeptBody),
	}
	if res.err != nil {
		e.cause = fmt.Errorf("the answer broke off: %w", res.err)
	}
	saysError := describe(e, text, func(s string, max int) string { return clean(secrets.hideText(s), max) })
	e.kinds = kindsOf(e, res.tooLarge, saysError)
	if c.mayHaveEffect() && !isDefinite(status, saysError) {
		e.add(ErrOutcomeUnknown)
	}
	e.Hint = p.hint(e, res)
	return e
}

// isGood reports whether the answer is a success as far as can be told without knowing the operation: JSON that
// is no error envelope, or a 204 without a body. JSON is known by its bytes, not by its Content-Type.
func (c *call) isGood(status int, text []byte) bool {
	if !isSuccess(status) {
		return false
	}
	if len(text) == 0 {
		return status == http.StatusNoContent
	}
	return c.read(text) && (!mayBeError(text) || !parseEnvelope(text).saysError())
}

// read decodes a success and reports whether it is JSON at all. encoding/json looks through all of a text before
// it decodes any, so that json.Valid would look once more than needed.
func (c *call) read(text []byte) bool {
	if c.into == nil {
		return json.Valid(text)
	}
	c.misfit = json.Unmarshal(text, c.into)
	var invalid *json.SyntaxError
	return !errors.As(c.misfit, &invalid)
}

// isDefinite reports whether the answer tells that the request was, or was not, carried out.
func isDefinite(status int, saysError bool) bool {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	}
	return !isSuccess(status) || saysError
}

// kindsOf goes by the HTTP status; of a success that carries an error envelope, by its code where that is one.
func kindsOf(e *APIError, tooLarge, saysError bool) []error {
	status := e.StatusCode
	if isSuccess(status) && saysError {
		status, _ = strconv.Atoi(e.Code)
	}
	var kinds []error
	if kind := kindOfStatus(status); kind != nil {
		kinds = append(kinds, kind)
	} else if !tooLarge || !isSuccess(e.StatusCode) {
		kinds = append(kinds, ErrUnexpectedResponse)
	}
	if tooLarge {
		kinds = append(kinds, ErrResponseTooLarge)
	}
	if containsFold(e.Message, noEndpointsText) {
		if !slices.Contains(kinds, ErrServer) {
			kinds = append(kinds, ErrServer)
		}
		kinds = append(kinds, ErrNoEndpoints)
	}
	return kinds
}

// answer is what passed classify.
type answer struct {
	*call
	*result
}

// fetch sends a request of the generated client through the pipeline and returns the documented success, of which
// missing says what it lacks, "" when nothing. It returns either a value or an error.
func fetch[T any](ctx context.Context, c *Client, r *http.Request, missing func(v *T, a *answer) string) (*T, error) {
	v := new(T)
	a, err := c.pipeline.call(ctx, r, v)
	if err != nil {
		return nil, err
	}
	if a.response.StatusCode != http.StatusOK {
		return nil, a.unexpected(ErrUnexpectedResponse, nil)
	}
	if a.misfit != nil {
		// The decoder's own error would repeat parts of the body.
		return nil, a.unexpected(ErrUnexpectedResponse, fmt.Errorf("the body is not of the documented shape"))
	}
	if what := missing(v, a); what != "" {
		return nil, a.unexpected(ErrUnexpectedResponse, fmt.Errorf("the body has no %s", what))
	}
	return v, nil
}

// unexpected makes the error of an answer that passed classify and is still not what the operation documents.
func (a *answer) unexpected(kind, cause error) error {
	secrets := secretsOf(a.signed)
	if cause != nil {
		cause = secrets.presentable(cause)
	}
	e := &APIError{
		Operation: a.operation(), StatusCode: a.response.StatusCode, Attempts: a.attempts,
		Body: bounded(secrets.hide(a.received), maxKeptBody), kinds: []error{kind}, cause: cause,
	}
	if a.request.Method != http.MethodGet {
		e.add(ErrOutcomeUnknown)
	}
	return e
}
