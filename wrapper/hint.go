package wrapper

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// hint says what to try, in one sentence, for the mistakes that people make most: see APIError.Hint.
func (p *pipeline) hint(e *APIError, res *result) string {
	switch {
	case e.is(ErrUnauthorized):
		return p.keyHint(res)
	case isConsole(e, res):
		return "This looks like the console or a login page, not the API: check the tenant's address, whose host begins with api-."
	case e.is(ErrNoLicense):
		return "The tenant's license does not cover this operation: ask whoever manages the tenant's licenses."
	case e.is(ErrForbidden):
		return "The key's role lacks the permission that this operation needs: give the role that permission in the console, or use a key with another role."
	case e.is(ErrNoEndpoints):
		return "Nothing matched: check the filters' values, and that a scan of the endpoints is pending or in progress."
	}
	return ""
}

// keyHint names the likeliest reason why a key was not accepted. A clock that is wrong spoils the signature of
// an Advanced key alone.
func (p *pipeline) keyHint(res *result) string {
	if p.cred.kind == standardKey {
		return "The key was sent as a Standard key: check that the console lists it as Standard and not as Advanced, that the ID is this key's, and that it has not expired."
	}
	if skew := clockSkew(res.response.Header, time.Now()); skew.Abs() > time.Minute {
		direction := "behind"
		if skew > 0 {
			direction = "ahead of"
		}
		return fmt.Sprintf("This computer's clock is %v %s the service's, which spoils the signature of an Advanced key: set the clock, and then check that the console lists the key as Advanced and not as Standard.", skew.Abs().Round(time.Second), direction)
	}
	return "The request was signed for an Advanced key: check that the console lists the key as Advanced and not as Standard, that the ID is this key's, and that it has not expired."
}

// clockSkew returns by how much this computer's clock is ahead of the one that dated the answer, 0 where it
// has no date.
func clockSkew(h http.Header, now time.Time) time.Duration {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return now.Sub(date)
}

// isConsole knows the mistake of giving the console's address: it answers with a redirect to its login page, or
// with that page.
func isConsole(e *APIError, res *result) bool {
	if !e.is(ErrUnexpectedResponse) {
		return false
	}
	redirected := e.StatusCode >= 300 && e.StatusCode <= 399 && res.response.Header.Get("Location") != ""
	page := isSuccess(e.StatusCode) && bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(res.body, byteOrderMark)), []byte("<"))
	return redirected || page && strings.Contains(strings.ToLower(string(e.Body)), "<html")
}
