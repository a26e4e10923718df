// Package wrapper is the client that people use. It adds credentials to the requests of the generated client, retries what is
// safe to retry, and returns typed errors.
//
//	c, err := wrapper.New("acme.xdr.us.paloaltonetworks.com", wrapper.AdvancedKey("17", key))
//	if err != nil { … }
//	status, err := c.GetScanRunStatus(ctx, 789)
//	fmt.Println(status.State()) // Running
//
//	for status, err := range c.WatchScanRun(ctx, 789, wrapper.WaitOptions{Until: []string{"Completed"}}) {
//		fmt.Println(status.State(), err) // every state as it is read, and every poll that failed
//	}
//
//	reply, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17", "laptop-18")))
//	fmt.Println(reply.ActionID, reply.EndpointsCount)
//
// Cancel the scans of many endpoints in one call with many values: an endpoint is selected if, for every filter, it matches any
// of the values. The call creates one action, which you follow in the Action Center. Make several calls for endpoints that match
// one of two filters (filters are joined with AND only), and if a failure of one part must not stop the rest.
//
// # Errors
//
// An answer that is not the documented success is an [*APIError], which keeps the HTTP status and the body. No answer is a
// [*TransportError], which wraps its cause: errors.Is finds [context.Canceled] and [context.DeadlineExceeded]. A failure is
// never a nil error, and a nil error never comes with a nil result.
//
// What went wrong is a kind, one of the Err values, for errors.Is. One error can be of several: test for them in this order.
//
//	switch {
//	case errors.Is(err, wrapper.ErrOutcomeUnknown): // may have been executed: check before sending it again
//	case errors.Is(err, wrapper.ErrNoEndpoints):    // nothing matched, or nothing was left to cancel
//	case errors.Is(err, wrapper.ErrRateLimited):    // refused; errors.As an *APIError for its RetryAfter
//	case errors.Is(err, wrapper.ErrInvalidRequest): // nothing was sent: a mistake in the program or its input
//	case err != nil:                                // its text says what happened, and usually what to do
//	}
//
// # Unknown outcomes
//
// ErrOutcomeUnknown is set in addition to another kind: a request other than GET was sent, and may have been executed. These
// responses are definite, because whoever sends them has not executed the request:
//
//	400-407 409-417 421-426 428 429 431 451 501 505
//	300-302 304-399                                     redirects, but for 303
//	500 with an error envelope of the service
//	2xx with an error envelope of any sort
//
// After anything else the outcome is unknown: a lost response, a 2xx that cannot be parsed, a 500 in plain text or HTML or without a
// body, 408, 499, 502 to 504 and every other status. A code in an error envelope that is a number of 400 or more counts like a
// status, so that a 504 in it is unknown under any HTTP status; a 500 in it is the service's own word. An action_id beside an error
// is never definite.
//
// # Responses
//
// The HTTP status decides the kind, whatever the body says; the body gives the message. An HTTP 200 that carries an error
// envelope is an error. Every text of an error is one printable line, bounded, and without the credentials of the request.
//
// # Retries
//
//	                                        GET       any other method
//	the request was not sent                retried   retried
//	  (except after a refused certificate)
//	connection lost or timed out later      retried   no: it may have been executed
//	429                                     retried   retried: it was refused
//	502 503 504                             retried   no
//	everything else, 500 and 401 included   no        no
//
// A request is sent three times at most, unless [WithRetry] says otherwise. The waits are random (full jitter), below a
// bound that doubles from 500 ms to 30 s. A Retry-After is honored up to [Retry].MaxDelay; one that asks for more ends the
// call at once, with its value in [APIError].RetryAfter. Every attempt has a fresh nonce, timestamp and signature, and the
// same body.
//
// net/http replays some requests by itself. For methods other than GET, HEAD, OPTIONS and TRACE this package stops that once the
// request may have been executed: such a call ends with ErrOutcomeUnknown, even if the server refused the request over HTTP/2.
// A replayed GET is signed afresh; through a RoundTripper that is not net/http's own, where that is not possible, the replay is
// stopped and a retry of this package follows. See [WithHTTPClient] for what cannot be stopped.
//
// # Time limits
//
// [WithTimeout] bounds an attempt, the reading of its body included. The context bounds the call, with its attempts and the
// waits between them. A wait that would outlast its deadline is not begun: the call ends at once.
//
// # Connections
//
// Redirects are never followed, because that would send the signed headers to another host, and cookies are never kept.
//
// OpenTelemetry works through [WithHTTPClient], with an http.Client whose Transport is
// otelhttp.NewTransport(http.DefaultTransport). Each attempt is then a span of its own, below the span in the call's context.
//
// # Concurrency
//
// A [Client] and a [Credential] are safe for concurrent use; a program needs one Client for a tenant. Targets, filters and
// options are values, and can be used more than once.
package wrapper
