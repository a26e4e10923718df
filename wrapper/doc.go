// Package wrapper makes the generated client of package gen safe and pleasant to use, in three layers.
//
// The first layer is gen. The second is two functions: [Credential.Sign] adds the auth headers to a request, and
// [CheckResponse] turns any error envelope into an error. Both work without a Client. The third is [Client], which adds
// validation, a rate limit and retries:
//
//	c, err := wrapper.New("acme.xdr.us.paloaltonetworks.com", wrapper.AdvancedKey("17", key))
//	if err != nil { … }
//	status, err := c.GetScanRunStatus(ctx, 789)
//	fmt.Println(status.State()) // Running
//
//	for status, err := range c.WatchScanRun(ctx, 789, wrapper.WaitOptions{Until: []string{"Completed"}}) {
//		fmt.Println(status.State(), err) // the result of every poll
//	}
//
//	reply, err := c.AbortScan(ctx, wrapper.Matching(wrapper.Hostnames("laptop-17", "laptop-18")))
//	fmt.Println(reply.ActionID, reply.EndpointsCount)
//
// An endpoint is selected if it matches every filter. It matches a filter if it matches any of the filter's values. To cancel the
// scans of many endpoints, use one call with many values: the call creates a single action, which you can follow in the Action
// Center.
//
// # Errors
//
// If the response is not the documented success, the error is an [*APIError] with the HTTP status, the headers and the body. If no
// response arrives, the error is a [*TransportError]. It wraps its cause, so errors.Is finds [context.Canceled] and
// [context.DeadlineExceeded]. A failed call never returns a nil error, and a nil error never comes with a nil result.
//
// The Err variables of this package are the kinds of errors. One error can have several kinds: test for them in this order.
//
//	switch {
//	case errors.Is(err, wrapper.ErrOutcomeUnknown): // may have been executed: check before sending it again
//	case errors.Is(err, wrapper.ErrNoEndpoints):    // nothing matched, or nothing was left to cancel
//	case errors.Is(err, wrapper.ErrRateLimited):    // refused: see RetryAfter of the *APIError
//	case errors.Is(err, wrapper.ErrInvalidRequest): // nothing was sent: a mistake in the program or its input
//	case err != nil:                                // the message says what happened, and usually what to do
//	}
//
// The HTTP status determines the kind, and the body provides the message. An HTTP 200 with an error envelope is an error. Every
// string in an error is one printable line of limited length, without the credentials of the request.
//
// # Unknown outcomes
//
// If a request other than GET failed but may have been executed, the error has the kind ErrOutcomeUnknown in addition to any other
// kind. The following responses are definite: they prove that the request was not executed.
//
//	400-407 409-417 421-426 428 429 431 451 501 505
//	300-302 304-399                                     redirects, except 303
//	500 with an error envelope of the service
//	2xx with any error envelope
//
// Otherwise, the outcome is unknown: after a lost response, a 2xx that cannot be parsed, a 500 in plain text, in HTML or without
// a body, and after 408, 499, 502 to 504 and every other status. If an error envelope has a numeric code of 400 or more other
// than 500, the code must be definite as well: a 504 in the envelope means unknown, whatever the HTTP status. A response with an
// error and an action_id is never definite.
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
// A request is sent at most three times by default; see [WithRetry]. The delays are random (full jitter), below a bound that doubles
// from 500 ms to 30 s. A Retry-After is honored up to [Retry].MaxDelay. A longer one ends the call at once, and
// [APIError].RetryAfter reports it. Every attempt has a new nonce, timestamp and signature, and the same body.
//
// net/http replays some requests by itself. For methods other than GET, HEAD, OPTIONS and TRACE, this package stops replays once the
// request may have been executed. Such a call ends with ErrOutcomeUnknown, even if the server refused the request over HTTP/2. A
// replayed GET is signed again. That is not possible with a RoundTripper other than net/http's own, so this package stops the replay
// and retries the request itself. [WithHTTPClient] describes which replays cannot be stopped.
//
// # Limits and connections
//
// [WithTimeout] limits an attempt, including the time to read the response body. The context limits the whole call, with all its
// attempts and delays. If a delay would outlast the context's deadline, the call ends at once. Redirects are never followed, because
// that could send the signed headers to another host. Cookies are never kept.
//
// A [Client] and a [Credential] are safe for concurrent use. A program needs one Client per tenant. To use OpenTelemetry, pass an
// http.Client whose Transport is otelhttp.NewTransport(http.DefaultTransport) to [WithHTTPClient]. Each attempt is then a child of
// the span in the call's context.
package wrapper
