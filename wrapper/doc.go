// Package wrapper is a client for the Palo Alto Cortex API. It adds authentication, error handling, validation, rate limiting
// and retries to the generated client of package gen.
//
// The API can be called in three ways:
//
//   - Package gen alone builds requests and decodes responses.
//   - [Credential.Sign] and [CheckResponse] work with the generated client. Sign adds the auth headers to a request, and
//     CheckResponse returns an error if a response is not a success.
//   - [Client] does all of this, and adds validation, rate limiting and retries.
//
// A program normally uses a Client:
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
// scans of many endpoints, call AbortScan once with a filter that has many values. Each call creates a single action, which you
// can follow in the Action Center.
//
// # Errors
//
// If the response is not the documented success, the error is an [*APIError] with the HTTP status, the headers and the body. If no
// response arrives, the error is a [*TransportError]. A TransportError wraps its cause, so errors.Is finds [context.Canceled] and
// [context.DeadlineExceeded]. If the error is nil, the result is not nil.
//
// The Err variables of this package are the kinds of errors. One error can have several kinds, so test for them in this order:
//
//	switch {
//	case errors.Is(err, wrapper.ErrOutcomeUnknown): // may have been executed: check before sending it again
//	case errors.Is(err, wrapper.ErrNoEndpoints):    // nothing matched, or nothing was left to cancel
//	case errors.Is(err, wrapper.ErrRateLimited):    // refused: see RetryAfter of the *APIError
//	case errors.Is(err, wrapper.ErrInvalidRequest): // nothing was sent: a mistake in the program or its input
//	case err != nil:                                // the message says what happened, and usually what to do
//	}
//
// The body of a failed response usually contains an error envelope: a JSON object with a message and often a code. The HTTP status
// determines the kind of the error. A 2xx with an error envelope is also an error, and the code in the envelope determines its
// kind. Every string in an error of a Client is one printable line of limited length, without the credentials of the request.
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
// In all other cases, the outcome is unknown. Examples are a lost response, a 2xx that cannot be parsed, a 500 with plain text,
// HTML or no body, and a 408, 499, 502, 503 or 504.
//
// A response is not definite if the code in its error envelope is a number of 400 or more that the list above does
// not contain. For example, the outcome is unknown after a code of 504, whatever the HTTP status. A response with an
// error and an action_id is never definite.
//
// # Retries
//
//	                                        GET       any other method
//	the request was not sent                retried   retried
//	  (except after a refused TLS handshake)
//	sent, but no complete response arrived  retried   no: it may have been executed
//	429                                     retried   retried: it was refused
//	502 503 504                             retried   no
//	everything else, 500 and 401 included   no        no
//
// By default, a request is sent at most three times; see [WithRetry]. Each delay is random (full jitter), up to a bound that starts
// at 500 ms and doubles to at most 30 s. A Retry-After is honored up to [Retry].MaxDelay. A longer Retry-After ends the call at
// once, and [APIError].RetryAfter reports it. Every attempt has a new nonce, timestamp and signature, and the same body.
//
// net/http replays some requests by itself. For methods other than GET, HEAD, OPTIONS and TRACE, this package stops
// replays once the request may have been executed. The call then ends with ErrOutcomeUnknown, even if the server
// refused the request over HTTP/2.
//
// With net/http's own Transport, this package signs a replayed GET again. With any other RoundTripper, it stops the replay and
// retries the request itself. [WithHTTPClient] describes the replays that cannot be stopped.
//
// # Limits and connections
//
// [WithTimeout] limits an attempt, including the time to read the response body. The context limits the whole call,
// with all its attempts and delays. If a delay would outlast the context's deadline, the call ends at once. Redirects
// are never followed, because following one could send the signed headers to another host. Cookies are never kept.
//
// A [Client] and a [Credential] are safe for concurrent use. A program needs one Client per tenant. To use OpenTelemetry, pass an
// http.Client whose Transport is otelhttp.NewTransport(http.DefaultTransport) to [WithHTTPClient]. Each attempt then starts a child
// of the span in the call's context.
package wrapper
