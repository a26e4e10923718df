// Package wrapper makes the generated client of package gen safe and pleasant to use, in three layers.
//
// [Credential.Sign] adds the auth headers to a request, and [CheckResponse] turns any error envelope into one error. Both work with
// gen and nothing else. [Client] puts them together with validation, a rate limit and retries:
//
//	c, err := wrapper.New("acme.xdr.us.paloaltonetworks.com", wrapper.AdvancedKey("17", key))
//	if err != nil { … }
//	status, err := c.GetScanRunStatus(ctx, 789)
//	fmt.Println(status.State()) // Running
//
//	for status, err := range c.WatchScanRun(ctx, 789, wrapper.WaitOptions{Until: []string{"Completed"}}) {
//		fmt.Println(status.State(), err) // every state as it is read, and every failed poll
//	}
//
//	reply, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17", "laptop-18")))
//	fmt.Println(reply.ActionID, reply.EndpointsCount)
//
// Cancel the scans of many endpoints in one call with many values: an endpoint is selected if, for every filter, it matches any of
// the values. The call creates one action, which you follow in the Action Center. Filters are joined with AND only.
//
// # Errors
//
// A response that is not the documented success is an [*APIError], which keeps the HTTP status, the headers and the body. If no
// response arrives, the error is a [*TransportError], which wraps its cause: errors.Is finds [context.Canceled] and
// [context.DeadlineExceeded]. A failure is never a nil error, and a nil error never comes with a nil result.
//
// What went wrong is a kind, one of the Err values, for errors.Is. One error can have several kinds: test for them in this order.
//
//	switch {
//	case errors.Is(err, wrapper.ErrOutcomeUnknown): // may have been executed: check before sending it again
//	case errors.Is(err, wrapper.ErrNoEndpoints):    // nothing matched, or nothing was left to cancel
//	case errors.Is(err, wrapper.ErrRateLimited):    // refused; errors.As an *APIError for its RetryAfter
//	case errors.Is(err, wrapper.ErrInvalidRequest): // nothing was sent: a mistake in the program or its input
//	case err != nil:                                // its text says what happened, and usually what to do
//	}
//
// The HTTP status decides the kind, whatever the body says; the body gives the message. An HTTP 200 with an error envelope is an
// error. Every string in an error is one printable line, bounded, and without the credentials of the request.
//
// # Unknown outcomes
//
// ErrOutcomeUnknown is set in addition to another kind: a request other than GET was sent, and may have been executed. The following
// responses are definite: they prove that it was not.
//
//	400-407 409-417 421-426 428 429 431 451 501 505
//	300-302 304-399                                     redirects, except 303
//	500 with an error envelope of the service
//	2xx with any error envelope
//
// After anything else the outcome is unknown: a lost response, a 2xx that cannot be parsed, a 500 in plain text or HTML or without a
// body, 408, 499, 502 to 504 and every other status. A code in an error envelope that is a number of 400 or more counts like a
// status, except 500: a 504 in it is unknown under any HTTP status. An action_id beside an error is never definite.
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
// A request is sent at most three times, unless [WithRetry] says otherwise. The delays are random (full jitter), below a bound that
// doubles from 500 ms to 30 s. A Retry-After is honored up to [Retry].MaxDelay; a longer one ends the call at once and is in
// [APIError].RetryAfter. Every attempt has a new nonce, timestamp and signature, and the same body.
//
// net/http replays some requests by itself. For methods other than GET, HEAD, OPTIONS and TRACE this package stops that once the
// request may have been executed: such a call ends with ErrOutcomeUnknown, even if the server refused the request over HTTP/2. A
// replayed GET is signed anew. Through a RoundTripper other than net/http's own that is not possible, so the replay is stopped, and
// this package retries instead. [WithHTTPClient] describes what cannot be stopped.
//
// # Limits and connections
//
// [WithTimeout] bounds an attempt, including the reading of its body. The context bounds the call, with its attempts and delays; a
// delay that would outlast the context's deadline ends the call at once. Redirects are never followed, because that would send the
// signed headers to another host, and cookies are never kept.
//
// A [Client] and a [Credential] are safe for concurrent use; a program needs one Client per tenant. OpenTelemetry works through
// [WithHTTPClient], with an http.Client whose Transport is otelhttp.NewTransport(http.DefaultTransport): each attempt is then a
// span below the span in the call's context.
package wrapper
