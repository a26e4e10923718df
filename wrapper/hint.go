package wrapper

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// hint says what to try, in one sentence, for the mistakes that people make most: see APIError.Hint. The first case that fits
// wins: the more specific ones come first. The key is of the type that signed the request.
func hint(e *APIError, h http.Header, key keyType) string {
	message := strings.ToLower(e.Message)
	switch {
	case e.is(ErrUnauthorized):
		return keyHint(h, key)
	case isConsole(e, h):
		return "This looks like the console or a login page, not the API: check the tenant's address, whose host begins with api-."
	case e.is(ErrNoLicense), e.is(ErrServer) && strings.Contains(message, "licens"):
		return "The tenant's license does not cover this operation: ask whoever manages the tenant's licenses."
	case e.is(ErrForbidden):
		return "The key's role lacks the permission that this operation needs: give the role that permission in the console, or use a key with another role."
	case e.is(ErrNoEndpoints):
		return "Check the values of the filters, and that a scan of these endpoints is pending or in progress."
	case e.RetryAfter > 0:
		return "The service asks to wait " + duration(e.RetryAfter) + "."
	case e.is(ErrRateLimited):
		return "The service allows a tenant ten requests a second: send fewer, for example with WithRateLimit."
	case e.StatusCode == http.StatusInternalServerError && e.Message != "" && !startsWith(e.Body, "{[\"<"):
		return "A 500 in plain text comes from the gateway in front of the service, which knows no such path or expects another body: check the tenant's address."
	}
	return ""
}

// keyHint names the likeliest reason why a key was not accepted. A clock that is wrong spoils the signature of an Advanced
// key alone.
func keyHint(h http.Header, key keyType) string {
	switch key {
	case "":
		return "Check that the request was signed, with a key of the type that the console lists for it, that the ID is this key's, and that it has not expired."
	case standardKey:
		return "The key was sent as a Standard key: check that the console lists it as Standard and not as Advanced, that the ID is this key's, and that it has not expired."
	}
	if skew := clockSkew(h, time.Now()); skew.Abs() > time.Minute {
		direction := "behind"
		if skew > 0 {
			direction = "ahead of"
		}
		return fmt.Sprintf("This computer's clock is %s %s the service's, which spoils the signature of an Advanced key: set the clock, and then check that the console lists the key as Advanced and not as Standard.", duration(skew.Abs().Round(time.Second)), direction)
	}
	return "The request was signed for an Advanced key: check that the console lists the key as Advanced and not as Standard, that the ID is this key's, and that it has not expired."
}

// clockSkew returns by how much this computer's clock is ahead of the one that dated the answer, 0 where it has no date.
func clockSkew(h http.Header, now time.Time) time.Duration {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return now.Sub(date)
}

// isConsole recognizes the console's address, given in place of the API's: it answers with a redirect to its login page,
// or with that page.
func isConsole(e *APIError, h http.Header) bool {
	if !e.is(ErrUnexpectedResponse) {
		return false
	}
	redirected := e.StatusCode >= 300 && e.StatusCode <= 399 && h.Get("Location") != ""
	page := isSuccess(e.StatusCode) && startsWith(e.Body, "<") && bytes.Contains(bytes.ToLower(e.Body), []byte("<html"))
	return redirected || page
}

var byteOrderMark = []byte("\ufeff")

// startsWith reports whether the first visible byte is one of the given.
func startsWith(body []byte, first string) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark))
	return len(body) > 0 && strings.IndexByte(first, body[0]) >= 0
}

// duration is d as people say it: "10m", not "10m0s".
func duration(d time.Duration) string {
	if d > 1000*time.Hour {
		return "more than 1000h"
	}
	s := strings.ReplaceAll(d.Round(time.Millisecond).String(), "m0s", "m")
	return strings.ReplaceAll(s, "h0m", "h")
}
