package wrapper

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.com/cortexscan/wrapper/internal/envelope"
)

// hint returns one sentence that suggests how to correct a common mistake, or "". More specific cases come first. HTML and
// plain text come from a gateway, a proxy or a firewall in front of the API.
func hint(e *APIError, said envelope.Error, key keyType, mayHaveEffect bool) string {
	const console = "The response seems to come from the console or a login page%s: check the tenant's address (the API's host begins with api-)."
	redirected := e.StatusCode >= 300 && e.StatusCode <= 399 && e.Header.Get("Location") != ""
	fromFront := said.Form == envelope.HTML || said.Form == envelope.PlainText
	switch {
	case e.actionID != "":
		return "The response also contains an action ID: look for action " + e.actionID + " in the Action Center."
	case e.is(ErrUnauthorized):
		return keyHint(e.Header, key)
	case redirected && mayHaveEffect && !e.is(ErrOutcomeUnknown):
		return fmt.Sprintf(console, ", so nothing was executed")
	case redirected, isSuccess(e.StatusCode) && said.Form == envelope.HTML && bytes.Contains(bytes.ToLower(e.Body), []byte("<html")):
		return fmt.Sprintf(console, "")
	case e.is(ErrNoLicense), e.is(ErrServer) && mentionsLicense(e):
		return "The tenant's license does not cover this operation: ask the person who manages the tenant's licenses."
	case e.is(ErrNoEndpoints):
		return "Check that the filters match an endpoint whose scan is pending or in progress."
	case e.StatusCode == http.StatusForbidden && fromFront:
		return "The request was refused by a gateway, a proxy or a firewall, and not by the service, so the key's role is not the cause: check the tenant's address, and that this computer is allowed to reach it."
	case e.is(ErrForbidden) && said.IsError:
		return "The key's role lacks the permission for this operation: add the permission to the role in the console, or use a key with another role."
	case e.is(ErrForbidden):
		return "Either the key's role lacks the permission for this operation, or a gateway, a proxy or a firewall refused the request: check the role first."
	case e.RetryAfter > 0:
		return "The service asks you to wait " + duration(e.RetryAfter) + "."
	case e.is(ErrRateLimited):
		return "The service allows ten requests per second for each tenant: send fewer, for example with WithRateLimit."
	case (e.StatusCode == http.StatusNotFound || e.StatusCode == http.StatusInternalServerError) && fromFront:
		return "A gateway or a proxy sent this response, perhaps because the tenant's address is wrong: check the address."
	}
	return ""
}

// mentionsLicense reports whether the message, the extra or a detail mentions a license.
func mentionsLicense(e *APIError) bool {
	reason := e.Message + e.Extra
	for _, d := range e.Details {
		reason += d.Message
	}
	return strings.Contains(strings.ToLower(reason), "licen")
}

// keyHint returns the hint for a key that the service refused. A wrong clock invalidates only the signature of an
// Advanced key.
func keyHint(h http.Header, key keyType) string {
	switch key {
	case "":
		return "Check that the key's type and ID match those in the console, and that the key has not expired."
	case advancedKey: // handled below
	case standardKey:
		return "The key was sent as a Standard key: check that its type and ID match those in the console, and that the key has not expired."
	}
	date, err := http.ParseTime(h.Get("Date"))
	if ahead := time.Since(date); err == nil && ahead.Abs() > time.Minute {
		direction := "behind"
		if ahead > 0 {
			direction = "ahead of"
		}
		return fmt.Sprintf("This computer's clock is %s %s the service's, so the signature is not valid: set the clock, and if the error remains, check the key's type.", duration(ahead.Abs().Round(time.Second)), direction)
	}
	return "The request was signed for an Advanced key: check that the key's type and ID match those in the console, and that the key has not expired."
}

// duration formats d without zero units: "10m" instead of "10m0s".
func duration(d time.Duration) string {
	if d > 1000*time.Hour {
		return "more than 1000h"
	}
	s := strings.ReplaceAll(d.Round(time.Millisecond).String(), "m0s", "m")
	return strings.ReplaceAll(s, "h0m", "h")
}
